//! What is told of a delivery, and at which level.
//!
//! A warning is told once a minute for each code, in the whole process. So no two tests here are about the same code, and
//! they are a program of their own.

use std::io;
use std::sync::{Arc, LazyLock, Mutex};

use axum::Router;
use axum::body::Body;
use axum::routing::any;
use tower::ServiceExt as _;
use tracing::Dispatch;
use tracing::subscriber::{NoSubscriber, with_default};
use twilio_verify_webhooks::testing::*;
use twilio_verify_webhooks::verify_events::{Batch, EventStreamReceiver};
use twilio_verify_webhooks::*;

const URL: &str = "https://example.com/webhook";
const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const FAILS: &str = "AC11111111111111111111111111111111";

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

/// Calls a router with each delivery, and returns the lines that were told.
fn told(router: Router, deliveries: impl IntoIterator<Item = OwnedDelivery>) -> Vec<String> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    several_subscribers();
    with_default(subscriber, || {
        for delivery in deliveries {
            let request = delivery.into_request().unwrap().map(Body::from);
            runtime.block_on(router.clone().oneshot(request)).unwrap();
        }
    });
    let bytes = log.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).unwrap();
    assert!(!text.contains(TOKEN), "{text}");
    let lines = text.lines().map(|line| line.trim_start().to_owned());
    lines.collect()
}

/// Keeps a second subscriber for the process. With one alone, an event that another test's thread comes to first would be
/// switched off for all threads.
fn several_subscribers() {
    static SECOND: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::new()));
    LazyLock::force(&SECOND);
}

fn token() -> AuthToken {
    AuthToken::new(TOKEN).unwrap()
}

fn other_token() -> AuthToken {
    AuthToken::new("ffffffffffffffffffffffffffffffff").unwrap()
}

fn signer() -> Signer {
    Signer::new(URL, token()).unwrap()
}

