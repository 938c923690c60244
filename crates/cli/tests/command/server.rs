//! Servers on loopback.

use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use tokio::sync::Barrier;
use twilio_verify_webhooks::*;

use crate::TOKEN;

/// What a server has got.
pub(crate) struct Got {
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) outcome: Result<Received<'static>, Refusal>,
}

fn token(builder: ReceiverBuilder) -> ReceiverBuilder {
    builder.auth_token(AuthToken::new(TOKEN).unwrap())
}

pub(crate) struct Server {
    /// Where it listens: `http://127.0.0.1:` and the port.
    pub(crate) origin: String,
    got: Arc<Mutex<Vec<Got>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    /// Listens, and answers as a receiver for the path `/webhook` says.
    pub(crate) fn start() -> Self {
        Self::listen(None, token, |right| right)
    }

    /// Listens, and accepts GET too, for the URL given.
    pub(crate) fn start_accepting_get(url: &str) -> Self {
        Self::listen(
            Some(url),
            |builder| token(builder).accept_get(),
            |right| right,
        )
    }

    /// Listens, and answers something else than the right status.
    pub(crate) fn answering(status: impl Fn(u16) -> u16 + Send + Sync + 'static) -> Self {
        Self::listen(None, token, status)
    }

    /// Listens, and answers none before all have come.
    pub(crate) fn answering_once_all_came(all: usize) -> Self {
        Self::start_with(None, token, |right| right, Arc::new(Barrier::new(all)))
    }

    /// Listens, and answers whatever comes with a status and a text.
    pub(crate) fn answering_text(status: u16, text: String) -> Self {
        let (runtime, listener, origin) = bound();
        let router = axum::Router::new()
            .fallback(async move || (StatusCode::from_u16(status).unwrap(), text.clone()));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            origin,
            got: Arc::default(),
            _runtime: runtime,
        }
    }

    /// Listens, with a receiver configured otherwise.
    pub(crate) fn with(configure: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Self {
        Self::listen(None, configure, |right| right)
    }

    fn listen(
        url: Option<&str>,
        configure: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
        status: impl Fn(u16) -> u16 + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(url, configure, status, Arc::new(Barrier::new(1)))
    }

    fn start_with(
        url: Option<&str>,
        configure: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
        status: impl Fn(u16) -> u16 + Send + Sync + 'static,
        all_came: Arc<Barrier>,
    ) -> Self {
        let (runtime, listener, origin) = bound();
        let url = url.map_or_else(|| format!("{origin}/webhook"), str::to_owned);
        let receiver = configure(Receiver::builder(url)).build().unwrap();
        let got = Arc::<Mutex<Vec<Got>>>::default();
        let seen = Arc::clone(&got);
        let status = Arc::new(status);
        let handler = async move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let delivery = Delivery::new(method.as_str(), &body)
                .target(uri.path_and_query().unwrap().as_str())
                .headers(&headers);
            let outcome = receiver.receive(&delivery);
            let right = outcome.as_ref().map_or_else(Refusal::status, |_| 200);
            seen.lock().unwrap().push(Got {
                target: uri.to_string(),
                headers,
                outcome,
            });
            all_came.wait().await;
            (
                StatusCode::from_u16(status(right)).unwrap(),
                "a body\u{1b}[31m",
            )
        };
        let router = axum::Router::new().fallback(handler);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self {
            origin,
            got,
            _runtime: runtime,
        }
    }

    /// The URL of the webhook.
    pub(crate) fn url(&self) -> String {
        format!("{}/webhook", self.origin)
    }

    /// Takes what has come in.
    pub(crate) fn got(&self) -> Vec<Got> {
        std::mem::take(&mut *self.got.lock().unwrap())
    }

    /// Takes the events that have come in. Nothing else has.
    #[track_caller]
    pub(crate) fn events(&self) -> Vec<Event<'static>> {
        self.got()
            .into_iter()
            .map(|got| got.outcome.unwrap().event)
            .collect()
    }
}

fn bound() -> (tokio::runtime::Runtime, tokio::net::TcpListener, String) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_io()
        .build()
        .unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    (runtime, listener, origin)
}
