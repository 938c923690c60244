//! The page on which deliveries are seen.
//!
//! It is served on loopback alone, under a path that holds a random key, and says no to every request that another site
//! or a proxy may have had a hand in: see [`guard`].

mod actions;
mod assets;
mod details;
mod guard;
mod json;
mod list;
mod stream;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;

use self::assets::Assets;
use self::guard::Guard;
use crate::output::Failure;
use crate::session::Session;

pub(crate) struct Page {
    listener: TcpListener,
    session: Arc<Session>,
    key: String,
    url: String,
}

/// What every handler of the page has.
#[derive(Clone)]
struct Shared {
    session: Arc<Session>,
    assets: Arc<Assets>,
    /// The path under which everything is: the key with slashes around it.
    root: Arc<str>,
}

impl Page {
    /// Makes the key of this run.
    pub(crate) fn new(listener: TcpListener, session: Arc<Session>) -> Result<Self, Failure> {
        let key = key()?;
        let url = format!("http://{}/{key}/", listener.local_addr()?);
        Ok(Self {
            listener,
            session,
            key,
            url,
        })
    }

    /// The address to open.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Serves until the session is stopped.
    pub(crate) async fn serve(self) {
        let Ok(address) = self.listener.local_addr() else {
            return;
        };
        let guard = Arc::new(Guard::new(address.port(), &self.key));
        let shared = Shared {
            session: Arc::clone(&self.session),
            assets: Arc::new(Assets::new()),
            root: format!("/{}/", self.key).into(),
        };
        let router = Router::new()
            .route("/{key}/", get(list::list))
            .route("/{key}/events", get(stream::events))
            .route("/{key}/assets/{name}", get(assets::asset))
            .route("/{key}/next-answer", post(actions::next_answer))
            .route("/{key}/deliveries/{id}", get(details::details))
            .route("/{key}/deliveries/{id}/curl", get(actions::curl))
            .route("/{key}/deliveries/{id}/report", get(actions::report))
            .route("/{key}/deliveries/{id}/replay", post(actions::replay))
            .route("/{key}/deliveries/{id}/save", post(actions::save))
            .fallback(not_found)
            .with_state(shared)
            .layer(middleware::from_fn_with_state(guard, guard::guard));
        let served = axum::serve(self.listener, router)
            .with_graceful_shutdown(self.session.stopped())
            .await;
        if let Err(error) = served {
            crate::output::warning(format_args!("the page is gone: {error}"));
        }
    }
}

/// 128 random bits, in hexadecimal.
fn key() -> Result<String, Failure> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| Failure::failed(error.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

async fn not_found() -> Response {
    problem(
        StatusCode::NOT_FOUND,
        "There is nothing here. Open the address that the program printed when it started; it holds a new key each time.",
    )
}

/// A short answer for people, that says nothing of the rest.
fn problem(status: StatusCode, text: &'static str) -> Response {
    let plain = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
    (status, plain, format!("{text}\n")).into_response()
}

fn html(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => axum::response::Html(html).into_response(),
        Err(_) => problem(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The page could not be made.",
        ),
    }
}
