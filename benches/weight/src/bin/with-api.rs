//! Makes the request that lists a Service's webhooks and reads its reply.

use http::Response;
use twilio_verify_webhooks::api::{Credentials, Webhooks};
use verify_webhooks_weight::{Result, body, text};

fn main() -> Result {
    let credentials = Credentials::api_key(&text("TWILIO_API_KEY"), &text("TWILIO_API_SECRET"))?;
    let call = Webhooks::new(text("TWILIO_SERVICE_SID").parse()?, credentials)?.list();
    println!("{}", call.to_request().uri());
    let page = call.parse(&Response::new(body()?))?;
    println!("{} webhooks", page.webhooks.len());
    Ok(())
}
