//! What can be wrong with the text of a secret.

use super::{Cause, Finding};
use crate::signature::{Algorithm, Key, SharedKey};

/// Takes off one layer after the other, and returns each text with what was wrong so far. The first is the text as
/// given, if it can be a secret.
pub(super) fn repairs(text: &str) -> Vec<(Vec<Finding>, String)> {
    let mut findings: Vec<Finding> = Vec::new();
    let mut current = text;
    let mut found = Vec::new();
    if !text.trim().is_empty() {
        found.push((Vec::new(), text.to_owned()));
    }
    // Twice, because each layer can be around the others.
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
    // A SharedKey's secret may be any text, which an AuthToken's may not.
    SharedKey::new("diagnosis", secret, algorithm)
        .ok()
        .map(Key::from)
}

/// What a text is that was given for a secret and is none.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Secret {
    /// Something that stands for a secret still to be filled in.
    Placeholder,
    /// A SID that starts with these two letters, if they are shown.
    Sid(&'static str),
    /// The secret of an API key, by its letters.
    ApiKey,
    /// Of so many characters, which an AuthToken has not.
    Length(usize),
}

/// How many characters an AuthToken has, and the digits of a SID.
const TOKEN: usize = 32;

const SIDS: [&str; 12] = [
    "AC", "SK", "VA", "YF", "YC", "YW", "VE", "US", "CR", "OR", "PN", "MG",
];

const PLACEHOLDERS: [&str; 22] = [
    "undefined",
    "null",
    "none",
    "nil",
    "nan",
    "todo",
    "tbd",
    "secret",
    "token",
    "password",
    "test",
    "true",
    "false",
    "authtoken",
    "twilioauthtoken",
    "verifyauthtoken",
    "apikey",
    "apisecret",
    "redacted",
    "dummy",
    "example",
    "objectobject",
];

const PIECES: [&str; 8] = ["xxxx", "****", "....", "${", "$(", "{{", "<%", "%{"];

const STARTS: [&str; 8] = [
    "your",
    "my",
    "changeme",
    "replace",
    "placeholder",
    "insert",
    "enter",
    "paste",
];

impl Secret {
    /// Says what a text is that is no AuthToken. A SharedKey's secret is any other text.
    pub(super) fn of(text: &str) -> Option<Self> {
        let layers = [LAYERS, LAYERS].concat();
        let bare = layers.iter().fold(text, |text, (_, strip)| strip(text));
        if bare.is_empty() {
            return Some(Self::Length(0));
        }
        if is_placeholder(bare) {
            return Some(Self::Placeholder);
        }
        if let Some((start, digits)) = bare.split_at_checked(2) {
            let is_sid =
                digits.len() == TOKEN && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_prefix = start.bytes().all(|byte| byte.is_ascii_uppercase());
            if is_sid && is_prefix {
                return Some(Self::Sid(
                    SIDS.into_iter().find(|known| *known == start).unwrap_or(""),
                ));
            }
        }
        if bare.len() != TOKEN {
            return Some(Self::Length(bare.chars().count()));
        }
        let is_hex = bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_alphanumeric = bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
        (!is_hex && is_alphanumeric).then_some(Self::ApiKey)
    }

    /// Names it in a report. Lengths and letters say something only where an AuthToken is expected.
    pub(super) fn finding(self, expects_token: bool) -> Option<Finding> {
        let finding = match self {
            Self::Placeholder => Cause::SecretPlaceholder.into(),
            Self::Sid("") => Cause::SecretIsSid.into(),
            Self::Sid(prefix) => {
                Finding::new(Cause::SecretIsSid).at(format!("a SID that starts with {prefix}"))
            }
            Self::ApiKey if expects_token => Cause::SecretIsApiKey.into(),
            Self::Length(length) if expects_token => {
                let at = format!("{length} characters, an AuthToken has {TOKEN}");
                Finding::new(Cause::SecretLength).at(at)
            }
            Self::ApiKey | Self::Length(_) => return None,
        };
        Some(finding)
    }
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let letters: String = lower
        .chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .collect();
    let is_one_letter = text.chars().all(|c| text.starts_with(c));
    is_one_letter
        || PLACEHOLDERS.contains(&letters.as_str())
        || PIECES.iter().any(|piece| lower.contains(piece))
        || (STARTS.iter().any(|start| letters.starts_with(start)) && text.len() != TOKEN)
        || (letters.ends_with("authtoken") && letters.len() < 24)
        || (text.starts_with('<') && text.ends_with('>'))
        || (text.starts_with('$') && text.len() > 1)
        || (text.starts_with('%') && text.ends_with('%'))
        || (text.starts_with('[') && text.ends_with(']'))
}
