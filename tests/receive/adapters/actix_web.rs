//! The extractors, in apps that are called without a socket.

use ::actix_web::http::header::{ALLOW, CONTENT_TYPE};
use ::actix_web::rt::System;
use ::actix_web::test::{TestRequest, call_service, init_service, read_body};
use ::actix_web::web::{Data, PayloadConfig, route, scope};
use ::actix_web::{App, FromRequest as _, HttpResponse};
use twilio_verify_webhooks::*;

use crate::support::{FORM, URL, form, receiver, token, v2_challenge};

async fn event_type(event: Event<'static>) -> String {
    event.event_type().to_owned()
}

fn request(body: impl Into<String>) -> TestRequest {
    TestRequest::post()
        .uri("/webhook")
        .insert_header((CONTENT_TYPE, FORM))
        .insert_header((SIGNATURE_HEADER, token().sign(URL, v2_challenge())))
        .set_payload(body.into())
}

fn genuine() -> TestRequest {
    request(form(&v2_challenge()))
}

/// What a request is answered with.
fn call(receiver: Receiver, request: TestRequest) -> (u16, Option<String>, String) {
    System::new().block_on(async {
        let app = App::new()
            // Limits for other payloads do not matter.
            .app_data(PayloadConfig::new(1))
            .app_data(Data::new(receiver))
            .route("/webhook", route().to(event_type))
            .service(scope("/twilio").route("/{user}", route().to(event_type)));
        let response = call_service(&init_service(app).await, request.to_request()).await;
        let status = response.status().as_u16();
        let allow = response.headers().get(ALLOW);
        let allow = allow.map(|allow| allow.to_str().unwrap().to_owned());
        let body = read_body(response).await;
        (status, allow, String::from_utf8(body.into()).unwrap())
    })
}

#[test]
fn the_event_is_an_argument_of_the_handler() {
    let answer = call(receiver(), genuine());
    assert_eq!(answer, (200, None, "challenge.approved".to_owned()));

    let limit = receiver().body_limit();
    let doubled = genuine().append_header((SIGNATURE_HEADER, "x"));
    for (request, status, allow, text) in [
        (
            request("type=factor.created"),
            403,
            None,
            "signature refused",
        ),
        (doubled, 403, None, "signature refused"),
        (request("type=%"), 400, None, "malformed"),
        (request("x".repeat(limit + 1)), 413, None, "too large"),
        (
            request("").insert_header(("content-length", "131073")),
            413,
            None,
            "too large",
        ),
        (
            genuine().method("PUT".parse().unwrap()),
            405,
            Some("POST"),
            "unsupported",
        ),
        (
            genuine().insert_header((CONTENT_TYPE, "text/plain")),
            415,
            None,
            "unsupported",
        ),
    ] {
        let allow = allow.map(str::to_owned);
        assert_eq!(call(receiver(), request), (status, allow, text.to_owned()));
    }
}

#[test]
fn the_receiver_is_app_data_of_either_kind() {
    async fn status(receiver: Option<Receiver>) -> u16 {
        let app = App::new().route("/webhook", route().to(event_type));
        let app = match receiver {
            Some(receiver) => app.app_data(receiver),
            None => app,
        };
        let app = init_service(app).await;
        call_service(&app, genuine().to_request())
            .await
            .status()
            .as_u16()
    }
    System::new().block_on(async {
        assert_eq!(status(Some(receiver())).await, 200);
        assert_eq!(status(None).await, 500);
    });
}

#[test]
fn a_handler_may_take_the_refusal() {
    async fn handler(received: Result<Received<'static>, Refusal>) -> HttpResponse {
        match received {
            Ok(_) => HttpResponse::Ok().finish(),
            Err(refusal) => HttpResponse::Conflict().body(refusal.to_string()),
        }
    }
    System::new().block_on(async {
        let app = App::new()
            .app_data(receiver())
            .route("/webhook", route().to(handler));
        let app = init_service(app).await;
        let response = call_service(&app, request("").to_request()).await;
        assert_eq!(response.status().as_u16(), 409);
    });
}

#[test]
fn an_origin_is_joined_with_the_original_path() {
    let origin = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let origin = origin.build().unwrap();
    let signature = token().sign("https://example.com/twilio/1?a=%2F", v2_challenge());
    let request = genuine().uri("/twilio/1?a=%2F");
    let request = request.insert_header((SIGNATURE_HEADER, signature));
    assert_eq!(call(origin, request).0, 200);
}

/// An attacker can send it. A 500 would say that the code around the receiver is wrong.
#[test]
fn a_request_line_without_a_path_is_malformed() {
    let receiver = Receiver::builder_for_origin("https://example.com").auth_token(token());
    let receiver = receiver.build().unwrap();
    let refusal = System::new().block_on(async {
        let request = genuine().uri("example.com:443").app_data(receiver);
        let (request, mut payload) = request.to_http_parts();
        Event::from_request(&request, &mut payload).await
    });
    let malformed = TargetError::Malformed { position: 0 };
    assert_eq!(refusal.unwrap_err(), malformed.into());
}

#[test]
fn the_keys_of_an_account_are_looked_up() {
    async fn webhook(AccountReceived(received): AccountReceived) -> String {
        received.event.event_type().to_owned()
    }
    let status = |account: &str| {
        System::new().block_on(async {
            let app = App::new()
                .app_data(Data::new(crate::key_store::accounts()))
                .route("/webhook", route().to(webhook));
            let pairs = crate::support::with(v2_challenge(), "account_sid", account);
            let signature = (SIGNATURE_HEADER, token().sign(URL, pairs.clone()));
            let request = request(form(&pairs)).insert_header(signature);
            let response = call_service(&init_service(app).await, request.to_request()).await;
            response.status().as_u16()
        })
    };
    assert_eq!(status(crate::support::ACCOUNT), 200);
    assert_eq!(status(crate::key_store::FAILS), 503);
    assert_eq!(status("AC22222222222222222222222222222222"), 403);
}
