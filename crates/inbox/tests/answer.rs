//! What a sender sees of an answer, in each framework.

use actix_web::body::MessageBody as _;
use actix_web::{Responder as _, test::TestRequest};
use axum::response::IntoResponse as _;
use twilio_verify_webhooks_inbox::{
    Accepted, Answer, AnswerOutcome, State, StoreError, StoreErrorKind,
};

fn answers() -> [(Answer, AnswerOutcome, u16, &'static str); 4] {
    let error = StoreError::new(StoreErrorKind::Full, "100 rows");
    let (known, conflict) = (
        AnswerOutcome::Repeated(State::Done),
        AnswerOutcome::Conflict(State::Done),
    );
    [
        (Ok(Accepted::New).into(), AnswerOutcome::New, 200, ""),
        (Ok(Accepted::Known(State::Done)).into(), known, 200, ""),
        (
            Ok(Accepted::Conflict(State::Done)).into(),
            conflict,
            409,
            "another event has this id",
        ),
        (
            Err(error).into(),
            AnswerOutcome::Unavailable,
            503,
            "not stored",
        ),
    ]
}

#[test]
fn status_and_body_are_the_same_everywhere() {
    for (answer, outcome, status, body) in answers() {
        assert_eq!(
            (answer.outcome(), answer.status(), answer.body()),
            (outcome, status, body)
        );

        let response = answer.to_response::<String>();
        assert_eq!(
            (response.status().as_u16(), response.body().as_str()),
            (status, body)
        );
        let kept = response.extensions().get::<Answer>().map(Answer::outcome);
        assert_eq!(kept, Some(outcome), "for a layer that logs it");

        let response = answer.clone().into_response();
        assert_eq!(response.status().as_u16(), status);

        let response = answer.respond_to(&TestRequest::default().to_http_request());
        assert_eq!(response.status().as_u16(), status);
        let bytes = response.into_body().try_into_bytes().expect("a body");
        assert_eq!(bytes, body);
    }
}

#[test]
fn an_error_says_what_the_store_says() {
    let [.., (answer, ..)] = answers();
    let error = answer.error().map(ToString::to_string);
    assert_eq!(error.as_deref(), Some("the store is full: 100 rows"));
}
