//! Sends a request.

use verify_webhooks_weight::{Result, text};

fn main() -> Result {
    let mut response = ureq::get(text("API_URL")).call()?;
    println!("{} bytes", response.body_mut().read_to_vec()?.len());
    Ok(())
}
