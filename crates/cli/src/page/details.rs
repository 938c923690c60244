//! One delivery, with all that is known of it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::json::laid_out;
use super::{Shared, html, not_found};
use crate::explanation::{Explanation, Step, quoted};
use crate::output::{visible, visible_lines};
use crate::pieces::{Beside, Pieces};
use crate::request::Request;
use crate::session::Verifying;
use crate::store::{Answer, Entry, FromApplication};
use crate::summary::{DOCUMENTED, Summary};
use crate::verification::Outcome;

#[derive(Template)]
#[template(path = "details.html")]
struct Details<'a> {
    root: &'a str,
    script: &'a str,
    style: &'a str,
    icon: &'a str,
    read_only: bool,
    /// Whether there is nothing to diagnose with.
    no_key: bool,
    id: u64,
    newer: Option<u64>,
    older: Option<u64>,
    datetime: String,
    time: String,
    outcome: &'static str,
    event_type: String,
    accepted: Option<Accepted>,
    refused: Option<Refused>,
    pieces: Vec<Beside>,
    params: Vec<Param>,
    to_sign: Vec<Signed>,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body_bytes: usize,
    cut_from: Option<usize>,
    raw_body: String,
    answer: Option<(u16, &'static str, u64)>,
    answer_note: Option<String>,
    application: Option<FromApplication>,
    forward: Option<String>,
    replays: Vec<ReplayRow>,
    capture: Option<String>,
}

struct Accepted {
    key: String,
    variant: String,
    /// How the variant differs from the URL as configured.
    variant_is: &'static str,
    version: String,
    unknown: Vec<String>,
}

struct Refused {
    status: u16,
    message: String,
    explanation: Option<Explanation>,
    report: String,
    /// The command that diagnoses the file.
    diagnose: Option<String>,
}

/// A parameter, laid out where it is JSON.
struct Param {
    name: String,
    is_documented: bool,
    value: String,
    json: Option<String>,
}

/// A piece of the string to sign.
struct Signed {
    name: String,
    value: String,
}

struct ReplayRow {
    datetime: String,
    time: String,
    kind: &'static str,
    status: String,
    note: String,
}

pub(super) async fn details(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, String)>,
) -> Response {
    let session = &shared.session;
    let entry = id.parse().ok().and_then(|id| session.store.get(id));
    let Some(mut entry) = entry else {
        return not_found().await;
    };
    let id = entry.id;
    // Who opens a refused delivery asks why.
    if entry.explanation.is_none() && session.explain(&entry).await.is_some() {
        entry = session.store.get(id).unwrap_or(entry);
    }
    let (all, _) = session.store.all();
    let ids = || all.iter().map(|entry| entry.id);
    let application = session.application.as_ref();
    let request = &entry.request;
    let summary = Summary::new(request);
    html(&Details {
        root: &shared.root,
        script: shared.assets.script(),
        style: shared.assets.style(),
        icon: shared.assets.icon(),
        read_only: session.is_read_only(),
        no_key: matches!(session.verifying, Verifying::Not),
        id,
        newer: ids().filter(|other| *other > id).min(),
        older: ids().filter(|other| *other < id).max(),
        datetime: entry.received_at.to_string(),
        time: format!(
            "{} {} UTC",
            entry.received_at.date(),
            entry.received_at.time_of_day()
        ),
        outcome: entry.outcome.word(),
        event_type: summary
            .event_type
            .as_deref()
            .map_or_else(|| "No event".to_owned(), visible),
        accepted: accepted(&entry, &summary),
        refused: refused(&entry),
        pieces: pieces(&entry),
        params: params(request),
        to_sign: to_sign(&entry),
        method: visible(&request.method),
        target: visible(&request.target),
        headers: headers(request),
        body_bytes: request.body.len(),
        cut_from: entry.cut_from,
        raw_body: visible_lines(&String::from_utf8_lossy(&request.body)),
        answer: entry
            .answer
            .as_ref()
            .map(|answer| (answer.status, answer.by.why(), answer.took_ms)),
        answer_note: answer_note(entry.answer.as_ref(), &entry),
        application: entry.application.as_ref().map(shown),
        forward: application.map(|application| application.target.to_string()),
        replays: replays(&entry),
        capture: entry
            .capture
            .as_ref()
            .map(|path| visible(&path.display().to_string())),
    })
}

fn accepted(entry: &Entry, summary: &Summary) -> Option<Accepted> {
    let Outcome::Accepted { key, variant } = &entry.outcome else {
        return None;
    };
    let (configured, _) = entry.url.split_once('#').unwrap_or((&entry.url, ""));
    let variant_is = if variant == configured {
        "as configured"
    } else if variant.len() > configured.len() {
        "with the default port of its scheme"
    } else {
        "without its port, or without user name and password"
    };
    Some(Accepted {
        key: visible(key),
        variant: visible(variant),
        variant_is,
        version: summary
            .version
            .clone()
            .unwrap_or_else(|| "not known for this type".to_owned()),
        unknown: summary.unknown.iter().map(|name| visible(name)).collect(),
    })
}

