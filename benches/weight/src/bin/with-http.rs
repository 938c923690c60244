//! Receives a delivery from a request of the `http` crate and answers with a response.

use http::{Request, Response};
use twilio_verify_webhooks::{Delivery, SIGNATURE_HEADER};
use verify_webhooks_weight::{FORM, Result, body, receiver, text};

fn main() -> Result {
    let request = Request::post("/webhook")
        .header("Content-Type", FORM)
        .header(SIGNATURE_HEADER, text("SIGNATURE"))
        .body(body()?)?;
    let received = receiver()?.receive(&Delivery::from_request(&request));
    let response = match received {
        Ok(received) => Response::new(received.event.event_type().to_owned()),
        Err(refusal) => refusal.to_response::<String>(),
    };
    println!("{} {}", response.status(), response.body());
    Ok(())
}
