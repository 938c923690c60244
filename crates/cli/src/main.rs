//! Command line tool for developers who receive webhooks of Twilio Verify Push.

// Received bytes never meet code that can panic, wrap or lose bits.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![forbid(unsafe_code)]
// The documentation of arguments is printed as their help.
#![allow(rustdoc::bare_urls)]
#![cfg_attr(
    test,
    allow(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "a test may panic"
    )
)]

mod application;
mod arguments;
mod batch;
mod capture;
mod capture_file;
mod curl;
mod diagnose;
mod event_type;
mod explanation;
mod inspect;
mod listen;
mod manual;
mod outgoing;
mod output;
mod page;
mod pieces;
mod reachable;
mod replay;
mod request;
mod secrets;
mod session;
mod store;
mod summary;
mod timestamp;
mod trigger;
mod verification;
mod webhooks;

use std::process::ExitCode;

use crate::arguments::{Arguments, Command};
use crate::output::{Failure, Outcome};

fn main() -> ExitCode {
    match arguments::parse(std::env::args_os()) {
        Ok(Arguments { command }) => output::exit_code(command.run()),
        Err(error) => output::not_understood(error),
    }
}

impl Command {
    fn run(self) -> Result<Outcome, Failure> {
        match self {
            // These end in their own way when they are interrupted: in order, and with what was found out so far.
            Self::Listen(arguments) => runtime()?.block_on(listen::run(*arguments)),
            Self::Trigger(arguments) => runtime()?.block_on(trigger::run(*arguments)),
            Self::Replay(arguments) => interruptible(replay::run(*arguments)),
            Self::Inspect(arguments) => runtime()?.block_on(inspect::run(*arguments)),
            Self::Diagnose(arguments) => blocking(move || diagnose::run(&arguments)),
            Self::Webhooks(arguments) => interruptible(webhooks::run(&arguments)),
            Self::Completions(arguments) => manual::completions(&arguments),
            Self::Man(arguments) => manual::man(&arguments),
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    Ok(runtime)
}

/// Runs until the command is done or the user interrupts it.
fn interruptible(
    command: impl Future<Output = Result<Outcome, Failure>>,
) -> Result<Outcome, Failure> {
    let runtime = runtime()?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            biased;
            interrupt = tokio::signal::ctrl_c() => interrupt.map(|()| Outcome::Interrupted).map_err(Failure::from),
            outcome = command => outcome,
        }
    });
    // A thread may still wait for input or for an answer.
    runtime.shutdown_background();
    outcome
}

/// Runs a command that blocks its thread, so that it can be interrupted.
fn blocking(
    command: impl FnOnce() -> Result<Outcome, Failure> + Send + 'static,
) -> Result<Outcome, Failure> {
    interruptible(async move {
        tokio::task::spawn_blocking(command)
            .await
            .map_err(Failure::failed)?
    })
}
