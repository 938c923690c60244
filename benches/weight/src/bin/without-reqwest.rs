//! Sends a request.

use reqwest::Client;
use verify_webhooks_weight::{Result, text};

#[tokio::main]
async fn main() -> Result {
    let response = Client::new().get(text("API_URL")).send().await?;
    println!("{} bytes", response.bytes().await?.len());
    Ok(())
}
