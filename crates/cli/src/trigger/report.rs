//! What is shown of deliveries and answers.

use std::io::{self, Write as _};
use std::time::Duration;

use serde_json::{Map, Value, json};
use twilio_verify_webhooks::testing::{BatchCase, NegativeCase};
use url::form_urlencoded;

use super::load::Summary;
use super::plan::{Expected, Planned, What};
use crate::outgoing::{Answer, NoAnswer};
use crate::output::{BAD, DIM, GOOD, HEADING, Out, visible, visible_start};

/// The most characters shown of a value or an answer.
const MOST_SHOWN: usize = 400;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Requests and answers.
    Long,
    /// A line for each delivery.
    Brief,
    /// A line of JSON for each delivery.
    Json,
}

pub(super) struct Report {
    out: Out,
    form: Form,
}

impl Report {
    pub(super) fn new(out: Out, is_json: bool, what: &What) -> Self {
        let form = match what {
            _ if is_json => Form::Json,
            What::Negative(cases) if cases.len() > 1 => Form::Brief,
            What::NegativeBatches(cases) if cases.len() > 1 => Form::Brief,
            _ => Form::Long,
        };
        Self { out, form }
    }

    /// Whether nobody reads any more.
    pub(super) fn is_closed(&self) -> bool {
        self.out.is_closed()
    }

    /// Shows what is sent.
    pub(super) fn request(&mut self, planned: &Planned) -> io::Result<()> {
        if self.form != Form::Long {
            return Ok(());
        }
        let out = &mut self.out;
        writeln!(out, "{HEADING}{}{HEADING:#}", shown(&planned.title))?;
        writeln!(
            out,
            "  {} {}",
            planned.delivery.method(),
            shown(planned.server())
        )?;
        writeln!(out, "  signed for {}", shown(&planned.signed_for))?;
        for (name, value) in planned.delivery.headers() {
            writeln!(out, "  {DIM}{}: {}{DIM:#}", shown(name), shown(value))?;
        }
        for (name, value) in parameters(planned) {
            writeln!(out, "    {:<24} {}", shown(&name), shown(&value))?;
        }
        Ok(())
    }

    /// Shows what came back.
    pub(super) fn answer(
        &mut self,
        planned: &Planned,
        answer: &Result<Answer, NoAnswer>,
        verdict: &Result<String, String>,
        latency: Duration,
    ) -> io::Result<()> {
        let response = answer.as_ref().ok().map(|answer| &answer.response);
        let out = &mut self.out;
        match self.form {
            Form::Long => {
                if let Some(response) = response {
                    let reason = response.status().canonical_reason().unwrap_or_default();
                    writeln!(out, "  -> {} {reason}", response.status().as_u16())?;
                    if !response.body().is_empty() {
                        let body = String::from_utf8_lossy(response.body());
                        writeln!(out, "     {}", shown(&body))?;
                    }
                }
                match verdict {
                    Ok(verdict) => writeln!(out, "  {GOOD}{verdict}{GOOD:#}\n"),
                    Err(wrong) => {
                        writeln!(out, "  {BAD}NOT AS EXPECTED{BAD:#}: {}\n", visible(wrong))
                    }
                }
            }
            Form::Brief => {
                let status = response.map_or("---".to_owned(), |response| {
                    response.status().as_u16().to_string()
                });
                let title = shown(&planned.title);
                match verdict {
                    Ok(verdict) => writeln!(out, "{status} {GOOD}{verdict:<8}{GOOD:#} {title}"),
                    Err(wrong) => {
                        writeln!(
                            out,
                            "{status} {BAD}NOT AS EXPECTED{BAD:#}: {} {title}",
                            visible(wrong)
                        )
                    }
                }
            }
            Form::Json => {
                let parameters: Map<String, Value> = parameters(planned)
                    .map(|(name, value)| (name, Value::String(value)))
                    .collect();
                out.json_line(&json!({
                    "delivery": planned.title,
                    "method": planned.delivery.method(),
                    "url": planned.server(),
                    "signed_for": planned.signed_for,
                    "parameters": parameters,
                    "expected": match planned.expected {
                        Expected::Accepted | Expected::BatchAccepted => "accepted",
                        Expected::Refused { .. } | Expected::BatchRefused { .. } => "refused",
                    },
                    "case": match planned.expected {
                        Expected::Refused { case: Some(case) } => Some(case.name()),
                        Expected::BatchRefused { case } => Some(case.name()),
                        _ => None,
                    },
                    "status": response.map(|response| response.status().as_u16()),
                    "as_expected": verdict.is_ok(),
                    "verdict": match verdict { Ok(verdict) | Err(verdict) => verdict },
                    "latency_ms": response.map(|_| latency.as_secs_f64() * 1000.0),
                }))
            }
        }
    }

