//! What the command says, word for word. `SNAPSHOTS=overwrite cargo test -p twilio-verify-webhooks-cli` writes it anew.

use std::path::Path;

use snapbox::{Assert, Data};

use crate::api::{Api, SERVICE};
use crate::{TOKEN, command, file, text};

#[track_caller]
fn check(name: &str, actual: String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/command/snapshots");
    let expected = Data::read_from(&folder.join(format!("{name}.txt")), None);
    Assert::new().action_env("SNAPSHOTS").eq(actual, expected);
}

/// Runs the command, and shows it with its exit code.
fn shown(arguments: &[&str]) -> String {
    let mut command = command();
    command.args(arguments).env("TWILIO_AUTH_TOKEN", TOKEN);
    let output = command.output().unwrap();
    let code = output.status.code().unwrap();
    format!(
        "$ verify-webhooks {}\n{}exit code {code}\n\n",
        arguments.join(" "),
        text(&output)
    )
}

#[test]
fn help() {
    for name in [
        "",
        "trigger",
        "diagnose",
        "listen",
        "replay",
        "inspect",
        "webhooks",
        "webhooks list",
        "webhooks create",
        "webhooks fetch",
        "webhooks update",
        "webhooks delete",
        "webhooks ensure",
        "completions",
        "man",
    ] {
        let words: Vec<&str> = name.split_whitespace().collect();
        let file = format!("help/{}", words.join("-"));
        let file = if words.is_empty() {
            "help/verify-webhooks".to_owned()
        } else {
            file
        };
        let long = shown(&[&words[..], &["--help"]].concat());
        check(&file, long + &shown(&[&words[..], &["-h"]].concat()));
    }
}

#[test]
fn errors() {
    let mut all = String::new();
    for arguments in [
        &["trigger"][..],
        &["trigger", "factor.created"],
        &[
            "trigger",
            "chalenge.approved",
            "--url",
            "http://127.0.0.1:3000/",
        ],
        &["trigger", "factor.created", "--url", "mywebsite.com"],
        &[
            "trigger",
            "--negative",
            "nothing",
            "--url",
            "http://127.0.0.1:3000/",
        ],
        &["trigger", "factor.created", "--repeat", "none"],
        &[
            "trigger",
            "factor.created",
            "fedcba9876543210FEDCBA9876543210",
        ],
        &["diagnose"],
        &[
            "diagnose",
            "missing.txt",
            "--url",
            "https://mywebsite.com/webhook",
        ],
        &["webhooks", "list"],
        &["webhooks", "list", "--service", "x"],
        &["webhooks", "list", "--service", SERVICE],
        &["webhooks", "create", "--service", SERVICE],
        &[
            "webhooks",
            "ensure",
            "--name",
            "a",
            "--url",
            "http://localhost:3000/",
            "--events",
            "*",
        ],
        &["webhooks", "remove"],
        &["completions", "tcsh"],
        &["man", "nothing"],
        &["serve"],
        &["--colour"],
    ] {
        all += &shown(arguments);
    }
    check("errors", all);
}

#[test]
fn json() {
    let api = Api::start();
    let settings = [
        "--name",
        "backend",
        "--url",
        "https://mywebsite.com/webhook",
        "--events",
        "*",
    ];
    let call = |arguments: &[&str]| {
        let mut command = command();
        command.arg("webhooks").args(arguments).args([
            "--json",
            "--service",
            SERVICE,
            "--base-url",
            &api.url,
        ]);
        command
            .env("TWILIO_ACCOUNT_SID", "AC0123456789abcdef0123456789abcdef")
            .env("TWILIO_AUTH_TOKEN", TOKEN);
        let output = command.output().unwrap();
        format!(
            "$ verify-webhooks webhooks {} --json\n{}\n",
            arguments.join(" "),
            text(&output)
        )
    };
    let mut all = String::new();
    let sid = "YW00000000000000000000000000000000";
    for command in [
        [&["ensure", "--dry-run"][..], &settings].concat(),
        [&["ensure"][..], &settings].concat(),
        [&["ensure"][..], &settings].concat(),
        vec!["list"],
        vec!["fetch", sid],
        vec!["update", sid, "--status", "disabled"],
        [&["create"][..], &settings].concat(),
        vec!["delete", sid, "--yes"],
    ] {
        all += &call(&command);
    }
    let capture = file(
        "snapshot.txt",
        "POST /webhook HTTP/1.1\r\nHost: mywebsite.com\r\nContent-Type: application/json\r\n\r\n{}",
    );
    let report = shown(&[
        "diagnose",
        "--json",
        "--url",
        "https://mywebsite.com/webhook",
        &capture,
    ]);
    all += &report.replace(&capture, "snapshot.txt");
    check("json", all);
}
