//! Receives a delivery, and diagnoses it if it is refused.

use twilio_verify_webhooks::Delivery;
use twilio_verify_webhooks::diagnosis::Context;
use verify_webhooks_weight::{FORM, Result, body, receiver, text};

fn main() -> Result {
    let (body, signature) = (body()?, text("SIGNATURE"));
    let delivery = Delivery::new("POST", &body)
        .content_type(FORM)
        .signature(&signature);
    let receiver = receiver()?;
    match receiver.receive(&delivery) {
        Ok(received) => {
            let event = received.event;
            println!("{} {}", event.event_type(), event.delivery_id());
        }
        Err(_) => println!("{}", receiver.diagnose(&delivery, &Context::new())),
    }
    Ok(())
}
