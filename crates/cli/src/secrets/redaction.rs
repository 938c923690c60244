//! Secrets that are known are cut out of whatever is shown, wherever they come back from.

use std::borrow::Cow;
use std::ffi::OsString;
use std::sync::RwLock;

/// The variables that hold a secret.
const VARIABLES: [&str; 3] = [
    "TWILIO_AUTH_TOKEN",
    "TWILIO_SHARED_KEY_SECRET",
    "TWILIO_API_KEY_SECRET",
];

/// The options whose value is, or ends in, a secret.
const OPTIONS: [&str; 6] = [
    "--token",
    "--secret",
    "--api-key-secret",
    "--other-token",
    "--shared-key",
    "--shared-key-sha1",
];

/// The shortest text that is cut out: shorter ones are parts of words.
const SHORTEST: usize = 8;

/// What is shown in place of a secret.
const CUT_OUT: &str = "…";

static KNOWN: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// Remembers a secret that must not be shown.
pub(super) fn remember(secret: &str) {
    let secret = secret.trim();
    if secret.len() < SHORTEST {
        return;
    }
    if let Ok(mut known) = KNOWN.write()
        && !known.iter().any(|other| other == secret)
    {
        known.push(secret.to_owned());
    }
}

/// Remembers the secrets of the environment and of the command line, also of one that is wrong.
pub(crate) fn remember_given(arguments: &[OsString]) {
    for variable in VARIABLES {
        if let Ok(secret) = std::env::var(variable) {
            remember(&secret);
        }
    }
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        let (option, attached) = match argument.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (&*argument, None),
        };
        if !OPTIONS.contains(&option) {
            continue;
        }
        let value = match attached {
            Some(value) => Some(Cow::Borrowed(value)),
            None => arguments.next(),
        };
        if let Some(value) = value {
            // Of `ID=SECRET`, the secret.
            remember(value.split_once('=').map_or(&*value, |(_, secret)| secret));
        }
    }
}

/// Returns a text without the secrets that are known.
pub(crate) fn redacted(text: &str) -> Cow<'_, str> {
    let Ok(known) = KNOWN.read() else {
        return Cow::Borrowed(CUT_OUT);
    };
    let mut redacted = Cow::Borrowed(text);
    for secret in known.iter() {
        if redacted.contains(secret) {
            redacted = Cow::Owned(without(&redacted, secret));
        }
    }
    redacted
}

/// Cuts a secret out, but not where it is the digits of a SID, as those of values for tests may be.
fn without(text: &str, secret: &str) -> String {
    let mut without = String::with_capacity(text.len());
    let mut parts = text.split(secret);
    without.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let stands_in = match ends_in_prefix(&without) {
            true => secret,
            false => CUT_OUT,
        };
        without.push_str(stands_in);
        without.push_str(part);
    }
    without
}

/// Whether a text ends in the two letters with which a SID starts.
fn ends_in_prefix(text: &str) -> bool {
    let mut last = text.bytes().rev();
    let is_prefix = last.by_ref().take(2).filter(u8::is_ascii_uppercase).count() == 2;
    is_prefix && !last.next().is_some_and(|byte| byte.is_ascii_alphanumeric())
}

/// Returns a word that was not expected, unless it may be a secret: it is shown if it reads like a word, a number, an
/// option or a file.
pub(crate) fn unless_secret(word: &str) -> Cow<'_, str> {
    let is_wordy = |byte: u8| byte.is_ascii_lowercase() || b".-_<>:/\\ ".contains(&byte);
    let is_plain = word.len() < 20 || word.bytes().all(is_wordy);
    let has_structure = word.split(['/', '.', ' ', ':']).all(|part| part.len() < 20);
    match is_plain || (has_structure && word.contains(['/', '.'])) {
        true => redacted(word),
        false => Cow::Borrowed(CUT_OUT),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_secrets_are_cut_out_and_words_stay() {
        remember(" planted-0123456789\n");
        remember("short");
        assert_eq!(redacted("a planted-0123456789b short"), "a …b short");
        assert_eq!(
            redacted("\"VAplanted-0123456789\" XVAplanted-0123456789"),
            "\"VAplanted-0123456789\" XVA…"
        );
        let arguments =
            ["--shared-key", "id=planted-98765", "--token=planted-abcdef"].map(OsString::from);
        remember_given(&arguments);
        assert_eq!(redacted("planted-98765 planted-abcdef"), "… …");
    }

    #[test]
    fn words_that_may_be_secrets_are_not_shown() {
        for word in [
            "challenge.approved",
            "request.txt",
            "/tmp/captures/2026-11-26/latest.json",
            "xx",
            "99x",
            "--colour",
        ] {
            assert_eq!(unless_secret(word), word);
        }
        for word in [
            "fedcba9876543210fedcba9876543210",
            "AbCdEfGhIjKlMnOpQrStUvWx",
            "a/fedcba9876543210fedcba9876543210",
        ] {
            assert_eq!(unless_secret(word), "…");
        }
    }
}
