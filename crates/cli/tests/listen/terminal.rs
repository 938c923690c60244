//! What `listen` prints for people, word for word. `SNAPSHOTS=overwrite` writes it anew.

use std::io::Read as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use snapbox::{Assert, Data};

use super::application::Application;
use super::program::{TOKEN, URL, command, forged, signed, signed_for};
use super::web::deliver;

/// A `listen` that prints for people and ends after as many deliveries as it is sent.
struct Listen {
    child: Child,
    printed: String,
    until_ready: usize,
}

impl Listen {
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = Vec::new();
        let mut piece = [0; 1];
        while !printed.ends_with(b"Ctrl-C.\n\n") {
            child
                .stdout
                .as_mut()
                .unwrap()
                .read_exact(&mut piece)
                .unwrap();
            printed.extend_from_slice(&piece);
        }
        let printed = String::from_utf8(printed).unwrap();
        Self {
            child,
            until_ready: printed.len(),
            printed,
        }
    }

    fn address(&self) -> std::net::SocketAddr {
        let ready = &self.printed[..self.until_ready];
        let line = ready
            .lines()
            .find(|line| line.contains("listening"))
            .unwrap();
        line.rsplit_once("http://").unwrap().1.parse().unwrap()
    }

    /// What it printed until it ended, with what differs from run to run replaced.
    fn end(mut self) -> String {
        let mut stdout = self.child.stdout.take().unwrap();
        stdout.read_to_string(&mut self.printed).unwrap();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut self.printed).unwrap();
        self.child.wait().unwrap();
        assert!(!self.printed.contains(TOKEN));
        steady(&self.printed)
    }
}

impl Drop for Listen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Ports, keys, times and what events are made up of stand as their names.
fn steady(printed: &str) -> String {
    let mut text = String::new();
    let mut rest = printed;
    while let Some(c) = rest.chars().next() {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        if let Some(after) = rest.strip_prefix("127.0.0.1:") {
            text.push_str("127.0.0.1:PORT");
            rest = &after[digits(after)..];
        } else if is_like(rest, b"00:00:00") {
            text.push_str("HH:MM:SS");
            rest = &rest[8..];
        } else if rest.bytes().take_while(u8::is_ascii_hexdigit).count() == 32 {
            text.push_str("KEY");
            rest = &rest[32..];
        } else if digits(rest) > 0 && rest[digits(rest)..].starts_with(" ms") {
            text.push('N');
            rest = &rest[digits(rest)..];
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    text
}

fn is_like(text: &str, pattern: &[u8]) -> bool {
    let mut pairs = text.bytes().zip(pattern);
    text.len() >= pattern.len()
        && pairs.all(|(byte, like)| byte == *like || (byte.is_ascii_digit() && *like == b'0'))
}

fn listen(arguments: &[&str]) -> Command {
    let own = [
        "listen",
        "--url",
        URL,
        "--listen",
        "127.0.0.1:0",
        "--page-port",
        "0",
    ];
    command(&[&own[..], arguments].concat())
}

#[track_caller]
fn check(name: &str, actual: String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/listen/snapshots");
    let expected = Data::read_from(&folder.join(format!("{name}.txt")), None);
    Assert::new().action_env("SNAPSHOTS").eq(actual, expected);
}

#[test]
fn lines_for_people() {
    let application = Application::answering("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    let program = Listen::start(listen(&["--until", "5", "--forward", &application.url()]));
    let address = program.address();
    for delivery in [
        signed(),
        forged(),
        signed_for("https://new.example.com/webhook?tenant=1"),
        signed_for("http://hooks.example.com/webhook?tenant=1"),
        signed().without_header("x-twilio-signature"),
    ] {
        deliver(address, &delivery);
    }
    check("lines", program.end());
}

#[test]
fn an_application_that_is_down_is_named() {
    let arguments = ["--until", "1", "--forward", "http://127.0.0.1:1"];
    let program = Listen::start(listen(&arguments));
    deliver(program.address(), &signed());
    check("down", program.end());
}

/// A terminal is what `script` makes one.
fn on_a_terminal(words: &str, variables: &[(&str, &str)]) -> String {
    let program = env!("CARGO_BIN_EXE_verify-webhooks");
    let mut script = Command::new("script");
    script
        .args(["-qec", &format!("'{program}' {words}"), "/dev/null"])
        .env("TERM", "xterm")
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    String::from_utf8(script.output().unwrap().stdout).unwrap()
}

#[test]
fn a_terminal_has_colours_unless_they_are_not_wanted() {
    for words in [
        "--help",
        "trigger",
        "diagnose missing.txt --url https://mywebsite.com/",
    ] {
        assert!(on_a_terminal(words, &[]).contains("\u{1b}["), "{words}");
        let plain = on_a_terminal(words, &[("NO_COLOR", "1")]);
        assert!(!plain.is_empty() && !plain.contains('\u{1b}'), "{plain}");
    }
}

#[test]
fn progress_is_one_line_that_is_written_anew() {
    let application =
        Application::answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let url = application.url();
    let words = format!("trigger factor.created --repeat 30 --rate 60 --url {url}/webhook");
    let shown = on_a_terminal(&words, &[("NO_COLOR", "1")]);
    let (progress, summary) = shown.rsplit_once("\r\u{1b}[K").unwrap();
    let times: Vec<&str> = progress
        .split("\r\u{1b}[K")
        .filter(|line| !line.is_empty())
        .collect();
    assert!(times.len() > 1, "{shown:?}");
    for line in times {
        assert!(
            line.contains(" of 30 sent, ") && !line.contains('\n'),
            "{line:?}"
        );
    }
    assert!(summary.starts_with("30 of 30 sent in "), "{summary:?}");
}
