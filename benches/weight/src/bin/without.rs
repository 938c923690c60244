//! Reads a body.

use verify_webhooks_weight::{Result, body};

fn main() -> Result {
    println!("{} bytes", body()?.len());
    Ok(())
}
