//! Receives a delivery.

use twilio_verify_webhooks::Delivery;
use verify_webhooks_weight::{FORM, Result, body, receiver, text};

fn main() -> Result {
    let (body, signature) = (body()?, text("SIGNATURE"));
    let delivery = Delivery::new("POST", &body)
        .content_type(FORM)
        .signature(&signature);
    let event = receiver()?.receive(&delivery)?.event;
    println!("{} {}", event.event_type(), event.delivery_id());
    Ok(())
}
