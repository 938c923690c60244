//! What the command line says. One file for each command.

mod diagnose;
mod inspect;
mod key;
mod listen;
mod redaction;
mod replay;
mod trigger;
mod webhooks;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;

pub(crate) use self::diagnose::DiagnoseArguments;
pub(crate) use self::inspect::InspectArguments;
pub(crate) use self::key::{ApiArguments, ReceivingKeys, SigningKey, TokenArguments};
pub(crate) use self::listen::{ListenArguments, PagePort};
pub(crate) use self::replay::ReplayArguments;
pub(crate) use self::trigger::{Change, TriggerArguments};
pub(crate) use self::webhooks::{
    SettingsArguments, StatusArgument, VersionArgument, WebhooksArguments, WebhooksCommand,
};
use crate::secrets;

/// Sends, receives and explains webhooks of Twilio Verify Push while you develop.
///
/// Exit codes: 0 done, 1 the answer is no (refused, not as expected, failed), 2 wrong use, 130 interrupted.
///
/// Secrets are read from the environment, from --token-file or from --env-file; on the command line others on the
/// machine can read them. Nothing is sent anywhere but to the URLs that are given and, by `webhooks` and `listen
/// --ensure`, to Twilio's API.
#[derive(Debug, Parser)]
#[command(name = "verify-webhooks", version, arg_required_else_help = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Trigger(Box<TriggerArguments>),
    Diagnose(Box<DiagnoseArguments>),
    Listen(Box<ListenArguments>),
    Replay(Box<ReplayArguments>),
    Inspect(Box<InspectArguments>),
    Webhooks(Box<WebhooksArguments>),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

/// Prints completions for a shell.
///
/// For bash: verify-webhooks completions bash > ~/.local/share/bash-completion/completions/verify-webhooks
#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell.
    pub(crate) shell: Shell,
}

/// Prints the manual page, of this command or of one of its commands.
#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// A command, such as `trigger` or `webhooks ensure`.
    pub(crate) name: Vec<String>,
    /// Writes all pages to files in a folder instead.
    #[arg(long, value_name = "FOLDER", conflicts_with = "name")]
    pub(crate) folder: Option<PathBuf>,
}

/// Reads the command line, and warns of secrets on it.
pub(crate) fn parse(
    arguments: impl IntoIterator<Item = OsString>,
) -> Result<Arguments, clap::Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    secrets::remember_given(&arguments);
    let mut command = Arguments::command();
    let parsed = command
        .try_get_matches_from_mut(arguments)
        .and_then(|matches| {
            secrets::warn_of_arguments(&matches);
            Arguments::from_arg_matches(&matches)
        });
    parsed.map_err(|error| redaction::redacted(error).format(&mut command))
}

/// Splits `NAME=VALUE` or `NAME:VALUE`. The value may be a secret: no error repeats it.
fn pair(text: &str, delimiter: char) -> Result<(String, String), String> {
    match text.split_once(delimiter) {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err(format!("expected NAME{delimiter}VALUE")),
    }
}
