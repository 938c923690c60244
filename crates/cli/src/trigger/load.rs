//! Many deliveries at a rate.
//!
//! An open loop: a delivery is sent when it is due, whether or not those before it are answered, as a sender does that
//! does not wait for the receiver. Where the bound on unanswered deliveries holds one back, its wait counts as latency.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::MOST_READ;
use super::latency::{Latencies, Percentiles};
use super::plan::{Plan, Planned};
use super::report::Report;
use crate::arguments::TriggerArguments;
use crate::outgoing::{Client, TWILIO_WAITS};
use crate::output::{Failure, Outcome};

/// How many deliveries may be unanswered unless it is said.
const CONCURRENCY: u16 = 1000;

/// How late a delivery may be for its timer's sake.
const TOLERANCE: Duration = Duration::from_millis(3);

/// How many kinds of wrong answers are counted on their own.
const MOST_KINDS: usize = 20;

#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    times: u32,
    /// Deliveries a second. `None` for as fast as answers come.
    rate: Option<f64>,
    concurrency: u16,
    is_distinct: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    pub(super) sent: u64,
    pub(super) of: u64,
    pub(super) not_as_expected: u64,
    pub(super) seconds: f64,
    /// How many were sent a second.
    pub(super) rate: f64,
    /// How many were sent later than due, because too many were unanswered.
    pub(super) late: u64,
    /// How many answers had each status, `none` for those that did not come.
    pub(super) statuses: BTreeMap<String, u64>,
    pub(super) latency_ms: Option<Percentiles>,
    /// What is wrong with answers, and how many were so.
    pub(super) wrong: BTreeMap<String, u64>,
}

struct Answered {
    status: String,
    verdict: Result<String, String>,
    /// `None` if no answer came.
    latency: Option<Duration>,
}

impl Load {
    /// Returns none where deliveries are to be sent one after the other.
    pub(super) fn new(arguments: &TriggerArguments) -> Option<Self> {
        let (rate, concurrency) = (arguments.rate, arguments.concurrency);
        if rate.is_none() && concurrency.is_none() {
            return None;
        }
        Some(Self {
            times: arguments.repeat.unwrap_or(1),
            rate,
            concurrency: concurrency.unwrap_or(CONCURRENCY),
            is_distinct: arguments.distinct,
        })
    }

    pub(super) async fn run(
        self,
        client: &Client,
        mut plan: Plan,
        mut report: Report,
    ) -> Result<Outcome, Failure> {
        let mut round = requests(plan.once())?;
        let of =
            u64::from(self.times).saturating_mul(u64::try_from(round.len()).unwrap_or(u64::MAX));
        let mut run = Run::new(of);
        let free = Arc::new(Semaphore::new(self.concurrency.into()));
        let mut interrupt = std::pin::pin!(tokio::signal::ctrl_c());
        let mut progress = interval(Duration::from_millis(200));
        progress.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut is_interrupted = false;
        let mut position = 0_usize;

        while run.summary.sent < of && !is_interrupted {
            let due = self.due(run.started, run.summary.sent);
            let turn = async {
                sleep_until(due).await;
                Arc::clone(&free).acquire_owned().await
            };
            let mut turn = std::pin::pin!(turn);
            let permit = loop {
                tokio::select! {
                    biased;
                    stop = &mut interrupt => { stop?; is_interrupted = true; break None; }
                    permit = &mut turn => break permit.ok(),
                    Some(answered) = run.unanswered.join_next() => run.add(answered),
                    _ = progress.tick() => run.show_progress(),
                }
            };
            let Some(permit) = permit else { break };
            let Some((planned, request)) = round.get(position).cloned() else {
                break;
            };
            let from = run.from(self.rate.map(|_| due));
            let client = client.clone();
            run.unanswered.spawn(async move {
                let answered = answered(&client, &planned, request, from).await;
                drop(permit);
                answered
            });
            run.summary.sent = run.summary.sent.saturating_add(1);
            position = position.saturating_add(1);
            if position == round.len() {
                position = 0;
                if self.is_distinct && run.summary.sent < of {
                    round = requests(plan.once())?;
                }
            }
        }
        while !is_interrupted && !run.unanswered.is_empty() {
            tokio::select! {
                stop = &mut interrupt => { stop?; is_interrupted = true; }
                Some(answered) = run.unanswered.join_next() => run.add(answered),
                _ = progress.tick() => run.show_progress(),
            }
        }
        let summary = run.end();
        let is_right = summary.not_as_expected == 0;
        report.summary(&summary)?;
        Ok(match is_interrupted {
            true => Outcome::Interrupted,
            false => Outcome::from(is_right),
        })
    }

