//! The deliveries of this run, kept in memory within bounds.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::explanation::Explanation;
use crate::request::Request;
use crate::timestamp::Timestamp;
use crate::verification::Outcome;

/// How many deliveries are kept.
pub(crate) const MOST: usize = 200;

/// How many bytes they may take together.
pub(crate) const MOST_BYTES: usize = 32 * 1024 * 1024;

/// What an entry takes in addition to its request, about.
const OVERHEAD: usize = 4 * 1024;

/// A delivery and what became of it.
#[derive(Clone)]
pub(crate) struct Entry {
    /// Counted from 1 in each run.
    pub(crate) id: u64,
    /// Grows with every change of any entry.
    pub(crate) sequence: u64,
    pub(crate) received_at: Timestamp,
    /// The URL that it was verified for, as configured.
    pub(crate) url: Arc<str>,
    pub(crate) request: Arc<Request>,
    /// How the names of its headers are spelled, for those that are sent on.
    pub(crate) spelling: http::Extensions,
    /// How many bytes the body had, where it was cut.
    pub(crate) cut_from: Option<usize>,
    pub(crate) outcome: Outcome,
    pub(crate) explanation: Option<Arc<Explanation>>,
    pub(crate) answer: Option<Answer>,
    /// What the application answered, or why it did not.
    pub(crate) application: Option<FromApplication>,
    pub(crate) replays: Vec<Replay>,
    /// The file it was written to.
    pub(crate) capture: Option<PathBuf>,
}

/// What was handed back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Who decided on it.
    pub(crate) by: AnsweredBy,
    /// From the request to the answer.
    pub(crate) took_ms: u64,
}

/// Who decided on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AnsweredBy {
    /// The application that deliveries are forwarded to.
    Application,
    /// This tool, as a receiver does.
    Listen,
    /// The option `--answer`, or the page.
    Request,
}

impl AnsweredBy {
    pub(crate) fn why(self) -> &'static str {
        match self {
            Self::Application => "the application",
            Self::Listen => "listen, as a receiver does",
            Self::Request => "listen, as it was asked to",
        }
    }
}

/// What an application made of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FromApplication {
    /// Where it is.
    pub(crate) target: String,
    pub(crate) status: Option<u16>,
    pub(crate) headers: Vec<(String, String)>,
    /// The first of its body.
    pub(crate) body: String,
    /// Why there is no answer.
    pub(crate) error: Option<String>,
    pub(crate) took_ms: u64,
}

/// A delivery sent once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replay {
    pub(crate) at: Timestamp,
    pub(crate) kind: &'static str,
    pub(crate) application: FromApplication,
}

impl Entry {
    fn size(&self) -> usize {
        let answered = self
            .application
            .as_ref()
            .map_or(0, |answer| answer.body.len());
        self.request
            .size()
            .saturating_add(answered)
            .saturating_add(OVERHEAD)
    }
}

/// What the page shows, and what it has yet to learn.
#[derive(Clone)]
pub(crate) struct Store {
    inner: Arc<Mutex<Inner>>,
    changed: watch::Sender<u64>,
}

#[derive(Default)]
struct Inner {
    entries: VecDeque<Arc<Entry>>,
    last_id: u64,
    sequence: u64,
    bytes: usize,
    /// How many are no longer kept.
    forgotten: u64,
    /// The last sequence number at which an entry was forgotten.
    forgot_at: u64,
}

