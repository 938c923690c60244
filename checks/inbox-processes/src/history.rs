use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use crate::Result;

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, in nanoseconds of a clock that all processes of the machine share.
    pub at: u64,
    /// Which process.
    pub pid: u32,
    #[serde(flatten)]
    pub what: What,
}

/// What happened. Ids are texts of `DeliveryId`, digests hexadecimal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum What {
    /// A delivery was answered; 0 if the connection broke.
    Answered {
        id: String,
        digest: String,
        status: u16,
    },
    /// The store granted a take.
    Taken {
        id: String,
        attempt: u32,
        asked: u64,
        lease_ms: u64,
    },
    /// The store moved a row to the dead ones.
    Buried {
        id: String,
    },
    /// The store was asked to settle.
    Settling {
        id: String,
        attempt: u32,
        how: How,
    },
    /// It answered.
    Settled {
        id: String,
        attempt: u32,
        how: How,
        result: Held,
        asked: u64,
        lease_ms: u64,
    },
    /// A handler acted, outside of any transaction.
    Acted {
        id: String,
        digest: String,
        attempt: u32,
    },
    /// A handler's transaction was committed.
    Committed {
        id: String,
        digest: String,
        attempt: u32,
    },
    /// A process was killed, or stopped for a while.
    Killed {
        victim: u32,
    },
    Paused {
        victim: u32,
    },
    /// What the store held in the end, and how often a transaction was committed.
    Ended {
        id: String,
        state: Option<String>,
        attempt: u32,
        committed: u64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Done,
    Again,
    HandBack,
    Extend,
    Dead,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    Yes,
    AlreadyDone,
    Lost,
}

/// The time of the clock that all processes share.
#[must_use]
pub fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    u64::try_from(time.tv_sec).unwrap_or_default() * 1_000_000_000
        + u64::try_from(time.tv_nsec).unwrap_or_default()
}

/// Writes lines to a file. What is written survives the process.
#[derive(Clone)]
pub(crate) struct History(Arc<File>);

impl History {
    pub(crate) fn append(path: impl AsRef<Path>) -> Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self(Arc::new(file)))
    }

    pub(crate) fn tell(&self, what: What) {
        let pid = std::process::id();
        let record = Record {
            at: now(),
            pid,
            what,
        };
        let mut line = serde_json::to_vec(&record).expect("a record is JSON");
        line.push(b'\n');
        // One call: lines of several processes do not mix.
        (&*self.0).write_all(&line).expect("the history is written");
    }
}

pub(crate) fn read(path: &Path) -> Result<Vec<Record>> {
    let text = std::fs::read_to_string(path)?;
    // A kill may cut the last line.
    let lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    lines.map(|line| Ok(serde_json::from_str(line)?)).collect()
}
