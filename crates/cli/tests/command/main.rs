//! The command, run as a user runs it, against servers on loopback.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod api;
mod diagnose;
mod ending;
mod secrets;
mod server;
mod snapshots;
mod trigger_arguments;
mod trigger_curl;
mod trigger_load;
mod trigger_sending;
mod webhooks;

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A command with nothing in its environment that it reads.
fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verify-webhooks"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("TWILIO_")
            || ["WEBHOOK_URL", "NO_COLOR", "CLICOLOR_FORCE"].contains(&&*name)
        {
            command.env_remove(&*name);
        }
    }
    command.stdin(Stdio::null());
    command
}

/// Runs the command with arguments separated by spaces, then others, and the AuthToken in the environment.
fn run(plain: &str, others: &[&str]) -> Output {
    command()
        .args(plain.split_whitespace())
        .args(others)
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .output()
        .unwrap()
}

/// Runs `trigger`.
fn trigger(plain: &str, others: &[&str]) -> Output {
    run(&format!("trigger {plain}"), others)
}

/// What a run printed, once its exit code is checked.
#[track_caller]
fn printed(output: &Output, code: i32) -> String {
    let text = text(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

fn text(output: &Output) -> String {
    String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap()
}

/// A folder for the files of a test.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Writes a file and returns its path.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder("files").join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}
