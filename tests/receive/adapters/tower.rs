//! The layer, around services and around an axum router.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use ::tower::{Layer as _, Service, ServiceExt};
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use twilio_verify_webhooks::*;

use super::http::{genuine, request};
use crate::support::{form, receiver, v2_challenge};

/// What reaches the service behind the layer.
#[derive(Clone, Default)]
struct Inner {
    reached: Arc<Mutex<Vec<Request<Full<Bytes>>>>>,
}

impl Service<Request<Full<Bytes>>> for Inner {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        self.reached.lock().unwrap().push(request);
        let response = Response::builder().status(202).body("handled".to_owned());
        ready(Ok(response.unwrap()))
    }
}

#[tokio::test]
async fn an_accepted_delivery_reaches_the_service() {
    let inner = Inner::default();
    let service = WebhookLayer::new(receiver()).layer(inner.clone());
    let mut request = genuine();
    request.extensions_mut().insert("kept");
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 202);
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "handled");

    let reached = inner.reached.lock().unwrap().pop().unwrap();
    let received = reached.extensions().get::<Received<'static>>().unwrap();
    assert_eq!(received.event.event_type(), "challenge.approved");
    assert_eq!(reached.extensions().get(), Some(&"kept"));
    assert_eq!(reached.headers(), genuine().headers());
    let body = reached.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(body, form(&v2_challenge()));
}

#[tokio::test]
async fn a_refused_delivery_does_not_reach_the_service() {
    let over = "x".repeat(receiver().body_limit() + 1);
    let mut unsigned = genuine();
    unsigned.headers_mut().remove(SIGNATURE_HEADER);
    let mut put = genuine();
    *put.method_mut() = http::Method::PUT;
    for (request, status, text) in [
        (request("type=factor.created"), 403, "signature refused"),
        (request("type=%"), 400, "malformed"),
        (request(over), 413, "too large"),
        (unsigned, 403, "signature refused"),
        (put, 405, "unsupported"),
    ] {
        let inner = Inner::default();
        let service = WebhookService::new(inner.clone(), receiver());
        let response = service.oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
        let refusal = response.extensions().get::<Refusal>().unwrap();
        assert_eq!(refusal.status(), status);
        assert_eq!(response.headers().contains_key("allow"), status == 405);
        let body = response.into_body().collect().await.unwrap();
        assert_eq!(body.to_bytes(), text);
        assert!(inner.reached.lock().unwrap().is_empty());
    }
}

/// Ready only once polled, as services behind a limit of concurrency are; its clones are not.
struct Polled {
    ready: bool,
    calls: Arc<AtomicUsize>,
}

impl Clone for Polled {
    fn clone(&self) -> Self {
        let calls = Arc::clone(&self.calls);
        Self {
            ready: false,
            calls,
        }
    }
}

impl Service<Request<Full<Bytes>>> for Polled {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        assert!(self.ready, "called without having been polled ready");
        self.calls.fetch_add(1, Ordering::Relaxed);
        ready(Ok(Response::default()))
    }
}

#[tokio::test]
async fn the_service_that_was_polled_ready_is_the_one_called() {
    let calls = Arc::new(AtomicUsize::new(0));
    let inner = Polled {
        ready: false,
        calls: Arc::clone(&calls),
    };
    let mut service = WebhookService::new(inner, receiver());
    for _ in 0..3 {
        let service = ServiceExt::<Request<String>>::ready(&mut service)
            .await
            .unwrap();
        assert_eq!(service.call(genuine()).await.unwrap().status(), 200);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn it_layers_an_axum_router() {
    use axum::routing::post;
    use axum::{Extension, Router};

    let handler = |Extension(received): Extension<Received<'static>>, body: String| async move {
        format!("{} {}", received.event.event_type(), body.len())
    };
    let app = Router::new().route("/webhook", post(handler));
    let app = app.layer(WebhookLayer::new(receiver()));
    let response = app.clone().oneshot(genuine()).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let len = form(&v2_challenge()).len();
    assert_eq!(body, format!("challenge.approved {len}"));

    let response = app.oneshot(request("type=factor.created")).await.unwrap();
    assert_eq!(response.status(), 403);
}

#[tokio::test]
async fn the_keys_of_an_account_are_looked_up() {
    let accounts = crate::key_store::accounts();
    let inner = Inner::default();
    let service = || WebhookLayer::new(accounts.clone()).layer(inner.clone());
    assert_eq!(service().oneshot(genuine()).await.unwrap().status(), 202);
    let pairs = crate::support::with(v2_challenge(), "account_sid", crate::key_store::FAILS);
    let mut fails = request(form(&pairs)).map(String::from);
    let signature = crate::support::token().sign(crate::support::URL, pairs.clone());
    fails
        .headers_mut()
        .insert(SIGNATURE_HEADER, signature.parse().unwrap());
    assert_eq!(service().oneshot(fails).await.unwrap().status(), 503);
    assert_eq!(inner.reached.lock().unwrap().len(), 1);
}

/// A nested router cuts the prefix off before the layer sees the request.
#[cfg(feature = "axum")]
#[tokio::test]
async fn the_original_path_is_seen_in_nested_routers() {
    use ::axum::Router;
    use ::axum::body::Body;
    use ::axum::routing::post;

    let receiver =
        Receiver::builder_for_origin("https://example.com").auth_token(crate::support::token());
    let layer = WebhookLayer::new(receiver.build().unwrap());
    let inner = Router::new()
        .route("/webhook", post(async || "handled"))
        .route_layer(layer);
    let app: Router = Router::new().nest("/twilio", inner);
    let pairs = v2_challenge();
    let mut request = request(form(&pairs)).map(Body::from);
    *request.uri_mut() = "/twilio/webhook".parse().unwrap();
    let signature =
        crate::support::token().sign("https://example.com/twilio/webhook", pairs.clone());
    request
        .headers_mut()
        .insert(SIGNATURE_HEADER, signature.parse().unwrap());
    assert_eq!(app.oneshot(request).await.unwrap().status(), 200);
}
