//! How a command ends.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::{fmt, io};

use super::style::BAD;
use super::visible;

/// How a command ended that did what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is done, and the answer, if there is one, is yes. Exit code 0.
    Done,
    /// The answer is no: refused, not as expected. Exit code 1.
    No,
    /// The user interrupted it. Exit code 130.
    Interrupted,
}

impl From<bool> for Outcome {
    fn from(answer: bool) -> Self {
        if answer { Self::Done } else { Self::No }
    }
}

/// Why a command could not do what it was asked to.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It was called wrongly. Exit code 2.
    Usage(String),
    /// It was called well, and something else failed. Exit code 1.
    Failed(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// A wrong call, said in words that hold no secret.
    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    pub(crate) fn failed(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Failed(error.into())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::failed(error)
    }
}

/// Says on standard error what went wrong, and returns the exit code.
pub(crate) fn exit_code(outcome: Result<Outcome, Failure>) -> ExitCode {
    let mut stderr = anstream::stderr().lock();
    // Where there is no standard error, the exit code has to do.
    match outcome {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::No) => ExitCode::FAILURE,
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(Failure::Usage(message)) => {
            let _ = writeln!(
                stderr,
                "{BAD}error:{BAD:#} {}\n\nFor more information, try '--help'.",
                visible(&message)
            );
            ExitCode::from(2)
        }
        Err(Failure::Failed(error)) => {
            let _ = writeln!(stderr, "{BAD}error:{BAD:#} {}", visible(&error.to_string()));
            let mut source = error.source();
            while let Some(error) = source {
                let _ = writeln!(stderr, "  because: {}", visible(&error.to_string()));
                source = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Prints help or the version where they were asked for, or else what is wrong with the arguments, and returns the exit
/// code.
pub(crate) fn not_understood(error: clap::Error) -> ExitCode {
    // Nothing is left to be said where nobody reads.
    let _ = error.print();
    match error.exit_code() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::from(2),
    }
}
