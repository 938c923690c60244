//! Signs an event and receives it.

use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{EventBuilder, Signer};
use verify_webhooks_weight::{Result, receiver, text};

fn main() -> Result {
    let token = AuthToken::new(&text("TWILIO_AUTH_TOKEN"))?;
    let signer = Signer::new(&text("WEBHOOK_URL"), token)?;
    let delivery = signer.post(&EventBuilder::challenge_approved());
    let event = receiver()?.receive(&delivery.as_delivery())?.event;
    println!("{} {}", event.event_type(), event.delivery_id());
    Ok(())
}
