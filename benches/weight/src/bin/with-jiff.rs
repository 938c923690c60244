//! Lists webhooks as `with-api` does, with the times of their making.

use http::Response;
use twilio_verify_webhooks::api::{Credentials, Webhooks};
use verify_webhooks_weight::{Result, body, text};

fn main() -> Result {
    let credentials = Credentials::api_key(&text("TWILIO_API_KEY"), &text("TWILIO_API_SECRET"))?;
    let call = Webhooks::new(text("TWILIO_SERVICE_SID").parse()?, credentials)?.list();
    println!("{}", call.to_request().uri());
    for webhook in call.parse(&Response::new(body()?))?.webhooks {
        if let Some(created) = webhook.date_created {
            println!(
                "{}",
                created.timestamp().map_err(|error| error.to_string())?
            );
        }
    }
    Ok(())
}
