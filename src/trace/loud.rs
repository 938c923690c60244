//! Bounds how often strangers are told of loudly.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often the same is told loudly.
const PERIOD: Duration = Duration::from_secs(60);

/// By message and code, which are constants of this crate, so that there are few.
static TOLD: Mutex<BTreeMap<(&str, &str), Told>> = Mutex::new(BTreeMap::new());

struct Told {
    last: Instant,
    not_shown: u64,
}

/// Tells whether a message is to be told loudly, and if so, how many like it were not since the last time.
pub(super) fn is_due(message: &'static str, code: &'static str) -> Option<u64> {
    let now = Instant::now();
    let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(told) = told.get_mut(&(message, code)) else {
        let (last, not_shown) = (now, 0);
        told.insert((message, code), Told { last, not_shown });
        return Some(0);
    };
    if now.duration_since(told.last) < PERIOD {
        told.not_shown = told.not_shown.saturating_add(1);
        return None;
    }
    told.last = now;
    Some(std::mem::take(&mut told.not_shown))
}