    /// Shows how many were sent one by one.
    pub(super) fn counts(&mut self, sent: u64, of: usize, wrong: u64) -> io::Result<()> {
        match self.form {
            Form::Json => self
                .out
                .json_line(&json!({"sent": sent, "of": of, "not_as_expected": wrong})),
            _ => writeln!(
                self.out,
                "{sent} of {of} sent, {wrong} not answered as expected"
            ),
        }
    }

    /// Shows what came of many.
    pub(super) fn summary(&mut self, summary: &Summary) -> io::Result<()> {
        if self.form == Form::Json {
            return self.out.json_line(summary);
        }
        let out = &mut self.out;
        let Summary {
            sent,
            of,
            not_as_expected,
            seconds,
            rate,
            late,
            ..
        } = summary;
        writeln!(
            out,
            "{sent} of {of} sent in {seconds:.1} s, {rate:.1} a second, {not_as_expected} not answered as expected"
        )?;
        for (status, count) in &summary.statuses {
            writeln!(out, "  {status:<4} {count}")?;
        }
        if let Some(latency) = &summary.latency_ms {
            writeln!(
                out,
                "latency in ms: p50 {:.2}, p90 {:.2}, p99 {:.2}, p99.9 {:.2}, max {:.2}",
                latency.p50, latency.p90, latency.p99, latency.p999, latency.max
            )?;
        }
        if *late > 0 {
            writeln!(
                out,
                "{late} were sent later than due, because too many were unanswered (--concurrency): their wait counts"
            )?;
        }
        for (wrong, count) in &summary.wrong {
            writeln!(
                out,
                "{BAD}NOT AS EXPECTED{BAD:#} {count} times: {}",
                visible(wrong)
            )?;
        }
        Ok(())
    }
}

/// Shows the negative deliveries that there are.
pub(super) fn negatives(out: &mut Out, is_json: bool) -> io::Result<()> {
    let groups = [
        ("Sent by `all`:", true, NegativeCase::ALL),
        (
            "\nDepending on how the server is configured:",
            false,
            NegativeCase::CONDITIONAL,
        ),
    ];
    let plain = |case: &NegativeCase| case.description().replace('`', "");
    if is_json {
        let cases: Vec<Value> = groups
            .iter()
            .flat_map(|(_, is_in_all, cases)| {
                cases.iter().map(move |case| {
                    json!({
                        "name": case.name(),
                        "status": case.status(),
                        "description": plain(case),
                        "in_all": is_in_all,
                    })
                })
            })
            .collect();
        return out.json(&cases);
    }
    for (heading, _, cases) in groups {
        writeln!(out, "{heading}")?;
        for case in cases {
            writeln!(
                out,
                "  {:<24} {}  {}",
                case.name(),
                case.status(),
                plain(case)
            )?;
        }
    }
    Ok(())
}

/// Shows the negative batches of Event Streams that there are.
pub(super) fn negative_batches(out: &mut Out, is_json: bool) -> io::Result<()> {
    let plain = |case: &BatchCase| case.description().replace('`', "");
    if is_json {
        let cases = BatchCase::ALL.iter().map(|case| {
            json!({
                "name": case.name(),
                "status": case.status(),
                "description": plain(case),
                "in_all": true,
            })
        });
        return out.json(&cases.collect::<Vec<Value>>());
    }
    writeln!(out, "Sent by `all`:")?;
    for case in BatchCase::ALL {
        writeln!(
            out,
            "  {:<24} {}  {}",
            case.name(),
            case.status(),
            plain(case)
        )?;
    }
    Ok(())
}

fn parameters(planned: &Planned) -> impl Iterator<Item = (String, String)> {
    let is_batch = matches!(
        planned.expected,
        Expected::BatchAccepted | Expected::BatchRefused { .. }
    );
    // A batch is shown as it is sent.
    let body = is_batch.then(|| String::from_utf8_lossy(planned.delivery.body()).into_owned());
    let events = body.map(|body| ("body".to_owned(), body));
    events.into_iter().chain(form_parameters(planned, is_batch))
}

fn form_parameters(planned: &Planned, is_batch: bool) -> impl Iterator<Item = (String, String)> {
    let query = planned.url.split_once('?').map_or("", |(_, query)| query);
    let query = form_urlencoded::parse(query.as_bytes());
    let body = form_urlencoded::parse(planned.delivery.body());
    query
        .chain(body)
        .filter(move |_| !is_batch)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
}

fn shown(text: &str) -> String {
    visible_start(text, MOST_SHOWN)
}
