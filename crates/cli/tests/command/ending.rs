//! How commands end: exit codes, interruption, a reader that goes away.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};

use crate::api::SERVICE;
use crate::server::Server;
use crate::{TOKEN, command, printed, run};

fn spawn(mut command: Command) -> Child {
    command.env("TWILIO_AUTH_TOKEN", TOKEN);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn interrupt(child: &Child) {
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
}

/// Waits for a line, so that the command is known to have come so far.
fn wait_for_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    line
}

#[test]
fn an_interrupted_command_ends_with_130() {
    let server = Server::answering_once_all_came(2);
    let mut trigger = command();
    trigger.args(["trigger", "factor.created", "--url", &server.url()]);
    let mut child = spawn(trigger);
    wait_for_line(&mut child);
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn an_interrupted_load_is_summed_up() {
    let server = Server::start();
    let mut trigger = command();
    trigger.args([
        "trigger",
        "factor.created",
        "--repeat",
        "100000",
        "--rate",
        "100",
        "--json",
        "--url",
        &server.url(),
    ]);
    let mut child = spawn(trigger);
    while server.got().is_empty() {
        std::thread::yield_now();
    }
    interrupt(&child);
    let summary: serde_json::Value = serde_json::from_str(&wait_for_line(&mut child)).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(summary["sent"].as_u64().unwrap() < 100_000);
}

#[test]
fn a_command_that_waits_for_input_can_be_interrupted() {
    let mut diagnose = command();
    diagnose.args(["diagnose", "--url", "https://mywebsite.com/webhook"]);
    let mut child = spawn(diagnose);
    // It is known to wait for input once it has taken some.
    let mut input = child.stdin.take().unwrap();
    let much = vec![b'x'; 1 << 20];
    std::io::Write::write_all(&mut input, &much).unwrap();
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let server = Server::start();
    let url = server.url();
    for arguments in [
        &["--help"][..],
        &["trigger", "--negative", "list"],
        &[
            "trigger",
            "--negative",
            "all",
            "--print-curl",
            "--url",
            &url,
        ],
        &[
            "trigger",
            "challenge.approved",
            "--repeat",
            "50",
            "--url",
            &url,
        ],
        &["completions", "bash"],
        &["man"],
    ] {
        let mut command = command();
        command.args(arguments);
        let mut child = spawn(command);
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(
            (child.wait().unwrap().code(), &*said),
            (Some(0), ""),
            "{arguments:?}"
        );
    }
}

#[test]
fn exit_codes_say_what_came_of_it() {
    let server = Server::start();
    let lax = Server::answering(|_| 500);
    printed(&run("trigger factor.created --url", &[&server.url()]), 0);
    printed(&run("trigger factor.created --url", &[&lax.url()]), 1);
    printed(&run("trigger", &[]), 2);
    printed(&run("", &[]), 2);
    printed(&run("webhooks", &[]), 2);
    printed(&run("--version", &[]), 0);
    let unreachable = [
        "--base-url",
        "http://127.0.0.1:1",
        "--service",
        SERVICE,
        "--account",
        "AC0123456789abcdef0123456789abcdef",
    ];
    printed(&run("webhooks list", &unreachable), 1);
}

#[test]
fn nothing_is_coloured_without_a_terminal() {
    let server = Server::start();
    for plain in [
        "trigger factor.created --url",
        "trigger --negative wrong-key --url",
    ] {
        assert!(!printed(&run(plain, &[&server.url()]), 0).contains('\u{1b}'));
    }
    for plain in ["--help", "trigger --help"] {
        assert!(!printed(&run(plain, &[]), 0).contains('\u{1b}'));
    }
    // There are colours that a terminal would be given.
    let mut forced = command();
    forced.args(["trigger", "factor.created", "--url", &server.url()]);
    forced
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .env("CLICOLOR_FORCE", "1");
    assert!(printed(&forced.output().unwrap(), 0).contains("\u{1b}[32maccepted"));
}
