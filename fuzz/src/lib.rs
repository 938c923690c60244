//! What the fuzz targets share.

use std::sync::atomic::{AtomicU64, Ordering};

pub mod changes;

mod event;
pub mod json;
pub mod reference;
mod reply;
pub mod report;
mod request;
mod setup;
pub mod splits;

pub use event::{Event, FORM, Pairs, form};
pub use reply::{API_SECRET, BASIC, Replies};
pub use request::Request;
pub use setup::{ACCOUNT, KEYS, SECRETS, Setup, URL, setups};

/// Counts an input that got as far as the target is meant to look, and prints the count at every power of two.
///
/// An input that is refused at the door checks nothing: `fuzz/run` fails if too few get further.
pub fn checked() {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    if count.is_power_of_two() {
        eprintln!("checked: {count}");
    }
}
