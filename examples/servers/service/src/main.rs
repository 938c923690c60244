//! The service with one tenant, from the environment, and a queue that is printed: `cargo run -p webhook-service`.

use std::{convert::Infallible, env, error::Error, sync::Arc, time::Duration};

use tokio::sync::mpsc;
use twilio_verify_webhooks::{
    AccountKeys, AccountReceiver, AccountSid, Accounts, AuthToken, KeyStore,
};
use webhook_service::{Bounded, router};

/// A database would be asked here.
struct OneTenant(Arc<AccountKeys>);

impl KeyStore for OneTenant {
    type Error = Infallible;

    async fn keys(&self, sid: AccountSid) -> Result<Option<Arc<AccountKeys>>, Infallible> {
        Ok((self.0.account_sid() == sid).then(|| self.0.clone()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let variable = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let token = AuthToken::new(&variable("TWILIO_AUTH_TOKEN")?)?;
    let keys = AccountKeys::new(variable("TWILIO_ACCOUNT_SID")?.parse()?, [token])?;
    let receiver = AccountReceiver::builder(variable("WEBHOOK_URL")?).build()?;
    let keys = Bounded::new(OneTenant(keys.into()), 100, Duration::from_secs(60));
    let accounts = Accounts::new(receiver, keys);
    let (queue, mut queued) = mpsc::channel::<Vec<u8>>(10_000);
    tokio::spawn(async move {
        while let Some(envelope) = queued.recv().await {
            println!("{}", envelope.escape_ascii());
        }
    });
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let listener = tokio::net::TcpListener::bind(listen).await?;
    axum::serve(listener, router(accounts, queue)).await?;
    Ok(())
}
