//! The servers that take turns.

use std::env;
use std::path::Path;
use std::process::Command;

/// A server, and what it does with forged deliveries.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Contestant {
    pub(crate) name: &'static str,
    program: &'static [&'static str],
    /// A bare server accepts everything.
    pub(crate) refuses: bool,
}

/// All of them, the one that the others are multiples of first.
pub(crate) const ALL: [Contestant; 13] = [
    accepts("axum, bare", &["axum-server", "bare"]),
    refuses("axum, body read and answered", &["axum-server", "answers"]),
    refuses("axum, the HMAC too", &["axum-server", "hmac"]),
    refuses(
        "axum, decoding too: `Receiver::verify`",
        &["axum-server", "verify"],
    ),
    refuses("axum with the extractor", &["axum-server", "extractor"]),
    refuses(
        "axum, `Receiver` called by the handler",
        &["axum-server", "receiver"],
    ),
    refuses("axum, a check written by hand", &["axum-server", "by-hand"]),
    accepts("actix-web, bare", &["actix-server", "bare"]),
    refuses(
        "actix-web with the extractor",
        &["actix-server", "extractor"],
    ),
    accepts("Express, bare", &["node", "express.js", "bare"]),
    refuses(
        "Express with npm `twilio`",
        &["node", "express.js", "twilio"],
    ),
    accepts(
        "Starlette, bare",
        &["venv/bin/python", "starlette_server.py", "bare"],
    ),
    refuses(
        "Starlette with PyPI `twilio`",
        &["venv/bin/python", "starlette_server.py", "twilio"],
    ),
];

/// Servers each of which does what the one before does and a part more, down to all that the extractor does.
pub(crate) const LADDER: [(&str, &str); 5] = [
    (
        "the body taken as `Bytes`, and an empty answer",
        "axum, bare",
    ),
    (
        "the answer to this delivery",
        "axum, body read and answered",
    ),
    ("the HMAC", "axum, the HMAC too"),
    ("decoding", "axum, decoding too: `Receiver::verify`"),
    ("the event, owned", "axum with the extractor"),
];

const fn accepts(name: &'static str, program: &'static [&'static str]) -> Contestant {
    let refuses = false;
    Contestant {
        name,
        program,
        refuses,
    }
}

const fn refuses(name: &'static str, program: &'static [&'static str]) -> Contestant {
    let refuses = true;
    Contestant {
        name,
        program,
        refuses,
    }
}

impl Contestant {
    /// The command that starts it on the first processor, so that the load has the others.
    pub(crate) fn command(&self) -> Command {
        let own = env::current_exe().unwrap_or_default();
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let mut command = Command::new("taskset");
        command
            .args(["--cpu-list", "0"])
            .env("NODE_ENV", "production");
        for (position, word) in self.program.iter().enumerate() {
            match *word {
                "axum-server" | "actix-server" => command.arg(own.with_file_name(word)),
                "node" => command.arg(word),
                word if position < self.program.len() - 1 => command.arg(peers.join(word)),
                word => command.arg(word),
            };
        }
        command
    }
}
