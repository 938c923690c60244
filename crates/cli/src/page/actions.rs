//! What the buttons of the page do. Each is a form, so they work without the script.

use std::path::Path as FilePath;
use std::time::Duration;

use axum::extract::{Form, Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::{Shared, not_found, problem};
use crate::capture_file::{DEFAULT_FOLDER, Folder};
use crate::curl::{self, CurlRequest};
use crate::output::visible;
use crate::pieces::Pieces;
use crate::request::Request;
use crate::session::{Next, Session};

#[derive(Deserialize)]
pub(super) struct ReplayForm {
    /// `same` or `new`.
    r#as: String,
}

/// Sends a delivery to the application once more.
pub(super) async fn replay(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, u64)>,
    Form(form): Form<ReplayForm>,
) -> Response {
    let as_new = match form.r#as.as_str() {
        "same" => false,
        "new" => true,
        _ => return problem(StatusCode::BAD_REQUEST, "Expected `same` or `new`."),
    };
    match shared.session.replay(id, as_new).await {
        Some(()) => {
            Redirect::to(&format!("{}deliveries/{id}#replays", shared.root)).into_response()
        }
        None => problem(
            StatusCode::CONFLICT,
            "This cannot be sent: there is no application to send it to (start listen with --forward), it is no longer kept, its body was cut, or it was to become a new delivery and was not accepted.",
        ),
    }
}

/// Writes a delivery to a file.
pub(super) async fn save(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, u64)>,
) -> Response {
    let session = &shared.session;
    let entry = session.store.get(id).filter(|_| !session.is_read_only());
    let Some(entry) = entry else {
        return not_found().await;
    };
    let folder = match &session.folder {
        Some(folder) => Ok(folder.clone()),
        None => Folder::open(FilePath::new(DEFAULT_FOLDER)),
    };
    let saved = match folder {
        Ok(folder) => session
            .capture(&entry, folder)
            .await
            .map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match saved {
        Ok(_) => Redirect::to(&format!("{}deliveries/{id}#file", shared.root)).into_response(),
        Err(error) => {
            let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
            let text = format!("It could not be saved: {}\n", visible(&error));
            (StatusCode::INTERNAL_SERVER_ERROR, plain, text).into_response()
        }
    }
}

#[derive(Deserialize)]
pub(super) struct NextForm {
    status: u16,
    #[serde(default)]
    delay: f64,
}

/// Sets what the next delivery is answered with.
pub(super) async fn next_answer(
    State(shared): State<Shared>,
    Path(_): Path<String>,
    Form(form): Form<NextForm>,
) -> Response {
    if shared.session.is_read_only() {
        return not_found().await;
    }
    let delay = Duration::try_from_secs_f64(form.delay).unwrap_or_default();
    let is_status = (200..600).contains(&form.status);
    if !is_status || delay > Duration::from_secs(120) {
        return problem(
            StatusCode::BAD_REQUEST,
            "Expected a status from 200 to 599, and a delay of at most 120 seconds.",
        );
    }
    let status = form.status;
    shared.session.answering.set_next(Next { status, delay });
    Redirect::to(&shared.root).into_response()
}

#[derive(Deserialize)]
pub(super) struct CurlQuery {
    #[serde(default)]
    r#for: String,
}

/// Shows a delivery as a command: as it is, or for a report.
pub(super) async fn curl(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, u64)>,
    Query(query): Query<CurlQuery>,
) -> Response {
    let session = &shared.session;
    let Some(entry) = session.store.get(id) else {
        return not_found().await;
    };
    let command = if query.r#for == "report" {
        let copy = session.capture_file(&entry).redacted();
        match copy.request() {
            Ok(request) => command(&request, &copy.url, session),
            Err(_) => return not_found().await,
        }
    } else {
        command(&entry.request, &entry.url, session)
    };
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (plain, format!("{command}\n")).into_response()
}

/// Hands out the capture of a delivery for a report.
pub(super) async fn report(
    State(shared): State<Shared>,
    Path((_, id)): Path<(String, u64)>,
) -> Response {
    let session = &shared.session;
    let Some(entry) = session.store.get(id) else {
        return not_found().await;
    };
    let copy = session.capture_file(&entry).redacted();
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"delivery-{id}-for-a-report.json\""),
        ),
    ];
    (headers, copy.to_json()).into_response()
}

/// Writes a command that sends a request to the application, or to where it came to if there is none.
fn command(request: &Request, url: &str, session: &Session) -> String {
    let origin = match &session.application {
        Some(application) => application.target.to_string(),
        None => {
            let mut origin = Pieces::of(url);
            origin.set_target("");
            origin.url()
        }
    };
    let url = format!("{origin}{}", request.target);
    let own = Pieces::of(&origin);
    let own = [own.host.as_str(), own.port.as_str()];
    let headers = request.header_lines().filter(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let is_own_host =
            name == "host" && *value == own.join(":").trim_end_matches(':').as_bytes();
        !is_own_host
            && !matches!(
                name.as_str(),
                "connection"
                    | "content-length"
                    | "expect"
                    | "keep-alive"
                    | "te"
                    | "transfer-encoding"
                    | "upgrade"
            )
    });
    curl::command(&CurlRequest {
        method: &request.method,
        url: &url,
        headers: headers.collect(),
        body: &request.body,
    })
}
