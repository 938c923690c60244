//! What the programs share. The linker leaves out what one does not use.

use std::env;
use std::error::Error;
use std::io::{self, Read as _};

use axum::Router;
use tokio::net::TcpListener;
use twilio_verify_webhooks::{AuthToken, Receiver};

pub type Result = std::result::Result<(), Box<dyn Error>>;

pub const FORM: &str = "application/x-www-form-urlencoded";

pub fn text(name: &str) -> String {
    env::var(name).unwrap_or_default()
}

pub fn body() -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body)?;
    Ok(body)
}

pub fn receiver() -> std::result::Result<Receiver, Box<dyn Error>> {
    let token = AuthToken::new(&text("TWILIO_AUTH_TOKEN"))?;
    Ok(Receiver::new(text("WEBHOOK_URL"), token)?)
}

pub async fn serve(app: Router) -> Result {
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
}
