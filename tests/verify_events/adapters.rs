//! The adapters: an accepted batch reaches the handler, a refused one is answered.

use twilio_verify_webhooks::testing::{BatchCase, CloudEventBuilder, OwnedDelivery};
#[cfg(any(feature = "axum", feature = "actix-web", feature = "tower"))]
use twilio_verify_webhooks::verify_events::*;

use crate::support::*;

fn genuine() -> OwnedDelivery {
    let events = [
        CloudEventBuilder::verification_approved(),
        CloudEventBuilder::sink_test(),
    ];
    signer().post_events(&events)
}

/// Deliveries with the statuses that they meet.
fn cases() -> impl Iterator<Item = (&'static str, OwnedDelivery, u16)> {
    let cases = BatchCase::ALL.iter();
    let cases = cases.map(|case| (case.name(), case.delivery(&signer()), case.status()));
    cases.chain([("genuine", genuine(), 200)])
}

#[cfg(feature = "http")]
#[test]
fn a_refusal_is_a_response() {
    let receiver = receiver();
    for (name, delivery, status) in cases() {
        let Err(refusal) = receiver.receive(&delivery.as_delivery()) else {
            assert_eq!(name, "genuine");
            continue;
        };
        let response = refusal.to_response::<String>();
        assert_eq!(response.status(), status, "{name}");
        assert_eq!(response.body(), refusal.class().as_str());
        assert_eq!(response.extensions().get(), Some(&refusal));
        let allow = response
            .headers()
            .get("allow")
            .map(|allow| allow.to_str().unwrap());
        assert_eq!(allow, (status == 405).then_some("POST"));
    }
}

#[cfg(feature = "axum")]
mod axum {
    use ::axum::body::Body;
    use ::axum::extract::FromRef;
    use ::axum::{Router, routing::any};
    use ::tower::ServiceExt as _;
    use twilio_verify_webhooks::AuthToken;

    use super::*;

    #[derive(Clone)]
    struct App(EventStreamReceiver);

    impl FromRef<App> for EventStreamReceiver {
        fn from_ref(app: &App) -> Self {
            app.0.clone()
        }
    }

    async fn streams(batch: Batch) -> String {
        batch.events().count().to_string()
    }

    #[tokio::test]
    async fn a_batch_is_an_argument_of_the_handler() {
        let app = Router::new()
            .route("/{*path}", any(streams))
            .route("/", any(streams));
        let app = app.with_state(App(receiver()));
        for (name, delivery, status) in cases() {
            let request = delivery.into_request().unwrap().map(Body::from);
            let response = app.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{name}");
        }
    }

    #[tokio::test]
    async fn the_status_is_that_of_the_receiver() {
        let token = AuthToken::new("ffffffffffffffffffffffffffffffff").unwrap();
        let receiver = EventStreamReceiver::builder(DESTINATION).auth_token(token);
        let receiver = receiver.unverified_status(503).build().unwrap();
        let app = Router::new()
            .route("/streams", any(streams))
            .with_state(App(receiver));
        let request = genuine().into_request().unwrap().map(Body::from);
        assert_eq!(app.oneshot(request).await.unwrap().status(), 503);
    }
}

#[cfg(feature = "tower")]
mod tower {
    use std::convert::Infallible;

    use ::tower::{Layer as _, ServiceExt as _, service_fn};
    use http::{Request, Response};
    use http_body_util::Full;
    use hyper::body::Bytes;
    use twilio_verify_webhooks::WebhookLayer;

    use super::*;

    #[tokio::test]
    async fn a_batch_is_in_the_extensions() {
        for (name, delivery, status) in cases() {
            let inner = service_fn(async |request: Request<Full<Bytes>>| {
                let batch = request.extensions().get::<Batch>().unwrap();
                assert_eq!(batch.events().count(), 2);
                Ok::<_, Infallible>(Response::new(String::new()))
            });
            let service = WebhookLayer::new(receiver()).layer(inner);
            let request = delivery
                .into_request()
                .unwrap()
                .map(Bytes::from)
                .map(Full::new);
            let response = service.oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{name}");
        }
    }
}

#[cfg(feature = "actix-web")]
mod actix_web {
    use ::actix_web::App;
    use ::actix_web::http::Method;
    use ::actix_web::rt::System;
    use ::actix_web::test::{TestRequest, call_service, init_service};
    use ::actix_web::web::{Data, route};

    use super::*;

    async fn streams(batch: Batch) -> String {
        batch.events().count().to_string()
    }

    fn request(delivery: &OwnedDelivery) -> TestRequest {
        let method = Method::from_bytes(delivery.method().as_bytes()).unwrap();
        let request = TestRequest::default().method(method).uri(delivery.target());
        let request = delivery
            .headers()
            .fold(request, |request, header| request.append_header(header));
        request.set_payload(delivery.body().to_vec())
    }

    #[test]
    fn a_batch_is_an_argument_of_the_handler() {
        System::new().block_on(async {
            let app = App::new()
                .app_data(Data::new(receiver()))
                .default_service(route().to(streams));
            let app = init_service(app).await;
            for (name, delivery, status) in cases() {
                let response = call_service(&app, request(&delivery).to_request()).await;
                assert_eq!(response.status(), status, "{name}");
            }
            let app = init_service(App::new().default_service(route().to(streams))).await;
            let response = call_service(&app, request(&genuine()).to_request()).await;
            assert_eq!(response.status(), 500);
        });
    }
}
