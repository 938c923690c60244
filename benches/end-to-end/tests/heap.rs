//! What the extractor of axum allocates, beside a bare handler.

use allocation_counter::measure;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::routing::post;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;
use twilio_verify_webhooks::{Event, SIGNATURE_HEADER};
use verify_webhooks_benches::fixtures::{self, Fixture};
use verify_webhooks_benches::receiver::{FORM, receiver};

/// How many times memory is taken from the heap for a request that has its body in one chunk, as small ones have.
fn allocations(runtime: &Runtime, app: &Router, fixture: &Fixture) -> u64 {
    let request = Request::post("/webhook")
        .header("Content-Type", FORM)
        .header(SIGNATURE_HEADER, &fixture.signature)
        .body(Body::from(fixture.body.clone()))
        .unwrap();
    let app = app.clone();
    let mut status = None;
    let count = measure(|| {
        let response = runtime.block_on(app.oneshot(request));
        status = response.ok().map(|response| response.status());
    });
    assert_eq!(status, Some(StatusCode::OK));
    count.count_total
}

#[test]
fn the_extractor_allocates_for_the_texts_of_the_event_alone() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let bare = Router::new().route("/webhook", post(async |_: Bytes| {}));
    let extractor = Router::new().route("/webhook", post(async |_: Event<'static>| {}));
    let extractor = extractor.with_state(receiver());
    for (fixture, texts) in [(fixtures::v1_factor(), 2), (fixtures::v2_challenge(), 7)] {
        let [bare, extractor] = [&bare, &extractor].map(|app| allocations(&runtime, app, &fixture));
        // For the bare handler axum puts the body into a box with its limit, and keeps the chunks in a list.
        assert_eq!(extractor + 2, bare + texts, "{}", fixture.name);
    }
}
