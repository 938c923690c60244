//! Receives a delivery, or a batch from Event Streams.

use twilio_verify_webhooks::verify_events::EventStreamReceiver;
use twilio_verify_webhooks::{AuthToken, Delivery};
use verify_webhooks_weight::{FORM, Result, body, receiver, text};

fn main() -> Result {
    let (body, signature, content_type) = (body()?, text("SIGNATURE"), text("CONTENT_TYPE"));
    let delivery = Delivery::new("POST", &body)
        .content_type(&content_type)
        .signature(&signature);
    if content_type == FORM {
        let event = receiver()?.receive(&delivery)?.event;
        println!("{} {}", event.event_type(), event.delivery_id());
        return Ok(());
    }
    let token = AuthToken::new(&text("TWILIO_AUTH_TOKEN"))?;
    let streams = EventStreamReceiver::new(text("WEBHOOK_URL"), token)?;
    for event in streams.receive(&delivery)?.events() {
        println!("{} {}", event.event_type, event.delivery_id());
    }
    Ok(())
}