async fn webhook(_: Received<'static>) {}

async fn account_webhook(_: AccountReceived) {}

async fn streams(_: Batch) {}

fn one(receiver: Receiver) -> Router {
    Router::new()
        .route("/webhook", any(webhook))
        .with_state(receiver)
}

fn receiver() -> Receiver {
    Receiver::new(URL, token()).unwrap()
}

fn batches() -> Router {
    Router::new()
        .route("/webhook", any(streams))
        .with_state(EventStreamReceiver::new(URL, token()).unwrap())
}

/// Knows no account, and fails for one.
struct Store;

impl KeyStore for Store {
    type Error = io::Error;

    async fn keys(&self, account_sid: AccountSid) -> io::Result<Option<Arc<AccountKeys>>> {
        if account_sid == FAILS {
            return Err(io::Error::other("the database is down"));
        }
        Ok(None)
    }
}

fn many() -> Router {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    Router::new()
        .route("/webhook", any(account_webhook))
        .with_state(Accounts::new(receiver, Store))
}

/// Checks that a hundred deliveries bring about one loud line, and ninety-nine quiet ones.
#[track_caller]
fn is_loud_once(lines: &[String], level: &str, message: &str, code: &str) {
    assert_eq!(lines.len(), 100);
    for (at, line) in lines.iter().enumerate() {
        let level = if at == 0 { level } else { "DEBUG" };
        assert!(line.starts_with(&format!("{level} ")), "{line}");
        assert!(line.contains(message), "{line}");
        assert!(line.contains(&format!("code=\"{code}\"")), "{line}");
        assert_eq!(line.contains("not_shown=0"), at == 0, "{line}");
    }
}

fn hundred(delivery: &OwnedDelivery) -> impl Iterator<Item = OwnedDelivery> {
    std::iter::repeat_n(delivery.clone(), 100)
}

#[test]
fn an_accepted_delivery_is_told_with_its_key() {
    let event = EventBuilder::challenge_approved();
    let id = event.build().unwrap().delivery_id();
    let genuine = signer().post(&event);
    let expected = format!(
        "INFO twilio_verify_webhooks::trace: webhook accepted delivery_id={id} \
         event_type=\"challenge.approved\" key=0 is_first_key=true"
    );
    assert_eq!(told(one(receiver()), [genuine.clone()]), [expected]);
    let rotated = Receiver::builder(URL)
        .auth_token(other_token())
        .auth_token(token())
        .build()
        .unwrap();
    let lines = told(one(rotated), [genuine]);
    assert!(lines[0].ends_with("key=1 is_first_key=false"), "{lines:?}");
}

#[test]
fn what_nobody_sees_in_a_uuid_is_told_by_its_number() {
    let event = EventBuilder::challenge_approved()
        .parameter("uuid", "a\u{2028}b\u{202E}c\u{200B}\u{3164}d\u{E0041}é");
    let lines = told(one(receiver()), [signer().post(&event)]);
    let shown = r"/a\u{2028}b\u{202e}c\u{200b}\u{3164}d\u{e0041}é event_type";
    assert!(lines[0].contains(shown), "{lines:?}");
    assert_eq!(lines.len(), 1);
}

#[test]
fn a_wrong_key_or_url_is_a_warning_once_a_minute() {
    let elsewhere = Signer::new("https://example.com/other", token()).unwrap();
    let deliveries = [
        Signer::new(URL, other_token())
            .unwrap()
            .post(&EventBuilder::challenge_approved()),
        elsewhere
            .post(&EventBuilder::challenge_approved())
            .with_target("/webhook"),
    ];
    let deliveries = deliveries.iter().cycle().take(100).cloned();
    let lines = told(one(receiver()), deliveries);
    is_loud_once(&lines, "WARN", "webhook refused", "signature_mismatch");
    assert!(lines[0].contains("Receiver::diagnose"), "{lines:?}");

    // Batches are told of by themselves, so that the ones do not hide the others.
    let batch = signer().post_json("[]").with_body("[{}]");
    let lines = told(batches(), hundred(&batch));
    is_loud_once(&lines, "WARN", "events refused", "signature_mismatch");
}

#[test]
fn a_captured_delivery_in_another_split_is_a_warning_once_a_minute() {
    let genuine = signer().post(&EventBuilder::challenge_approved());
    let body = String::from_utf8(genuine.body().to_vec()).unwrap();
    // The signature still fits.
    let split = body.replacen("type=challenge.approved", "typ=echallenge.approved", 1);
    assert_ne!(split, body);
    let split = genuine.with_body(split);
    let refusal = receiver().receive(&split.as_delivery()).unwrap_err();
    assert_eq!(refusal.class(), RefusalClass::Malformed);
    let lines = told(one(receiver()), hundred(&split));
    is_loud_once(&lines, "WARN", "webhook refused", refusal.code());
}

#[test]
fn a_lookup_that_fails_is_a_warning_with_its_reason() {
    let event = EventBuilder::challenge_approved().account_sid(FAILS);
    let lines = told(many(), hundred(&signer().post(&event)));
    is_loud_once(&lines, "WARN", "webhook not received", "keys_unavailable");
    for line in &lines {
        assert!(line.contains("reason=the database is down"), "{line}");
    }
    let stranger = signer().post(&EventBuilder::challenge_approved());
    let lines = told(many(), hundred(&stranger));
    is_loud_once(&lines, "WARN", "webhook refused", "account_unknown");
}

#[test]
fn verified_bytes_that_are_no_batch_are_a_warning() {
    let lines = told(batches(), hundred(&signer().post_json("no JSON")));
    is_loud_once(&lines, "WARN", "events refused", "batch_not_json");
    let lines = told(batches(), [signer().post_json("[1,{}]")]);
    assert!(
        lines[0].starts_with("INFO") && lines[0].contains("events=0"),
        "{lines:?}"
    );
    let bad = "bad_elements=2 code=\"element_no_object\"";
    assert!(
        lines[1].starts_with("WARN") && lines[1].contains(bad),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2);
}

#[test]
fn what_is_no_webhook_at_all_is_told_for_debugging() {
    let genuine = signer().post(&EventBuilder::challenge_approved());
    for (router, delivery, code) in [
        (
            one(receiver()),
            genuine.clone().with_method("PUT"),
            "method_not_allowed",
        ),
        (
            one(receiver()),
            genuine.clone().with_body("type=%"),
            "form_escape",
        ),
        (
            many(),
            genuine.clone().with_body("type=factor.created"),
            "parameter_missing",
        ),
        (
            many(),
            genuine.clone().with_body("account_sid=AC0"),
            "parameter_sid",
        ),
        (batches(), genuine.with_method("GET"), "method_not_allowed"),
    ] {
        let lines = told(router, [delivery]);
        assert!(lines[0].starts_with("DEBUG "), "{lines:?}");
        assert!(lines[0].contains(&format!("code=\"{code}\"")), "{lines:?}");
        assert_eq!(lines.len(), 1);
    }
}