fn refused(entry: &Entry) -> Option<Refused> {
    let Outcome::Refused {
        status, message, ..
    } = &entry.outcome
    else {
        return None;
    };
    let explanation = entry.explanation.as_deref();
    let report = explanation.map_or_else(String::new, |explanation| pretty(&explanation.diagnosis));
    Some(Refused {
        status: *status,
        message: visible(message),
        explanation: explanation.map(explained),
        report,
        diagnose: entry.capture.as_ref().map(|path| {
            let path = quoted(&path.display().to_string());
            visible(&format!("verify-webhooks diagnose {path}"))
        }),
    })
}

fn pieces(entry: &Entry) -> Vec<Beside> {
    let beside = Pieces::of(&entry.url).beside(&Pieces::seen(&entry.request));
    let shown = beside.into_iter().map(|piece| Beside {
        configured: visible(&piece.configured),
        seen: visible(&piece.seen),
        ..piece
    });
    shown.collect()
}

fn params(request: &Request) -> Vec<Param> {
    let params = request.params().into_iter();
    params
        .map(|(name, value)| Param {
            is_documented: DOCUMENTED.contains(&name.as_ref()),
            name: visible(&name),
            json: laid_out(&value).map(|json| visible_lines(&json)),
            value: visible(&value),
        })
        .collect()
}

/// The string to sign as a receiver makes it: the URL, then each name and value in the order of the names.
fn to_sign(entry: &Entry) -> Vec<Signed> {
    let request = &entry.request;
    let mut params = if request.is_get() {
        Vec::new()
    } else {
        request.params()
    };
    params.sort_unstable();
    params.dedup();
    let url = match &entry.outcome {
        Outcome::Accepted { variant, .. } => variant.clone(),
        Outcome::Refused { .. } => entry.url.split('#').next().unwrap_or_default().to_owned(),
    };
    if request.is_batch() {
        return vec![Signed {
            name: "URL".to_owned(),
            value: visible(&crate::batch::string_to_sign(&url, &request.body)),
        }];
    }
    let url = match request.query().filter(|_| request.is_get()) {
        Some(query) if !url.ends_with(query) => format!("{url}  then  ?{query}"),
        _ => url,
    };
    let first = Signed {
        name: "URL".to_owned(),
        value: visible(&url),
    };
    let params = params.iter().map(|(name, value)| Signed {
        name: visible(name),
        value: visible(value),
    });
    std::iter::once(first).chain(params).collect()
}

fn headers(request: &Request) -> Vec<(String, String)> {
    let lines = request.header_lines();
    lines
        .map(|(name, value)| (visible(name), visible(&String::from_utf8_lossy(value))))
        .collect()
}

/// An explanation, which may come from the capture of somebody else.
fn explained(explanation: &Explanation) -> Explanation {
    let steps = explanation.steps.iter().map(|step| Step {
        text: visible(&step.text),
        command: step.command.as_deref().map(visible_lines),
    });
    let causes = explanation.causes.iter();
    Explanation {
        sentence: visible(&explanation.sentence),
        steps: steps.collect(),
        causes: causes.map(|cause| visible(cause)).collect(),
        diagnosis: Value::Null,
    }
}

/// The answer of an application, which may come from the capture of somebody else.
fn shown(application: &FromApplication) -> FromApplication {
    let headers = application.headers.iter();
    FromApplication {
        target: visible(&application.target),
        headers: headers
            .map(|(name, value)| (visible(name), visible(value)))
            .collect(),
        body: visible_lines(&application.body),
        error: application.error.as_deref().map(visible),
        ..application.clone()
    }
}

/// What to make of an answer that Twilio takes for a failure.
fn answer_note(answer: Option<&Answer>, entry: &Entry) -> Option<String> {
    let answer = answer?;
    let refused_by_application = entry
        .application
        .as_ref()
        .is_some_and(|application| application.status == Some(403));
    if entry.outcome.is_accepted() && refused_by_application {
        return Some(format!(
            "The signature is right for {}, and the application refuses it: give the application this URL and the same AuthToken.",
            visible(&entry.url)
        ));
    }
    let is_late = answer.took_ms > 15_000;
    match (entry.outcome.is_accepted(), answer.status) {
        _ if is_late => Some("Twilio waits 15 seconds for an answer, and had given up.".to_owned()),
        (true, 200) | (false, _) => None,
        (true, _) => Some("Twilio takes anything but 200 for a failure (error 60330).".to_owned()),
    }
}

fn replays(entry: &Entry) -> Vec<ReplayRow> {
    let replays = entry.replays.iter().rev();
    replays
        .map(|replay| {
            let application = &replay.application;
            ReplayRow {
                datetime: replay.at.to_string(),
                time: replay.at.time_of_day(),
                kind: replay.kind,
                status: application
                    .status
                    .map_or_else(|| "none".to_owned(), |status| status.to_string()),
                note: application
                    .error
                    .as_deref()
                    .map(visible)
                    .unwrap_or_else(|| format!("after {} ms", application.took_ms)),
            }
        })
        .collect()
}

fn pretty(json: &Value) -> String {
    visible_lines(&serde_json::to_string_pretty(json).unwrap_or_default())
}
