//! What is told of a delivery, and at which level.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use ::axum::Router;
use ::axum::body::Body;
use ::axum::routing::any;
use ::tracing::Dispatch;
use ::tracing::subscriber::{NoSubscriber, with_default};
use tower::ServiceExt as _;
use twilio_verify_webhooks::*;

use super::http::{genuine, request};
use crate::key_store::{FAILS, accounts};
use crate::support::{ACCOUNT, TOKEN, URL, form, receiver, token, v1_factor, v2_challenge, with};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Calls a router, and returns what was told.
fn told(router: Router, request: ::http::Request<impl Into<Body>>) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(::tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    several_subscribers();
    with_default(subscriber, || {
        runtime
            .block_on(router.oneshot(request.map(Into::into)))
            .unwrap();
    });
    let bytes = log.0.lock().unwrap().clone();
    String::from_utf8(bytes).unwrap()
}

/// Keeps a second subscriber for the process. With one alone, an event that another test's thread comes to first would be
/// switched off for all threads.
fn several_subscribers() {
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
    LazyLock::force(&SECOND);
}

async fn webhook(_: Received<'static>) {}

async fn account_webhook(_: AccountReceived) {}

fn one(receiver: Receiver) -> Router {
    Router::new()
        .route("/webhook", any(webhook))
        .with_state(receiver)
}

fn many() -> Router {
    Router::new()
        .route("/webhook", any(account_webhook))
        .with_state(accounts())
}

fn signed(pairs: &crate::support::Pairs) -> ::http::Request<String> {
    let mut request = request(form(pairs)).map(Into::into);
    let signature = token().sign(URL, pairs.clone());
    request
        .headers_mut()
        .insert(SIGNATURE_HEADER, signature.parse().unwrap());
    request
}

#[test]
fn an_accepted_delivery_is_told_with_its_key() {
    let text = told(one(receiver()), genuine());
    let id = receiver()
        .receive(&Delivery::from_request(&genuine()))
        .unwrap()
        .event
        .delivery_id();
    assert_eq!(
        text,
        format!(
            " INFO twilio_verify_webhooks::trace: webhook accepted delivery_id={id} \
             event_type=\"challenge.approved\" key=0 is_first_key=true\n"
        )
    );
    let other = AuthToken::new("ffffffffffffffffffffffffffffffff").unwrap();
    let rotated = Receiver::builder(URL)
        .auth_token(other)
        .auth_token(token())
        .build()
        .unwrap();
    assert!(told(one(rotated), genuine()).contains("key=1 is_first_key=false"));
}

#[test]
fn what_strangers_can_bring_about_is_told_for_debugging_only() {
    let unsigned = signed(&with(v1_factor(), "account_sid", "AC0"));
    for (router, request, code) in [
        (
            one(receiver()),
            request("type=factor.created").map(String::from),
            "signature_mismatch",
        ),
        (
            one(receiver()),
            request("type=%").map(String::from),
            "form_escape",
        ),
        (
            many(),
            request("type=factor.created").map(String::from),
            "parameter_missing",
        ),
        (many(), unsigned, "parameter_sid"),
    ] {
        let text = told(router, request);
        assert!(text.starts_with("DEBUG"), "{text}");
        assert!(text.contains(&format!("code=\"{code}\"")), "{text}");
        assert_eq!(text.lines().count(), 1);
    }
}

#[test]
fn what_needs_an_operator_is_told_as_a_warning() {
    let text = told(one(receiver()), signed(&with(v1_factor(), "uuid", "")));
    assert!(
        text.starts_with(" WARN") && text.contains("parameter_length"),
        "{text}"
    );
    let text = told(many(), signed(&with(v2_challenge(), "account_sid", FAILS)));
    assert!(
        text.starts_with(" WARN") && text.contains("keys_unavailable"),
        "{text}"
    );
    let text = told(
        many(),
        signed(&with(v2_challenge(), "account_sid", ACCOUNT)),
    );
    assert!(text.starts_with(" INFO"), "{text}");
    assert!(!text.contains(TOKEN));
}
