//! The extractors, in routers that are called without a socket.

use ::axum::Router;
use ::axum::body::Body;
use ::axum::extract::FromRef;
use ::axum::http::Request;
use ::axum::routing::{any, post};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use twilio_verify_webhooks::*;

use super::http::{genuine, request};
use crate::support::{FORM, form, receiver, token, v1_factor};

async fn call(app: Router, request: Request<impl Into<Body>>) -> (u16, String) {
    let response = app.oneshot(request.map(Into::into)).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.into()).unwrap())
}

async fn event_type(event: Event<'static>) -> String {
    event.event_type().to_owned()
}

#[tokio::test]
async fn the_event_is_an_argument_of_the_handler() {
    let app = || {
        Router::new()
            .route("/webhook", post(event_type))
            .with_state(receiver())
    };
    assert_eq!(
        call(app(), genuine()).await,
        (200, "challenge.approved".to_owned())
    );

    let over = "x".repeat(receiver().body_limit() + 1);
    for (body, refused) in [
        ("type=factor.created", (403, "signature refused")),
        ("type=%", (400, "malformed")),
        (&over, (413, "too large")),
    ] {
        let (status, text) = call(app(), request(body)).await;
        assert_eq!((status, text.as_str()), refused);
    }
    // 2 MiB is what axum itself would let through.
    assert!(receiver().body_limit() < 2 * 1024 * 1024);
}

#[tokio::test]
async fn a_handler_may_take_the_refusal() {
    let handler = |received: Result<Received<'static>, Refusal>| async {
        match received {
            Ok(Received { key, .. }) => Ok(key.to_string()),
            Err(refusal) => Err(refusal.to_string()),
        }
    };
    let app = || {
        Router::new()
            .route("/webhook", any(handler))
            .with_state(receiver())
    };
    assert_eq!(call(app(), genuine()).await.1, "AuthToken (key 0)");
    let mut put = genuine();
    *put.method_mut() = http::Method::PUT;
    assert_eq!(call(app(), put).await.1, "expected the method POST");
}

#[tokio::test]
async fn the_receiver_is_a_part_of_the_state() {
    #[derive(Clone)]
    struct App {
        receiver: Receiver,
    }
    impl FromRef<App> for Receiver {
        fn from_ref(app: &App) -> Self {
            app.receiver.clone()
        }
    }
    let app = Router::new().route("/webhook", post(event_type));
    let app = app.with_state(App {
        receiver: receiver(),
    });
    assert_eq!(call(app, genuine()).await.0, 200);
}

#[tokio::test]
async fn a_nested_router_signs_the_original_path() {
    let origin = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let origin = origin.build().unwrap();
    let request = |target: &str| {
        let url = format!("https://example.com{target}");
        Request::post(target)
            .header("content-type", FORM)
            .header(SIGNATURE_HEADER, token().sign(&url, v1_factor()))
            .body(form(&v1_factor()))
            .unwrap()
    };
    let leaf = Router::new().route("/{user}", post(event_type));
    let middle = Router::new().nest("/hooks", leaf);
    let app = Router::new().nest("/twilio", middle).with_state(origin);
    for target in [
        "/twilio/hooks/1",
        "/twilio/hooks/1?a=%2f&b",
        "/twilio/hooks/%7e",
    ] {
        let answer = call(app.clone(), request(target)).await;
        assert_eq!(answer, (200, "factor.verified".to_owned()), "{target}");
    }
    // Signed for the path that the innermost router sees.
    let mut forged = request("/1");
    *forged.uri_mut() = "/twilio/hooks/1".parse().unwrap();
    assert_eq!(call(app, forged).await.0, 403);
}

#[tokio::test]
async fn a_refusal_is_a_response() {
    let app = Router::new().route("/", any(|| async { Refusal::Incomplete }));
    let request = Request::new(Body::empty());
    assert_eq!(call(app, request).await, (400, "malformed".to_owned()));
}

#[tokio::test]
async fn the_keys_of_an_account_are_looked_up() {
    async fn webhook(AccountReceived(received): AccountReceived) -> String {
        received.event.event_type().to_owned()
    }
    let app = || {
        Router::new()
            .route("/webhook", post(webhook))
            .with_state(crate::key_store::accounts())
    };
    let approved = (200, "challenge.approved".to_owned());
    assert_eq!(call(app(), genuine()).await, approved);
    let pairs = crate::support::with(v1_factor(), "account_sid", crate::key_store::FAILS);
    let mut fails = request(form(&pairs)).map(String::from);
    let signature = token().sign(crate::support::URL, pairs.clone());
    fails
        .headers_mut()
        .insert(SIGNATURE_HEADER, signature.parse().unwrap());
    assert_eq!(call(app(), fails).await, (503, "unavailable".to_owned()));
    let refused = (400, "malformed".to_owned());
    assert_eq!(call(app(), request("type=factor.created")).await, refused);
}
