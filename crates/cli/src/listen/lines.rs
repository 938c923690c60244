//! What `listen` prints: a line when it is ready, and one for each delivery.
//!
//! A thread of its own writes them. Whoever reads may stop without going away, as a pager or a terminal that is held does,
//! and deliveries are answered all the same.

use std::io::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::explanation::Step;
use crate::output::{
    BAD, DIM, GOOD, HEADING, Out, Outcome, json_line, visible, visible_start, warning,
};
use crate::session::Session;
use crate::store::{Answer, Entry};
use crate::summary::Summary;

/// The version of the JSON lines. It changes only if a member does or goes.
const VERSION: u32 = 1;

/// How many lines wait for whoever reads them. Those of further deliveries are left out.
const MOST_WAITING: usize = 1000;

/// Where everything is.
pub(super) struct Addresses {
    pub(super) listen: String,
    pub(super) page: Option<String>,
    pub(super) ensured: Option<String>,
}

pub(super) struct Lines {
    is_json: bool,
    until: Option<u64>,
    inner: Mutex<Inner>,
    left_out: Arc<AtomicU64>,
}

struct Inner {
    /// To the thread that writes; `None` after the last line.
    writer: Option<SyncSender<String>>,
    /// Tells when the thread has ended.
    written: Option<oneshot::Receiver<()>>,
    deliveries: u64,
    is_any_refused: bool,
}

#[derive(Serialize)]
struct Ready<'a> {
    event: &'static str,
    version: u32,
    url: &'a str,
    listen: &'a str,
    page: Option<&'a str>,
    forward: Option<String>,
    capture: Option<String>,
    webhook: Option<&'a str>,
}

#[derive(Serialize)]
struct Delivery<'a> {
    event: &'static str,
    id: u64,
    received_at: String,
    outcome: &'static str,
    method: &'a str,
    target: &'a str,
    #[serde(rename = "type")]
    event_type: Option<String>,
    uuid: Option<String>,
    webhook_version: Option<String>,
    key: Option<&'a str>,
    url_variant: Option<&'a str>,
    unknown_parameters: Vec<String>,
    refusal: Option<Refusal<'a>>,
    explanation: Option<Explained<'a>>,
    answer: Option<&'a Answer>,
    application: Option<FromApplication<'a>>,
    capture: Option<String>,
}

#[derive(Serialize)]
struct Refusal<'a> {
    status: u16,
    message: &'a str,
}

#[derive(Serialize)]
struct Explained<'a> {
    sentence: &'a str,
    steps: &'a [Step],
    causes: &'a [String],
    diagnosis: &'a Value,
}

#[derive(Serialize)]
struct FromApplication<'a> {
    target: &'a str,
    status: Option<u16>,
    error: Option<&'a str>,
    took_ms: u64,
}

