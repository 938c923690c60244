//! Writes the deliveries as JSON, for programs in other languages.

use serde_json::json;
use verify_webhooks_benches::fixtures::{self, AUTH_TOKEN, Fixture, URL};

fn main() {
    let deliveries = fixtures::all().map(|fixture| {
        let Fixture {
            name,
            body,
            signature,
            ..
        } = fixture;
        json!({ "name": name, "url": URL, "auth_token": AUTH_TOKEN, "body": body, "signature": signature })
    });
    println!("{}", json!(deliveries));
}
