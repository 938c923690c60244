//! The program, run with a key that is known.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{EventBuilder, OwnedDelivery, Signer};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const URL: &str = "https://hooks.example.com/webhook?tenant=1";

/// How long anything may take before a test gives up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_verify-webhooks"));
    command
        .args(arguments)
        .env_clear()
        .env("TWILIO_AUTH_TOKEN", TOKEN)
        .stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    command(arguments).output().unwrap()
}

/// A program that runs and prints JSON lines.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) ready: Value,
    lines: Receiver<String>,
}

impl Program {
    /// Starts `listen` on free ports.
    pub(crate) fn listen(arguments: &[&str]) -> Self {
        let mut own = vec!["listen", "--json", "--url", URL, "--listen", "127.0.0.1:0"];
        if !arguments.contains(&"--page-port") {
            own.extend(["--page-port", "0"]);
        }
        Self::start(command(&[&own[..], arguments].concat()))
    }

    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = lines(child.stdout.take().unwrap());
        let ready = lines.recv_timeout(PATIENCE).unwrap();
        Self {
            child,
            ready: serde_json::from_str(&ready).unwrap(),
            lines,
        }
    }

    /// Where deliveries are sent to.
    pub(crate) fn address(&self) -> SocketAddr {
        address(self.ready["listen"].as_str().unwrap())
    }

    /// Where the page is, and its path.
    pub(crate) fn page(&self) -> (SocketAddr, String) {
        let url = self.ready["page"].as_str().unwrap();
        let (_, rest) = url.split_once("://").unwrap();
        let (host, path) = rest.split_once('/').unwrap();
        (host.parse().unwrap(), format!("/{path}"))
    }

    /// The next line.
    pub(crate) fn line(&self) -> Value {
        serde_json::from_str(&self.lines.recv_timeout(PATIENCE).unwrap()).unwrap()
    }

    /// Interrupts it as Ctrl-C does, and returns its exit code.
    pub(crate) fn interrupt(mut self) -> i32 {
        interrupt(&self.child);
        self.child.wait().unwrap().code().unwrap()
    }

    pub(crate) fn exit_code(mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Interrupts a program as Ctrl-C does.
pub(crate) fn interrupt(child: &Child) {
    let pid = child.id().to_string();
    let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert!(sent.success());
}

pub(crate) fn address(url: &str) -> SocketAddr {
    url.trim_start_matches("http://")
        .trim_end_matches('/')
        .parse()
        .unwrap()
}

fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

/// A delivery as Twilio signs it.
pub(crate) fn signed() -> OwnedDelivery {
    signed_for(URL)
}

pub(crate) fn signed_for(url: &str) -> OwnedDelivery {
    let token = AuthToken::new(TOKEN).unwrap();
    Signer::new(url, token)
        .unwrap()
        .post(&EventBuilder::challenge_approved())
}

/// A delivery that nobody signed.
pub(crate) fn forged() -> OwnedDelivery {
    signed().with_header_replaced("x-twilio-signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")
}
