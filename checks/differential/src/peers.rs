//! The answers of the other implementations, each in its own process.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::case::Case;

/// An implementation, and the way it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Peer {
    /// `validateRequest` and `validateRequestWithBody`.
    Npm,
    /// The middleware `webhook`, behind Express' body parsers.
    NpmExpress,
    /// `RequestValidator`.
    Pypi,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepts,
    Refuses,
    Raises(String),
}

pub(crate) type Answers = BTreeMap<Peer, Answer>;

/// Asks every implementation about every case.
pub(crate) fn ask(cases: &[Case]) -> Vec<Answers> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = here.join("../../benches/peers/venv/bin/python");
    let mut npm = Command::new("node");
    npm.arg(here.join("npm.mjs"));
    let mut pypi = Command::new(python);
    pypi.arg(here.join("pypi.py"));
    let answers = answers(npm, cases).into_iter().zip(answers(pypi, cases));
    answers
        .map(|(npm, pypi)| npm.into_iter().chain(pypi).collect())
        .collect()
}

fn answers(mut command: Command, cases: &[Case]) -> Vec<Answers> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("checks/differential/run installs it");
    let mut stdin = child.stdin.take().expect("it is piped");
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let answers: Vec<Answers> = std::thread::scope(|scope| {
        scope.spawn(move || {
            for case in cases {
                writeln!(stdin, "{}", case.to_json()).expect("it reads every case");
            }
        });
        let read = |line: String| {
            let answers: BTreeMap<Peer, String> =
                serde_json::from_str(&line).expect("a line of answers");
            let answers = answers.into_iter();
            answers
                .map(|(peer, answer)| (peer, Answer::read(&answer)))
                .collect()
        };
        stdout
            .lines()
            .map(|line| read(line.expect("text")))
            .collect()
    });
    assert!(child.wait().expect("it ran").success());
    assert_eq!(answers.len(), cases.len());
    answers
}

impl Answer {
    fn read(answer: &str) -> Self {
        match answer.strip_prefix("raise ") {
            Some(error) => Self::Raises(error.to_owned()),
            None if answer == "accept" => Self::Accepts,
            None if answer == "refuse" => Self::Refuses,
            None => panic!("{answer}"),
        }
    }
}