    /// When the delivery with a number is due.
    fn due(self, started: Instant, number: u64) -> Instant {
        // Numbers are at most fifty million, which a float holds exactly.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        let after = self.rate.map_or(0.0, |rate| number as f64 / rate);
        let after = Duration::try_from_secs_f64(after).unwrap_or(Duration::MAX);
        started.checked_add(after).unwrap_or(started)
    }
}

/// A delivery and the request made of it.
type Prepared = (Arc<Planned>, Request<Bytes>);

fn requests(planned: Vec<Planned>) -> Result<Vec<Prepared>, Failure> {
    planned
        .into_iter()
        .map(|planned| {
            let request = planned.request()?;
            Ok((Arc::new(planned), request))
        })
        .collect()
}

async fn answered(
    client: &Client,
    planned: &Planned,
    request: Request<Bytes>,
    from: Instant,
) -> Answered {
    let answer = client.send(request, MOST_READ, TWILIO_WAITS).await;
    Answered {
        status: match &answer {
            Ok(answer) => answer.response.status().as_u16().to_string(),
            Err(_) => "none".to_owned(),
        },
        verdict: planned.verdict(&answer),
        latency: answer.is_ok().then(|| from.elapsed()),
    }
}

/// What has happened so far.
struct Run {
    started: Instant,
    summary: Summary,
    latencies: Latencies,
    answered: u64,
    unanswered: JoinSet<Answered>,
    is_progress_shown: bool,
}

impl Run {
    fn new(of: u64) -> Self {
        Self {
            started: Instant::now(),
            summary: Summary {
                sent: 0,
                of,
                not_as_expected: 0,
                seconds: 0.0,
                rate: 0.0,
                late: 0,
                statuses: BTreeMap::new(),
                latency_ms: None,
                wrong: BTreeMap::new(),
            },
            latencies: Latencies::default(),
            answered: 0,
            unanswered: JoinSet::new(),
            is_progress_shown: false,
        }
    }

    /// From when the latency of a delivery counts.
    fn from(&mut self, due: Option<Instant>) -> Instant {
        let now = Instant::now();
        match due {
            Some(due) if now.saturating_duration_since(due) > TOLERANCE => {
                self.summary.late = self.summary.late.saturating_add(1);
                due
            }
            _ => now,
        }
    }

    fn add(&mut self, answered: Result<Answered, tokio::task::JoinError>) {
        let answered = answered.unwrap_or_else(|error| Answered {
            status: "none".to_owned(),
            verdict: Err(error.to_string()),
            latency: None,
        });
        self.answered = self.answered.saturating_add(1);
        count(&mut self.summary.statuses, answered.status);
        if let Some(latency) = answered.latency {
            self.latencies.add(latency);
        }
        if let Err(wrong) = answered.verdict {
            self.summary.not_as_expected = self.summary.not_as_expected.saturating_add(1);
            let kinds = &mut self.summary.wrong;
            match kinds.len() < MOST_KINDS || kinds.contains_key(&wrong) {
                true => count(kinds, wrong),
                false => count(kinds, "other".to_owned()),
            }
        }
    }

    /// Writes the line of progress over the one before.
    fn show_progress(&mut self) {
        let mut stderr = std::io::stderr();
        if !stderr.is_terminal() {
            return;
        }
        let Summary {
            sent,
            of,
            not_as_expected,
            ..
        } = self.summary;
        let seconds = self.started.elapsed().as_secs();
        // Progress that cannot be shown is not missed.
        let _ = write!(
            stderr,
            "\r\x1b[K{sent} of {of} sent, {} answered, {not_as_expected} not as expected, {seconds} s",
            self.answered
        );
        let _ = stderr.flush();
        self.is_progress_shown = true;
    }

    /// Forgets what is unanswered, and sums up.
    fn end(mut self) -> Summary {
        if self.is_progress_shown {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
        let seconds = self.started.elapsed().as_secs_f64();
        self.summary.seconds = seconds;
        #[expect(clippy::cast_precision_loss, reason = "a count of deliveries")]
        let rate = self.summary.sent as f64 / seconds.max(1e-9);
        self.summary.rate = rate;
        self.summary.latency_ms = self.latencies.percentiles();
        self.summary
    }
}

fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, kind: K) {
    let count = counts.entry(kind).or_default();
    *count = count.saturating_add(1);
}