impl Lines {
    /// Starts the thread that writes. It stops the session where nobody reads any more.
    pub(super) fn new(
        is_json: bool,
        until: Option<u64>,
        session: Arc<Session>,
    ) -> io::Result<Self> {
        let (writer, lines) = sync_channel(MOST_WAITING);
        let (done, written) = oneshot::channel();
        let left_out = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&left_out);
        thread::Builder::new().spawn(move || {
            write(&lines, &count, &session);
            let _ = done.send(());
        })?;
        Ok(Self {
            is_json,
            until,
            inner: Mutex::new(Inner {
                writer: Some(writer),
                written: Some(written),
                deliveries: 0,
                is_any_refused: false,
            }),
            left_out,
        })
    }

    /// Waits until every line is written. None comes after it.
    pub(super) async fn written(&self) {
        let written = {
            let mut inner = self.lock();
            inner.writer = None;
            inner.written.take()
        };
        if let Some(written) = written {
            let _ = written.await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn ready(&self, session: &Session, addresses: &Addresses) {
        let forward = session.application.as_ref();
        let forward = forward.map(|application| application.target.to_string());
        let capture = session.folder.as_ref();
        let capture = capture.map(|folder| folder.path().display().to_string());
        let text = if self.is_json {
            json_line(&Ready {
                event: "ready",
                version: VERSION,
                url: &session.title,
                listen: &addresses.listen,
                page: addresses.page.as_deref(),
                forward,
                capture,
                webhook: addresses.ensured.as_deref(),
            })
        } else {
            let row =
                |name: &str, value: &str| format!("{DIM}{name:<12}{DIM:#} {}\n", visible(value));
            let mut text = row("URL", &session.title);
            text.push_str(&row("listening", &addresses.listen));
            if let Some(forward) = &forward {
                text.push_str(&row("forwarding", forward));
            }
            if let Some(capture) = &capture {
                text.push_str(&row("capturing", capture));
            }
            if let Some(webhook) = &addresses.ensured {
                text.push_str(&row("webhook", webhook));
            }
            if let Some(page) = &addresses.page {
                text.push_str(&format!(
                    "{DIM}{:<12}{DIM:#} {HEADING}{page}{HEADING:#}\n",
                    "page"
                ));
            }
            text.push_str("Ready. Stop with Ctrl-C.\n\n");
            text
        };
        self.print(&self.lock(), text);
    }

    fn print(&self, inner: &Inner, text: String) {
        let sent = inner
            .writer
            .as_ref()
            .map(|writer| writer.try_send(text).is_ok());
        if sent == Some(false) {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Prints a delivery, and ends the session after the last one that was asked for.
    pub(super) fn delivery(&self, session: &Session, entry: &Entry) {
        let mut inner = self.lock();
        if self.until.is_some_and(|until| inner.deliveries >= until) {
            return;
        }
        inner.deliveries = inner.deliveries.saturating_add(1);
        inner.is_any_refused |= !entry.outcome.is_accepted();
        let text = if self.is_json {
            json_line(&delivery(entry))
        } else {
            text(entry)
        };
        self.print(&inner, text);
        if self.until == Some(inner.deliveries) {
            session.stop();
        }
    }

    /// The answer of the whole run: no if it was to end by itself and something was refused, or it did not come to that.
    pub(super) fn outcome(&self) -> Outcome {
        let inner = self.lock();
        match self.until {
            None => Outcome::Done,
            Some(until) => Outcome::from(!inner.is_any_refused && inner.deliveries >= until),
        }
    }
}

/// Writes lines until there are no more, or nobody reads any more, as `head` does.
fn write(lines: &Receiver<String>, left_out: &AtomicU64, session: &Session) {
    let mut out = Out::new();
    for line in lines {
        let written = out.write_all(line.as_bytes()).and_then(|()| out.flush());
        if written.is_err() || out.is_closed() {
            session.stop();
            return;
        }
        let left_out = left_out.swap(0, Ordering::Relaxed);
        if left_out > 0 {
            warning(format_args!(
                "the lines of {left_out} deliveries are left out, as nobody read them in time; the page lists deliveries"
            ));
        }
    }
}

fn delivery(entry: &Entry) -> Delivery<'_> {
    use crate::verification::Outcome::{Accepted, Refused};

    let summary = Summary::new(&entry.request);
    let (key, url_variant, refusal) = match &entry.outcome {
        Accepted { key, variant } => (Some(key.as_str()), Some(variant.as_str()), None),
        Refused {
            status, message, ..
        } => (
            None,
            None,
            Some(Refusal {
                status: *status,
                message,
            }),
        ),
    };
    Delivery {
        event: "delivery",
        id: entry.id,
        received_at: entry.received_at.to_string(),
        outcome: entry.outcome.word(),
        method: &entry.request.method,
        target: &entry.request.target,
        event_type: summary.event_type,
        uuid: summary.uuid,
        webhook_version: summary.version,
        key,
        url_variant,
        unknown_parameters: summary.unknown,
        refusal,
        explanation: entry.explanation.as_deref().map(|explanation| Explained {
            sentence: &explanation.sentence,
            steps: &explanation.steps,
            causes: &explanation.causes,
            diagnosis: &explanation.diagnosis,
        }),
        answer: entry.answer.as_ref(),
        application: entry
            .application
            .as_ref()
            .map(|application| FromApplication {
                target: &application.target,
                status: application.status,
                error: application.error.as_deref(),
                took_ms: application.took_ms,
            }),
        capture: entry
            .capture
            .as_ref()
            .map(|path| path.display().to_string()),
    }
}

fn text(entry: &Entry) -> String {
    let summary = Summary::new(&entry.request);
    let time = entry.received_at.time_of_day();
    let status = entry.answer.as_ref().map_or(0, |answer| answer.status);
    let (style, sign) = if entry.outcome.is_accepted() {
        (GOOD, "accepted")
    } else {
        (BAD, "refused ")
    };
    let event_type = summary
        .event_type
        .unwrap_or_else(|| format!("{} {}", entry.request.method, entry.request.target));
    let who = summary.identity.unwrap_or_default();
    let by = match (&entry.answer, &entry.application) {
        (_, Some(application)) => match &application.error {
            Some(error) => format!("  {}", visible(error)),
            None => format!("  application, {} ms", application.took_ms),
        },
        _ => String::new(),
    };
    let mut text = format!(
        "{DIM}{time}{DIM:#}  #{:<4} {style}{sign}{style:#}  {:<20}  {:<24}  {status}{by}\n",
        entry.id,
        visible_start(&event_type, 60),
        visible_start(&who, 40),
    );
    match (&entry.explanation, entry.outcome.message()) {
        (Some(explanation), _) => {
            text.push_str(&format!("          {}\n", visible(&explanation.sentence)));
            for step in &explanation.steps {
                if let Some(command) = &step.command {
                    text.push_str(&format!("          {DIM}{}{DIM:#}\n", visible(&step.text)));
                    for line in command.lines() {
                        text.push_str(&format!("            {}\n", visible(line)));
                    }
                }
            }
        }
        (None, Some(message)) => text.push_str(&format!(
            "          {} {DIM}(not diagnosed: open it on the page){DIM:#}\n",
            visible(message)
        )),
        (None, None) => {}
    }
    text
}
