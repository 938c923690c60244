//! An inbox in several processes, some of which are killed and stopped, and a checker of what happened.
//!
//! ```sh
//! cargo run -p webhook-inbox-processes --bin sqlite                        # 1,000 uuids, 20 deliveries each
//! cargo run -p webhook-inbox-processes --bin sqlite -- --short             # as .ci/run does
//! cargo run -p webhook-inbox-processes --bin sqlite -- --short --fault early-purge
//! cargo run -p webhook-inbox-processes --bin sqlite -- stale               # one worker comes back with an old ticket
//! cargo run -p webhook-inbox-processes --bin sqlite -- trace               # flushes, by system call; needs strace
//! ```
//!
//! Two endpoints and four workers, each a process, share a store. A sender delivers events, each several times, in
//! random order, with replays after they were handled and with other events under known ids. Workers are killed between take and
//! done, and stopped for longer than their leases; endpoints are killed. Handlers fail and panic at random. Each
//! process writes what it does as JSON lines; [`checker::check`] reads them all and says what must not have been.
//!
//! With `--fault` the processes make a mistake on purpose, and the run succeeds if the checker finds it.
//!
//! For another store, implement [`Place`] and call [`main`].

mod cast;
pub mod checker;
mod endpoint;
mod fault;
mod history;
mod place;
mod proxy;
mod recorded;
mod run;
mod sender;
mod stale;
mod trace;
mod worker;

use std::error::Error;
use std::process::ExitCode;

pub use crate::fault::Fault;
pub use crate::history::{Held, How, Record, What, now};
pub use crate::place::Place;
pub use crate::proxy::{Mode, Proxy};

pub type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// The URL that deliveries are signed for, and the token.
pub(crate) const SIGNED: (&str, &str) = (
    "https://mywebsite.com/webhook",
    "0123456789abcdef0123456789abcdef",
);

/// Plays the part that the arguments name: the whole run, or one of its processes.
pub fn main<P: Place>() -> ExitCode {
    match dispatch::<P>() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn dispatch<P: Place>() -> Result<bool> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["endpoint", url, history, fault] => {
            endpoint::serve::<P>(url, history, fault.parse()?).map(|()| true)
        }
        ["worker", url, history, fault, seed] => {
            worker::work::<P>(url, history, fault.parse()?, seed.parse()?).map(|()| true)
        }
        ["holder", url, history, fault] => {
            stale::hold::<P>(url, history, fault.parse()?).map(|()| true)
        }
        ["stale", ref rest @ ..] => stale::run::<P>(rest),
        ["trace", ref rest @ ..] => trace::run::<P>(rest),
        ref rest => run::run::<P>(rest),
    }
}
