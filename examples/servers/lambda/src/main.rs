use std::env;

use lambda_http::{Error, lambda_runtime};
use twilio_verify_webhooks::{AuthToken, Receiver};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let url = env::var("WEBHOOK_URL").map_err(|_| "WEBHOOK_URL is not set")?;
    let token = env::var("TWILIO_AUTH_TOKEN").map_err(|_| "TWILIO_AUTH_TOKEN is not set")?;
    let token = AuthToken::new(&token)?;
    let receiver = Receiver::new(url, token)?;
    lambda_runtime::run(webhook_lambda::service(receiver)).await
}
