//! The trigger, run as a user runs it, against servers on loopback.

mod arguments;
mod print_curl;
mod sending;
mod server;

use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::LazyLock;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Builds the example, which `cargo test --test trigger` alone does not, and finds it.
static TRIGGER: LazyLock<PathBuf> = LazyLock::new(|| {
    let test = std::env::current_exe().unwrap();
    let target = test.ancestors().nth(2).unwrap();
    let profile = match target.file_name().unwrap().to_str().unwrap() {
        "debug" => "test",
        other => other,
    };
    let status = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--profile", profile])
        .args(["--example", "trigger", "--features", "http,testing"])
        .status()
        .unwrap();
    assert!(status.success(), "the example is built");
    target.join("examples").join("trigger")
});

/// Runs the trigger with arguments separated by spaces, then others, and the AuthToken in the environment.
fn trigger(plain: &str, others: &[&str]) -> Output {
    Command::new(&*TRIGGER)
        .args(plain.split_whitespace())
        .args(others)
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .env_remove("TWILIO_SHARED_KEY_SECRET")
        .output()
        .unwrap()
}

/// What a run printed, once its exit code is checked.
#[track_caller]
fn printed(output: &Output, code: i32) -> String {
    let text = String::from_utf8([&output.stdout[..], &output.stderr].concat()).unwrap();
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}
