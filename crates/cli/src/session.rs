//! What the receiver and the page of one run share.

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Extensions;
use tokio::sync::{Semaphore, watch};
use tokio::task::spawn_blocking;
use twilio_verify_webhooks::Key;

use crate::application::{Answered, Application};
use crate::capture_file::{CaptureFile, Folder};
use crate::explanation::{Explanation, explain};
use crate::output::{visible, visible_lines};
use crate::replay;
use crate::request::Request;
use crate::secrets::Secret;
use crate::store::{Entry, FromApplication, Replay, Store};
use crate::timestamp::Timestamp;
use crate::verification::Verification;

/// How many bytes of an application's answer are shown.
const SHOWN_ANSWER: usize = 16 * 1024;

/// How many replays of a delivery are listed.
const MOST_REPLAYS: usize = 20;

pub(crate) struct Session {
    pub(crate) store: Store,
    /// The URL as configured, or the folder that is shown.
    pub(crate) title: String,
    pub(crate) verifying: Verifying,
    pub(crate) application: Option<Application>,
    /// Where deliveries are captured; `None` if none are unless somebody asks.
    pub(crate) folder: Option<Folder>,
    pub(crate) answering: Answering,
    /// One diagnosis at a time: each may take a second of a processor.
    pub(crate) diagnosing: Semaphore,
    pub(crate) stop: watch::Sender<bool>,
}

/// What deliveries are verified with.
pub(crate) enum Verifying {
    /// With the receiver of this run.
    Receiving(Verification),
    /// Captures are shown, and those that were not diagnosed are, for this URL.
    For(Verification),
    /// The same, for the URL that each was received for.
    ForEach {
        keys: Vec<Key>,
        secrets: Vec<Secret>,
        accept_get: bool,
    },
    /// Captures are shown as they are.
    Not,
}

/// How deliveries are answered instead of as a receiver or the application does.
#[derive(Default)]
pub(crate) struct Answering {
    pub(crate) status: Option<u16>,
    pub(crate) delay: Duration,
    next: Mutex<VecDeque<Next>>,
}

/// What the next delivery is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Next {
    pub(crate) status: u16,
    pub(crate) delay: Duration,
}

impl Answering {
    pub(crate) fn new(status: Option<u16>, delay: Duration) -> Self {
        Self {
            status,
            delay,
            next: Mutex::default(),
        }
    }

    /// Sets how the next delivery is answered, in place of what was set before.
    pub(crate) fn set_next(&self, next: Next) {
        let mut queue = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        queue.clear();
        queue.push_back(next);
    }

    pub(crate) fn next(&self) -> Option<Next> {
        let queue = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        queue.front().copied()
    }

    /// Takes the status to answer with, if one was asked for, and how long to wait before.
    pub(crate) fn take(&self, is_accepted: bool) -> (Option<u16>, Duration) {
        let mut queue = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.pop_front() {
            Some(next) => (Some(next.status), next.delay),
            None => (self.status.filter(|_| is_accepted), self.delay),
        }
    }
}

impl Session {
    pub(crate) fn new(title: String) -> Self {
        Self {
            store: Store::new(),
            title,
            verifying: Verifying::Not,
            application: None,
            folder: None,
            answering: Answering::default(),
            diagnosing: Semaphore::new(1),
            stop: watch::Sender::new(false),
        }
    }

    /// Tells whether captures are shown and nothing can be done with them.
    pub(crate) fn is_read_only(&self) -> bool {
        !matches!(self.verifying, Verifying::Receiving(_))
    }

    /// What the receiver of this run verifies with.
    pub(crate) fn verification(&self) -> Option<&Verification> {
        match &self.verifying {
            Verifying::Receiving(verification) => Some(verification),
            _ => None,
        }
    }

    /// What a delivery can be diagnosed with.
    fn diagnosing_with(&self, entry: &Entry) -> Option<Verification> {
        match &self.verifying {
            Verifying::Receiving(verification) | Verifying::For(verification) => {
                Some(verification.clone())
            }
            Verifying::ForEach {
                keys,
                secrets,
                accept_get,
            } => Verification::new(&entry.url, keys, secrets.clone(), *accept_get).ok(),
            Verifying::Not => None,
        }
    }

