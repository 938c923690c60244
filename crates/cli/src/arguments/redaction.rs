//! Errors of the command line without what may be a secret.

use clap::Error;
use clap::error::{ContextKind, ContextValue};

use crate::secrets::unless_secret;

/// Replaces the values that an error repeats where they may be secrets. Somebody who writes a token at the wrong place,
/// or an option's name wrong, need not find the token in a log.
pub(super) fn redacted(mut error: Error) -> Error {
    for kind in [
        ContextKind::InvalidValue,
        ContextKind::InvalidArg,
        ContextKind::InvalidSubcommand,
    ] {
        if let Some(ContextValue::String(value)) = error.get(kind) {
            let shown = shown(value);
            error.insert(kind, ContextValue::String(shown));
        }
    }
    error
}

/// Clap shows options with the names of their values: `--token <TOKEN>`.
fn shown(value: &str) -> String {
    match value.split_once('=') {
        Some((name, _)) if !name.ends_with('[') => format!("{}=…", unless_secret(name)),
        _ => unless_secret(value).into_owned(),
    }
}
