//! The crate, set up for the fixtures.

use twilio_verify_webhooks::{AccountReceiver, AuthToken, Delivery, Event, JsonText, Receiver};

use crate::fixtures::{AUTH_TOKEN, Fixture, URL};

pub const FORM: &str = "application/x-www-form-urlencoded";

pub fn receiver() -> Receiver {
    Receiver::builder(URL)
        .auth_token(AuthToken::new(AUTH_TOKEN).unwrap())
        .build()
        .unwrap()
}

/// Decodes and orders without a key.
pub fn account_receiver() -> AccountReceiver {
    AccountReceiver::builder(URL).build().unwrap()
}

pub fn delivery(fixture: &Fixture) -> Delivery<'_> {
    post(&fixture.body, &fixture.signature)
}

pub fn post<'f>(body: &'f str, signature: &'f str) -> Delivery<'f> {
    Delivery::new("POST", body.as_bytes())
        .content_type(FORM)
        .signature(signature)
}

/// Decodes all JSON in an event into the crate's own types, and returns how many elements there are.
pub fn decode_json(event: &Event<'_>) -> usize {
    match event {
        Event::Factor(event) => strings(&event.factor_metadata),
        Event::Challenge(event) => {
            let details = event.details().unwrap();
            details.map_or(0, |details| details.fields.len())
                + strings(&event.challenge_hidden_details)
                + strings(&event.challenge_metadata)
                + strings(&event.factor_metadata)
        }
        _ => 0,
    }
}

fn strings(json: &Option<JsonText<'_>>) -> usize {
    json.as_ref()
        .map_or(0, |json| json.strings().unwrap().len())
}
