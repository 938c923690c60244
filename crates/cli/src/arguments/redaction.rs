//! Errors of the command line without what may be a secret.

use clap::Error;
use clap::error::{ContextKind, ContextValue};

/// Replaces the values that an error repeats, unless they are plain words. Somebody who writes a token at the wrong
/// place, or an option's name wrong, need not find the token in a log.
pub(super) fn redacted(mut error: Error) -> Error {
    for kind in [ContextKind::InvalidValue, ContextKind::InvalidArg] {
        if let Some(ContextValue::String(value)) = error.get(kind) {
            let shown = shown(value);
            error.insert(kind, ContextValue::String(shown));
        }
    }
    error
}

fn shown(value: &str) -> String {
    let (name, rest) = value.split_once('=').unwrap_or((value, ""));
    let shown = match is_plain(name) {
        true => name,
        false => "…",
    };
    match rest {
        "" => shown.to_owned(),
        _ => format!("{shown}=…"),
    }
}

/// Whether it is an option, a word such as `challenge.approved`, or a small number.
fn is_plain(value: &str) -> bool {
    let fits =
        |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-' | b'_' | b'<' | b'>');
    let is_word = value.len() <= 40 && value.bytes().all(fits);
    let is_number = value.len() <= 6
        && value
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let is_option = value.starts_with("--") && value.len() <= 24;
    is_word || is_number || is_option || is_short_option(value)
}

fn is_short_option(value: &str) -> bool {
    value.len() == 2 && value.starts_with('-')
}
