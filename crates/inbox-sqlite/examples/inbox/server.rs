//! The server: verifies, stores, answers.

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::any;
use twilio_verify_webhooks::{AuthToken, Received, Receiver};
use twilio_verify_webhooks_inbox::{Answer, Inbox};
use twilio_verify_webhooks_inbox_sqlite::SqliteStore;

use crate::Result;
use crate::sender::{TOKEN, URL};

#[derive(Clone, FromRef)]
struct App {
    receiver: Receiver,
    inbox: Inbox<SqliteStore>,
}

async fn webhook(State(inbox): State<Inbox<SqliteStore>>, received: Received<'static>) -> Answer {
    inbox.accept(&received).await
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn serve(file: &str) -> Result<()> {
    let app = App {
        receiver: Receiver::new(URL, AuthToken::new(TOKEN)?)?,
        inbox: Inbox::new(SqliteStore::open(file).await?),
    };
    let app = Router::new()
        .route("/webhook", any(webhook))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}
