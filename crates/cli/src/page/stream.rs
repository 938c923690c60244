//! Deliveries as they come, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::json;

use super::Shared;
use super::list::Row;
use crate::session::Session;

/// How long a browser waits before it connects again.
const RETRY: Duration = Duration::from_millis(800);

/// How often a line is sent that keeps the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Deserialize)]
pub(super) struct Since {
    /// What the page holds already.
    #[serde(default)]
    since: u64,
}

/// Sends what changed after the last event that a browser has, and then each change.
///
/// Nothing is queued for it: each time, it gets what it lacks from memory. So a slow one skips what is overtaken.
pub(super) async fn events(
    State(shared): State<Shared>,
    Query(since): Query<Since>,
    headers: HeaderMap,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()?.parse().ok());
    let session = Arc::clone(&shared.session);
    let stopped = session.stopped();
    let first = stream::iter([Event::default().retry(RETRY).comment("")]);
    let changes = first
        .chain(changes(session, last.unwrap_or(since.since)))
        .map(Ok)
        .take_until(Box::pin(stopped));
    Sse::new(changes).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}

fn changes(session: Arc<Session>, since: u64) -> impl Stream<Item = Event> {
    let changed = session.store.changed();
    let state = (session, changed, since);
    let batches = stream::unfold(state, |(session, mut changed, since)| async move {
        loop {
            changed.borrow_and_update();
            let changes = session.store.since(since);
            if changes.sequence > since {
                let mut events: Vec<Event> = Vec::new();
                for entry in &changes.entries {
                    let event = Event::default()
                        .event("delivery")
                        .id(entry.sequence.to_string());
                    let row = serde_json::to_string(&Row::new(entry));
                    events.extend(row.map(|row| event.data(row)));
                }
                if let Some(kept) = changes.kept {
                    let forgotten = session.store.forgotten();
                    let kept = json!({"ids": kept, "forgotten": forgotten}).to_string();
                    events.push(Event::default().event("kept").data(kept));
                }
                let next = changes.sequence;
                return Some((stream::iter(events), (session, changed, next)));
            }
            changed.changed().await.ok()?;
        }
    });
    batches.flatten()
}
