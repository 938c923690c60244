//! Where secrets come from, and that they go nowhere else.

mod environment;
mod keys;
mod redaction;

use std::fmt;
use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;

pub(crate) use self::environment::Environment;
pub(crate) use self::keys::GivenKeys;
pub(crate) use self::redaction::{redacted, remember_given, unless_secret};
use crate::output::{Failure, warning};

/// A text that may be seen by nobody. `Debug` does not show it, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// Reads it from a file, without white space around it.
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.to_string_lossy();
        let name = unless_secret(&name);
        // What was read is not repeated.
        match std::fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => Ok(Self::from(text.trim().to_owned())),
            Ok(_) => Err(Failure::usage(format!("{name} holds no secret"))),
            Err(error) => Err(Failure::usage(format!("{name}: {error}"))),
        }
    }

    /// Returns the text, for what computes with it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Splits `NAME=SECRET`.
    pub(crate) fn split(&self) -> (&str, Option<Self>) {
        match self.0.split_once('=') {
            Some((name, secret)) => (name, Some(Self::from(secret.to_owned()))),
            None => (&self.0, None),
        }
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        redaction::remember(&text);
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The options that hold a secret, and those that hold one after a `=`, with what to use instead.
const SECRETS: [(&str, &str); 4] = [
    ("token", "TWILIO_AUTH_TOKEN, --token-file or --env-file"),
    (
        "secret",
        "TWILIO_SHARED_KEY_SECRET, --secret-file or --env-file",
    ),
    (
        "api_key_secret",
        "TWILIO_API_KEY_SECRET, --api-key-secret-file or --env-file",
    ),
    ("other_token", "--other-token-file"),
];
const WITH_SECRETS: [(&str, &str); 2] = [
    (
        "shared_key",
        "TWILIO_SHARED_KEY_SECRET or --env-file, with the ID alone here",
    ),
    (
        "shared_key_sha1",
        "TWILIO_SHARED_KEY_SECRET or --env-file, with the ID alone here",
    ),
];

/// Warns of each secret that is on the command line, where others on the machine can read it.
pub(crate) fn warn_of_arguments(matches: &ArgMatches) {
    // The innermost command has all options, those that may be given before its name as well.
    if let Some((_, matches)) = matches.subcommand() {
        return warn_of_arguments(matches);
    }
    for id in matches.ids().map(clap::Id::as_str) {
        if matches.value_source(id) != Some(ValueSource::CommandLine) {
            continue;
        }
        let is = |(name, _): &&(&str, &str)| *name == id;
        let instead = SECRETS.iter().find(is).or_else(|| {
            let mut values = matches.get_raw(id).into_iter().flatten();
            let has_secret = values.any(|value| value.to_string_lossy().contains('='));
            WITH_SECRETS.iter().find(is).filter(|_| has_secret)
        });
        if let Some((_, instead)) = instead {
            let option = id.replace('_', "-");
            warning(format_args!(
                "the secret of --{option} can be read by others on this machine, and stays in the shell's history; use {instead}"
            ));
        }
    }
}
