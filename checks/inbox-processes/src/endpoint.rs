use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{FromRef, State};
use axum::routing::post;
use twilio_verify_webhooks::{AuthToken, Received, Receiver};
use twilio_verify_webhooks_inbox::{Accepted, Answer, Digest, Inbox, MemoryStore, Store};

use crate::fault::Fault;
use crate::history::{History, What};
use crate::place::Place;
use crate::worker::hexadecimal;
use crate::{Result, SIGNED};

struct App<S> {
    receiver: Receiver,
    inbox: Inbox<S>,
    history: History,
    fault: Fault,
}

impl<S> Clone for App<S> {
    fn clone(&self) -> Self {
        Self {
            receiver: self.receiver.clone(),
            inbox: self.inbox.clone(),
            history: self.history.clone(),
            fault: self.fault,
        }
    }
}

impl<S> FromRef<App<S>> for Receiver {
    fn from_ref(app: &App<S>) -> Self {
        app.receiver.clone()
    }
}

async fn webhook<S: Store>(State(app): State<App<S>>, received: Received<'static>) -> Answer {
    match app.fault {
        Fault::AcknowledgedBeforeCommit => {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                let _ = app.inbox.accept(&received).await;
            });
            Answer::from(Ok(Accepted::New))
        }
        Fault::CheckThenInsert => {
            let id = received.event.delivery_id();
            if let Ok(None) = app.inbox.find(&id).await {
                tokio::time::sleep(Duration::from_millis(20)).await;
                app.history.tell(What::Acted {
                    id: id.to_string(),
                    digest: hexadecimal(Digest::of(&received.event)),
                    attempt: 0,
                });
                let _ = app.inbox.accept(&received).await;
                return Answer::from(Ok(Accepted::New));
            }
            app.inbox.accept(&received).await
        }
        _ => app.inbox.accept(&received).await,
    }
}

/// Serves until standard input ends. The first line of its output is the address.
pub(crate) fn serve<P: Place>(url: &str, history: &str, fault: Fault) -> Result<()> {
    let history = History::append(history)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        if fault == Fault::NoFlush {
            return listen(Inbox::new(MemoryStore::new()), history, fault).await;
        }
        let place = P::open(url).await?;
        listen(Inbox::new(place.store()), history, fault).await
    })
}

async fn listen<S: Store>(inbox: Inbox<S>, history: History, fault: Fault) -> Result<()> {
    let (url, token) = SIGNED;
    let app = App {
        receiver: Receiver::new(url, AuthToken::new(token)?)?,
        inbox,
        history,
        fault,
    };
    let app = Router::new()
        .route("/webhook", post(webhook::<S>))
        .with_state(app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    std::io::stdout().flush()?;
    let serve = axum::serve(listener, app).with_graceful_shutdown(end_of_input());
    Ok(serve.await?)
}

/// Completes when the parent closes standard input, or is gone.
pub(crate) fn end_of_input() -> impl Future<Output = ()> + Send + 'static {
    let ended = Arc::new(tokio::sync::Notify::new());
    let end = Arc::clone(&ended);
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        end.notify_one();
    });
    async move { ended.notified().await }
}