impl Store {
    pub(crate) fn new() -> Self {
        Self {
            inner: Arc::default(),
            changed: watch::Sender::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of the next delivery.
    pub(crate) fn next_id(&self) -> u64 {
        let mut inner = self.lock();
        inner.last_id = inner.last_id.saturating_add(1);
        inner.last_id
    }

    /// Keeps an entry, or another state of one that is kept. Others go if there is no room.
    pub(crate) fn put(&self, entry: Entry) {
        let sequence = self.lock().put(entry);
        self.changed.send_replace(sequence);
    }

    /// Changes an entry that is still kept.
    pub(crate) fn change(&self, id: u64, change: impl FnOnce(&mut Entry)) {
        let mut inner = self.lock();
        let Some(entry) = inner.entries.iter().find(|entry| entry.id == id) else {
            return;
        };
        let mut entry = Entry::clone(entry);
        change(&mut entry);
        let sequence = inner.put(entry);
        drop(inner);
        self.changed.send_replace(sequence);
    }

    pub(crate) fn get(&self, id: u64) -> Option<Arc<Entry>> {
        let inner = self.lock();
        inner.entries.iter().find(|entry| entry.id == id).cloned()
    }

    /// Returns the entries, newest first, with the sequence number they stand at.
    pub(crate) fn all(&self) -> (Vec<Arc<Entry>>, u64) {
        let inner = self.lock();
        let entries = inner.entries.iter().rev().cloned().collect();
        (entries, inner.sequence)
    }

    /// Returns what changed after a sequence number, in the order in which it did, and the ids that are kept where
    /// some no longer are.
    pub(crate) fn since(&self, sequence: u64) -> Changes {
        let inner = self.lock();
        let mut entries: Vec<Arc<Entry>> = inner
            .entries
            .iter()
            .filter(|entry| entry.sequence > sequence)
            .cloned()
            .collect();
        entries.sort_unstable_by_key(|entry| entry.sequence);
        Changes {
            entries,
            kept: (inner.forgot_at > sequence)
                .then(|| inner.entries.iter().map(|entry| entry.id).collect()),
            sequence: inner.sequence,
        }
    }

    pub(crate) fn changed(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Returns how many deliveries are no longer kept.
    pub(crate) fn forgotten(&self) -> u64 {
        self.lock().forgotten
    }
}

/// What changed.
pub(crate) struct Changes {
    pub(crate) entries: Vec<Arc<Entry>>,
    pub(crate) kept: Option<Vec<u64>>,
    pub(crate) sequence: u64,
}

impl Inner {
    fn put(&mut self, mut entry: Entry) -> u64 {
        self.sequence = self.sequence.saturating_add(1);
        entry.sequence = self.sequence;
        let entry = Arc::new(entry);
        let place = self.entries.iter_mut().find(|other| other.id == entry.id);
        if let Some(place) = place {
            self.bytes = self.bytes.saturating_sub(place.size());
            self.bytes = self.bytes.saturating_add(entry.size());
            *place = entry;
        } else {
            self.bytes = self.bytes.saturating_add(entry.size());
            // Deliveries end in another order than they began in.
            let place = self.entries.partition_point(|other| other.id < entry.id);
            self.entries.insert(place, entry);
        }
        while self.is_full() {
            self.forget_one();
        }
        self.sequence
    }

    /// Accepted deliveries may take all the room; the latest refused one is kept beyond it, to be read.
    fn is_full(&self) -> bool {
        let spare = usize::from(self.refused() == 1);
        self.bytes > MOST_BYTES || self.entries.len() > MOST.saturating_add(spare)
    }

    fn refused(&self) -> usize {
        let refused = self
            .entries
            .iter()
            .filter(|entry| !entry.outcome.is_accepted());
        refused.count()
    }

    fn latest_refused(&self) -> Option<usize> {
        let mut entries = self.entries.iter();
        entries.rposition(|entry| !entry.outcome.is_accepted())
    }

    /// Forgets the oldest refused delivery, or the oldest accepted one if no other refused one than the latest is left.
    fn forget_one(&mut self) {
        let mut entries = self.entries.iter();
        let oldest = entries.position(|entry| !entry.outcome.is_accepted());
        let latest = self.latest_refused();
        let over = self
            .entries
            .iter()
            .position(|entry| entry.outcome.is_accepted());
        let index = match (oldest, latest) {
            (Some(oldest), Some(latest)) if oldest < latest => Some(oldest),
            (Some(only), _) if over.is_none() || self.bytes > MOST_BYTES => Some(only),
            _ => over,
        };
        if let Some(entry) = self.entries.remove(index.unwrap_or(0)) {
            self.bytes = self.bytes.saturating_sub(entry.size());
            self.forgotten = self.forgotten.saturating_add(1);
            self.forgot_at = self.sequence;
        } else {
            self.bytes = 0;
        }
    }
}
