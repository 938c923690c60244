//! The list of deliveries.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::{Shared, html};
use crate::output::{visible, visible_start};
use crate::store::Entry;
use crate::summary::Summary;

/// How much of a text is shown in a row.
const SHOWN: usize = 120;

/// How much of a delivery the filter for text looks at. It is in the page for each row, and a forgery may have 128 KiB.
const SEARCHED: usize = 4096;

/// A delivery in the list. The names are those of the elements of its template, which the script fills.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) id: u64,
    pub(super) datetime: String,
    pub(super) time: String,
    pub(super) outcome: &'static str,
    pub(super) event_type: String,
    /// Who it is about; path and query if nothing says so.
    pub(super) about: String,
    /// The first sentence of the diagnosis, or what the application answered.
    pub(super) note: String,
    pub(super) status: String,
    pub(super) replays: String,
    /// What the filter for text looks at, in lower case.
    pub(super) search: String,
}

impl Row {
    pub(super) fn new(entry: &Entry) -> Self {
        let summary = Summary::new(&entry.request);
        let request = &entry.request;
        let target = format!("{} {}", request.method, request.target);
        let explanation = entry.explanation.as_deref();
        let explained = explanation.map(|explanation| explanation.sentence.as_str());
        let note = match (explained, entry.outcome.message(), &entry.application) {
            (Some(sentence), _, _) => sentence.to_owned(),
            (None, Some(message), _) => message.to_owned(),
            (None, None, Some(application)) => match (&application.error, application.status) {
                (Some(error), _) => error.clone(),
                (None, Some(status)) => {
                    format!(
                        "the application answered {status} after {} ms",
                        application.took_ms
                    )
                }
                (None, None) => String::new(),
            },
            (None, None, None) => String::new(),
        };
        let params = request.params();
        let values = params.iter().map(|(_, value)| value.as_ref());
        let texts = [target.as_str(), note.as_str()].into_iter().chain(values);
        let searched = texts.flat_map(|text| text.chars().chain([' ']));
        let searched: String = searched.take(SEARCHED).collect();
        Self {
            id: entry.id,
            datetime: entry.received_at.to_string(),
            time: entry.received_at.time_of_day(),
            outcome: entry.outcome.word(),
            event_type: match &summary.event_type {
                Some(event_type) => visible_start(event_type, 60),
                None => "no event".to_owned(),
            },
            about: match &summary.identity {
                Some(identity) => visible_start(identity, 64),
                None => visible_start(&target, SHOWN),
            },
            note: visible_start(&note, 400),
            status: entry
                .answer
                .as_ref()
                .map_or_else(String::new, |answer| answer.status.to_string()),
            replays: match entry.replays.len() {
                0 => String::new(),
                1 => "replayed once".to_owned(),
                times => format!("replayed {times} times"),
            },
            search: visible(&searched.to_lowercase()),
        }
    }
}

/// What is shown of the list.
#[derive(Deserialize, Default)]
pub(super) struct Filter {
    #[serde(default)]
    outcome: String,
    #[serde(default, rename = "type")]
    event_type: String,
    #[serde(default)]
    text: String,
}

impl Filter {
    fn shows(&self, row: &Row) -> bool {
        (self.outcome.is_empty() || self.outcome == row.outcome)
            && (self.event_type.is_empty() || self.event_type == row.event_type)
            && row.search.contains(&visible(&self.text.to_lowercase()))
    }
}

#[derive(Template)]
#[template(path = "list.html")]
struct List<'a> {
    root: &'a str,
    script: &'a str,
    style: &'a str,
    icon: &'a str,
    read_only: bool,
    title: String,
    forward: Option<String>,
    rows: Vec<(Row, bool)>,
    shown: usize,
    filter: Filter,
    types: Vec<String>,
    sequence: u64,
    forgotten: u64,
    next: Option<u16>,
}

pub(super) async fn list(State(shared): State<Shared>, Query(filter): Query<Filter>) -> Response {
    let session = &shared.session;
    let (entries, sequence) = session.store.all();
    let rows: Vec<(Row, bool)> = entries
        .iter()
        .map(|entry| {
            let row = Row::new(entry);
            let shown = filter.shows(&row);
            (row, shown)
        })
        .collect();
    let mut types: Vec<String> = [
        "challenge.approved",
        "challenge.denied",
        "factor.created",
        "factor.deleted",
        "factor.verified",
    ]
    .map(str::to_owned)
    .to_vec();
    for (row, _) in &rows {
        if !types.contains(&row.event_type) {
            types.push(row.event_type.clone());
        }
    }
    let application = session.application.as_ref();
    html(&List {
        root: &shared.root,
        script: shared.assets.script(),
        style: shared.assets.style(),
        icon: shared.assets.icon(),
        read_only: session.is_read_only(),
        title: visible(&session.title),
        forward: application.map(|application| application.target.to_string()),
        shown: rows.iter().filter(|(_, shown)| *shown).count(),
        rows,
        filter,
        types,
        sequence,
        forgotten: session.store.forgotten(),
        next: session.answering.next().map(|next| next.status),
    })
}

impl Row {
    /// The row that the script copies.
    fn empty() -> Self {
        Self {
            id: 0,
            datetime: String::new(),
            time: String::new(),
            outcome: "",
            event_type: String::new(),
            about: String::new(),
            note: String::new(),
            status: String::new(),
            replays: String::new(),
            search: String::new(),
        }
    }
}