    /// Ends what goes on: streams of the page, and servers.
    pub(crate) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until it is stopped.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut stop = self.stop.subscribe();
        async move {
            // An error means that the session is gone, which is as good.
            let _ = stop.wait_for(|stop| *stop).await;
        }
    }

    /// Finds out why a delivery was refused, unless that is known, and keeps it.
    pub(crate) async fn explain(&self, entry: &Entry) -> Option<Arc<Explanation>> {
        let verification = self.diagnosing_with(entry)?;
        if entry.outcome.is_accepted() {
            return None;
        }
        let _permit = self.diagnosing.acquire().await.ok()?;
        // Another may have asked for the same.
        let known = self
            .store
            .get(entry.id)
            .and_then(|entry| entry.explanation.clone());
        if known.is_some() {
            return known;
        }
        let request = Arc::clone(&entry.request);
        let outcome = entry.outcome.clone();
        let explained = spawn_blocking(move || explain(&verification, &request, &outcome)).await;
        let explanation = Arc::new(explained.ok()?);
        self.store.change(entry.id, |entry| {
            entry.explanation = Some(Arc::clone(&explanation));
        });
        Some(explanation)
    }

    /// Sends a delivery to the application once more. `None` if that cannot be done with it.
    pub(crate) async fn replay(&self, id: u64, as_new: bool) -> Option<()> {
        let (entry, application) = (self.store.get(id)?, self.application.as_ref()?);
        let (request, spelling, kind) = if as_new {
            let key = self.verification()?.key(&entry.outcome)?;
            let request = replay::as_new(&entry.request, &entry.outcome, key)?;
            (Arc::new(request), Extensions::new(), "as a new delivery")
        } else {
            let request = Arc::clone(&entry.request);
            (request, entry.spelling.clone(), "the same again")
        };
        if entry.cut_from.is_some() {
            return None;
        }
        let at = Timestamp::now();
        let answered = application.send(&request, spelling).await;
        self.store.change(id, |entry| {
            if entry.replays.len() >= MOST_REPLAYS {
                entry.replays.remove(0);
            }
            entry.replays.push(Replay {
                at,
                kind,
                application: from_application(application, &answered),
            });
        });
        Some(())
    }

    /// Writes a delivery to a file, where it is not in one.
    pub(crate) async fn capture(&self, entry: &Entry, folder: Folder) -> io::Result<PathBuf> {
        if let Some(path) = &entry.capture {
            return Ok(path.clone());
        }
        let capture = self.capture_file(entry);
        let written = spawn_blocking(move || folder.write(&capture)).await;
        let path = written.map_err(io::Error::other)??;
        self.store
            .change(entry.id, |entry| entry.capture = Some(path.clone()));
        Ok(path)
    }

    pub(crate) fn capture_file(&self, entry: &Entry) -> CaptureFile {
        let forward = self.application.as_ref();
        CaptureFile::new(
            entry,
            forward.map(|application| application.target.to_string()),
        )
    }
}

/// What is kept of an application's answer.
pub(crate) fn from_application(application: &Application, answered: &Answered) -> FromApplication {
    let target = application.target.to_string();
    let took_ms = milliseconds(answered.took);
    match &answered.response {
        Ok(response) => {
            let body = response.body();
            let shown = body.get(..SHOWN_ANSWER).unwrap_or(body);
            let headers = response.headers().iter();
            FromApplication {
                target,
                status: Some(response.status().as_u16()),
                headers: headers
                    .map(|(name, value)| {
                        let value = String::from_utf8_lossy(value.as_bytes());
                        (name.as_str().to_owned(), visible(&value))
                    })
                    .collect(),
                body: visible_lines(&String::from_utf8_lossy(shown)),
                error: None,
                took_ms,
            }
        }
        Err(reason) => FromApplication {
            target,
            status: None,
            headers: Vec::new(),
            body: String::new(),
            error: Some(visible(reason)),
            took_ms,
        },
    }
}

pub(crate) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// How many diagnoses are made unasked: some at once, then one in a while.
///
/// Whoever knows the public address can send forgeries without end, and each costs a diagnosis up to a second.
pub(crate) struct Budget {
    left: u32,
    since: Instant,
}

impl Budget {
    /// How many are made at once.
    pub(crate) const BURST: u32 = 20;
    /// How long it takes until one more is.
    pub(crate) const PERIOD: Duration = Duration::from_secs(5);

    pub(crate) fn new() -> Self {
        Self {
            left: Self::BURST,
            since: Instant::now(),
        }
    }

    /// Takes one, if one is left.
    pub(crate) fn take(&mut self) -> bool {
        let now = Instant::now();
        let periods = now
            .duration_since(self.since)
            .as_secs()
            .checked_div(Self::PERIOD.as_secs());
        let gained = u32::try_from(periods.unwrap_or_default()).unwrap_or(u32::MAX);
        if gained > 0 {
            self.left = self.left.saturating_add(gained).min(Self::BURST);
            self.since = now;
        }
        let is_left = self.left > 0;
        self.left = self.left.saturating_sub(1);
        is_left
    }
}

/// Reads a request without its framework.
pub(crate) fn request(head: &http::request::Parts, body: Vec<u8>) -> Request {
    let target = head.uri.path_and_query();
    Request {
        method: head.method.as_str().to_owned(),
        target: target.map_or("", |target| target.as_str()).to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body,
    }
}
