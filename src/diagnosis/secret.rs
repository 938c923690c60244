//! What can be wrong with the text of a secret.

use super::{Cause, Finding};
use crate::signature::{Algorithm, AuthToken, Key, SharedKey};

/// Takes off one layer after the other, and returns each text with what was wrong so far. The first is the text as
/// given, if it can be a secret.
pub(super) fn repairs(text: &str) -> Vec<(Vec<Finding>, String)> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut current = text;
    let mut found = Vec::new();
    if !text.trim().is_empty() {
        found.push((Vec::new(), text.to_owned()));
    }
    // Twice, because each layer can stand around the others.
    for (cause, strip) in [LAYERS, LAYERS].concat() {
        let stripped = strip(current);
        if stripped.is_empty() || stripped == current {
            continue;
        }
        current = stripped;
        if !findings.iter().any(|finding| finding.cause == cause) {
            findings.push(cause.into());
        }
        found.push((findings.clone(), current.to_owned()));
    }
    let lower = current.to_ascii_lowercase();
    let upper = current.to_ascii_uppercase();
    findings.push(Cause::SecretCase.into());
    for other in [lower, upper] {
        if other != current && !other.is_empty() {
            found.push((findings.clone(), other));
        }
    }
    found
}

type Layer = (Cause, fn(&str) -> &str);

const LAYERS: [Layer; 3] = [
    (Cause::SecretWhiteSpace, without_white_space),
    (Cause::SecretAssignment, without_assignment),
    (Cause::SecretQuotes, without_quotes),
];

/// White space, a byte order mark, and line ends that were written as escapes.
fn without_white_space(text: &str) -> &str {
    let is_space = |c: char| c.is_whitespace() || c.is_control() || "\u{feff}\u{200b}".contains(c);
    let text = text.trim_matches(is_space);
    ["\\r\\n", "\\n", "\\r"]
        .into_iter()
        .find_map(|end| text.strip_suffix(end))
        .unwrap_or(text)
        .trim_matches(is_space)
}

/// `export NAME=`, `NAME=` or `NAME:`.
fn without_assignment(text: &str) -> &str {
    let rest = text.strip_prefix("export ").unwrap_or(text);
    let is_name = |name: &str| {
        let name = name.trim();
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match rest.split_once(['=', ':']) {
        Some((name, value)) if is_name(name) => value.trim_start(),
        _ => rest,
    }
}

fn without_quotes(text: &str) -> &str {
    const QUOTES: [(char, char); 6] = [
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('<', '>'),
        ('\u{201c}', '\u{201d}'),
        ('\u{2018}', '\u{2019}'),
    ];
    let inside = |(open, close)| text.strip_prefix(open)?.strip_suffix(close);
    QUOTES.into_iter().find_map(inside).unwrap_or(text)
}

pub(super) fn key(secret: &str, algorithm: Algorithm) -> Option<Key> {
    match algorithm {
        Algorithm::HmacSha1 => AuthToken::new(secret).ok().map(Key::from),
        algorithm => SharedKey::new("diagnosis", secret, algorithm)
            .ok()
            .map(Key::from),
    }
}

/// Returns the prefix of a SID, if the secret is one: of an account, an API key or a Verify Service.
pub(super) fn sid_prefix(text: &str) -> Option<&'static str> {
    let text = without_quotes(without_white_space(text));
    let (start, digits) = text.split_at_checked(2)?;
    let is_sid = digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    ["AC", "SK", "VA"]
        .into_iter()
        .find(|prefix| is_sid && *prefix == start)
}
