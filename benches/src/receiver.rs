//! The crate, set up for the fixtures.

use twilio_verify_webhooks::{AccountReceiver, AuthToken, Delivery, Event, Receiver};

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
    Receiver::builder(URL).build_for_accounts().unwrap()
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
        Event::Factor(event) => event.metadata().unwrap().map_or(0, |map| map.len()),
        Event::Challenge(event) => [
            event.details().unwrap().map(|details| details.fields.len()),
            event.hidden_details().unwrap().map(|map| map.len()),
            event.metadata().unwrap().map(|map| map.len()),
            event.factor_metadata().unwrap().map(|map| map.len()),
        ]
        .into_iter()
        .flatten()
        .sum(),
        _ => 0,
    }
}
