//! The service with one tenant, from the environment, and a queue that is printed.
//!
//! ```sh
//! export WEBHOOK_URL=http://127.0.0.1:3000/webhook TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef
//! export TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef
//! cd examples/servers && cargo run -p webhook-service
//! ```

use std::env;
use std::error::Error;

use tokio::sync::mpsc;
use twilio_verify_webhooks::{AccountKeys, AccountReceiver, AccountSid, AuthToken};
use webhook_service::{Tenants, router};

/// A database would be asked here.
struct OneTenant(AccountKeys);

impl Tenants for OneTenant {
    async fn find(
        &self,
        account_sid: AccountSid,
    ) -> Result<Option<AccountKeys>, Box<dyn Error + Send + Sync>> {
        let found = self.0.account_sid() == account_sid;
        Ok(found.then(|| self.0.clone()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let variable = |name| env::var(name).map_err(|_| format!("{name} is not set"));
    let account_sid: AccountSid = variable("TWILIO_ACCOUNT_SID")?.parse()?;
    let token = AuthToken::new(&variable("TWILIO_AUTH_TOKEN")?)?;
    let receiver = AccountReceiver::builder(variable("WEBHOOK_URL")?).build()?;
    let (queue, mut queued) = mpsc::channel::<Vec<u8>>(10_000);
    tokio::spawn(async move {
        while let Some(envelope) = queued.recv().await {
            println!("{}", envelope.escape_ascii());
        }
    });
    let tenant = OneTenant(AccountKeys::new(account_sid, [token])?);
    let app = router(receiver, tenant, queue);
    let listen = env::var("LISTEN").unwrap_or_else(|_| "127.0.0.1:3000".into());
    let listener = tokio::net::TcpListener::bind(listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
