//! Lists the webhooks of a Service.

use twilio_verify_webhooks::api::{Credentials, UreqClient, Webhooks};
use verify_webhooks_weight::{Result, text};

fn main() -> Result {
    let credentials = Credentials::api_key(&text("TWILIO_API_KEY"), &text("TWILIO_API_SECRET"))?;
    let webhooks = Webhooks::new(text("TWILIO_SERVICE_SID").parse()?, credentials)?;
    println!("{} webhooks", UreqClient::new().list_all(&webhooks)?.len());
    Ok(())
}
