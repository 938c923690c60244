//! No output of any subcommand, help and errors included, holds a token or secret, wherever it came from.

use std::process::Command;

use crate::api::{Api, SERVICE};
use crate::server::Server;
use crate::{command, file, text};

const TOKEN: &str = "planted1token2planted3token4plan";
const SECRET: &str = "plantedsecretofthesharedkeyplant";
const API_SECRET: &str = "plantedsecretoftheapikeyplantedx";
/// One that no variable and no secret option holds.
const STRAY: &str = "fedcba9876543210FEDCBA9876543210";

/// The ways in which the secrets are given.
#[derive(Debug, Clone, Copy)]
enum Given {
    Environment,
    Files,
    EnvFile,
    Arguments,
}

fn with(given: Given, arguments: &[&str]) -> Command {
    let mut command = command();
    command.args(arguments);
    let is = |name: &str| arguments.first() == Some(&name);
    let is_webhooks = is("webhooks");
    let takes_keys = !(is("completions")
        || is("man")
        || arguments.first().is_none_or(|first| first.starts_with('-')));
    match given {
        Given::Environment => {
            command.env("TWILIO_AUTH_TOKEN", TOKEN);
            command.env("TWILIO_SHARED_KEY_SECRET", SECRET);
            command.env("TWILIO_API_KEY_SECRET", API_SECRET);
        }
        Given::Files if takes_keys => {
            command.args(["--token-file", &file("planted-token", TOKEN)]);
            if is_webhooks {
                command.args([
                    "--api-key-secret-file",
                    &file("planted-api-secret", API_SECRET),
                ]);
            }
        }
        Given::EnvFile if takes_keys => {
            let variables = format!(
                "TWILIO_AUTH_TOKEN={TOKEN}\nTWILIO_SHARED_KEY_SECRET={SECRET}\nTWILIO_API_KEY_SECRET={API_SECRET}\n"
            );
            command.args(["--env-file", &file("planted.env", variables)]);
        }
        Given::Arguments if takes_keys => {
            command.args(["--token", TOKEN]);
            if is_webhooks {
                command.args(["--api-key-secret", API_SECRET]);
            }
        }
        _ => {}
    }
    command
}

#[track_caller]
fn check(mut command: Command) {
    let output = command.output().unwrap();
    let shown = text(&output);
    for secret in [TOKEN, SECRET, API_SECRET, STRAY] {
        assert!(!shown.contains(secret), "{command:?}: {shown}");
    }
    assert!(!shown.contains("panicked"), "{command:?}: {shown}");
}

#[test]
fn no_output_holds_a_secret() {
    let server = Server::answering_text(200, format!("said again: {TOKEN}"));
    let api = Api::start();
    let url = server.url();
    // Where another key is used, the AuthToken is not read, so that nothing is known of what this one says.
    let quiet = Server::start();
    let quiet_url = quiet.url();
    let text = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nAuthorization: {TOKEN}\r\nX-Twilio-Signature: {TOKEN}\r\n\r\na={TOKEN}"
    );
    let capture = file("planted.txt", text);
    let broken = file("planted-broken.txt", TOKEN);
    let base = [
        "--base-url",
        &api.url,
        "--service",
        SERVICE,
        "--api-key",
        "SK0123456789abcdef0123456789abcdef",
    ];
    let base = base.as_slice();
    let shared_key = format!("id={SECRET}");
    let labelled = format!("label={TOKEN}");
    let commands: Vec<Vec<&str>> = vec![
        vec!["trigger", "challenge.approved", "--url", &url],
        vec!["trigger", "challenge.approved", "--url", &url, "--json"],
        vec!["trigger", "--negative", "all", "--url", &url],
        vec![
            "trigger",
            "challenge.approved",
            "--url",
            &url,
            "--repeat",
            "3",
            "--rate",
            "100",
        ],
        vec![
            "trigger",
            "challenge.approved",
            "--url",
            &url,
            "--print-curl",
        ],
        vec![
            "trigger",
            "challenge.approved",
            "--url",
            "http://127.0.0.1:1/",
        ],
        vec![
            "trigger",
            "challenge.approved",
            "--url",
            &quiet_url,
            "--shared-key",
            "id",
        ],
        vec![
            "trigger",
            "challenge.approved",
            "--url",
            &quiet_url,
            "--shared-key",
            &shared_key,
        ],
        vec![
            "trigger",
            "challenge.approved",
            "--url",
            &url,
            "--factor-friendly-name",
            TOKEN,
        ],
        vec!["diagnose", &capture, "--url", &url],
        vec!["diagnose", &capture, "--url", &url, "--json"],
        vec!["diagnose", &broken, "--url", &url],
        vec![
            "diagnose",
            &capture,
            "--url",
            &url,
            "--other-token",
            &labelled,
        ],
        vec!["diagnose", &capture, "--url", &url, "--other-token", TOKEN],
        vec![
            "diagnose",
            &capture,
            "--url",
            &url,
            "--shared-key",
            &shared_key,
        ],
        [&["webhooks", "list"][..], base].concat(),
        [&["webhooks", "list", "--json"][..], base].concat(),
        [
            &["webhooks", "fetch", "YW0123456789abcdef0123456789abcdef"][..],
            base,
        ]
        .concat(),
        vec![
            "webhooks",
            "list",
            "--service",
            SERVICE,
            "--base-url",
            "http://127.0.0.1:1",
        ],
        vec!["replay", &capture, "--to", &url],
        vec!["inspect", &broken],
        vec!["completions", "bash"],
        vec!["man"],
    ];
    for given in [
        Given::Environment,
        Given::Files,
        Given::EnvFile,
        Given::Arguments,
    ] {
        for arguments in &commands {
            check(with(given, arguments));
        }
    }
}

#[test]
fn no_help_and_no_error_holds_a_secret() {
    let commands: [&[&str]; 15] = [
        &[],
        &["trigger"],
        &["diagnose"],
        &["listen"],
        &["replay"],
        &["inspect"],
        &["webhooks"],
        &["webhooks", "list"],
        &["webhooks", "create"],
        &["webhooks", "fetch"],
        &["webhooks", "update"],
        &["webhooks", "delete"],
        &["webhooks", "ensure"],
        &["completions"],
        &["man"],
    ];
    let mistyped = format!("--tokn={STRAY}");
    let attached = format!("--json={STRAY}");
    for command in commands {
        for wrong in [
            &["--help"][..],
            &["-h"],
            &[STRAY, STRAY, STRAY],
            &["--tokn", STRAY],
            &[&mistyped],
            &[&attached],
            &["--token", TOKEN, "--tokn"],
            &["--rate", STRAY],
            &["--page-size", STRAY],
            &["--page-port", STRAY],
            &["--algorithm", STRAY],
            &["--status", STRAY],
            &["--header", STRAY],
            &["--param", STRAY],
            &["--negative", STRAY],
            &["--service", STRAY],
            &["--answer", STRAY],
            &["--shared-key", STRAY],
        ] {
            // `listen` without a mistake would listen.
            if command == ["listen"] && wrong.contains(&"--shared-key") {
                continue;
            }
            check(with(Given::Environment, &[command, wrong].concat()));
        }
    }
}
