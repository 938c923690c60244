//! Lists the webhooks of a Service.

use twilio_verify_webhooks::api::{Credentials, ReqwestClient, Webhooks};
use verify_webhooks_weight::{Result, text};

#[tokio::main]
async fn main() -> Result {
    let credentials = Credentials::api_key(&text("TWILIO_API_KEY"), &text("TWILIO_API_SECRET"))?;
    let webhooks = Webhooks::new(text("TWILIO_SERVICE_SID").parse()?, credentials)?;
    let listed = ReqwestClient::new()?.list_all(&webhooks).await?;
    println!("{} webhooks", listed.len());
    Ok(())
}
