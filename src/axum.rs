//! Extractors for `axum`.

#[cfg(feature = "verify-events")]
mod verify_events;

use axum::body::Body;
use axum::extract::{FromRef, FromRequest, OriginalUri, Request};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::request::Parts;

use crate::account_received::AccountReceived;
use crate::delivery::Delivery;
use crate::error::{ReceiveError, Refusal};
use crate::event::Event;
use crate::http_body::read_bytes;
use crate::receiver::{Accounts, KeyStoreError, Received, Receiver};
use crate::trace;

/// Reads the body up to the receiver's limit and receives the delivery. The receiver comes from the state.
///
/// The rejection is a [`Refusal`], which answers for itself; take `Result<Received<'static>, Refusal>` to see it. A
/// state of your own gives the receiver by `FromRef`:
///
/// ```
/// use axum::extract::{FromRef, State};
/// use axum::{Router, routing::any};
/// use twilio_verify_webhooks::{AuthToken, Received, Receiver};
///
/// #[derive(Clone)]
/// struct App {
///     receiver: Receiver,
///     greeting: &'static str,
/// }
///
/// impl FromRef<App> for Receiver {
///     fn from_ref(app: &App) -> Self {
///         app.receiver.clone()
///     }
/// }
///
/// // The delivery is the last argument, because it takes the body.
/// async fn webhook(State(app): State<App>, received: Received<'static>) {
///     println!("{}, {}", app.greeting, received.event.event_type());
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = AuthToken::new("0123456789abcdef0123456789abcdef")?;
/// let receiver = Receiver::new("https://example.com/webhook", token)?;
/// let app = App { receiver, greeting: "hello" };
/// let router: Router = Router::new().route("/webhook", any(webhook)).with_state(app);
/// # let _ = router;
/// # Ok(())
/// # }
/// ```
impl<S> FromRequest<S> for Received<'static>
where
    Receiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let receiver = Receiver::from_ref(state);
        let (head, body) = request.into_parts();
        let body = read_bytes(&head.headers, body, receiver.body_limit()).await;
        received(&receiver, &head, body)
    }
}

/// Nothing of it waits, so that no event is a part of a future and moved with it.
fn received(
    receiver: &Receiver,
    head: &Parts,
    body: Result<Bytes, Refusal>,
) -> Result<Received<'static>, Refusal> {
    let received = body.and_then(|body| receiver.receive(&delivery(head, &body)));
    trace::received(&received);
    received
}

/// Reads the body up to the receiver's limit and receives the delivery with the keys of its account. The
/// [`Accounts`] come from the state.
impl<S> FromRequest<S> for AccountReceived
where
    Accounts: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = ReceiveError<KeyStoreError>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let accounts = Accounts::from_ref(state);
        let (head, body) = request.into_parts();
        let received = match read_bytes(&head.headers, body, accounts.body_limit()).await {
            Ok(body) => accounts.receive(&delivery(&head, &body)).await,
            Err(refusal) => Err(refusal.into()),
        };
        trace::account_received(&received);
        received.map(Self)
    }
}

fn delivery<'d>(head: &'d Parts, body: &'d Bytes) -> Delivery<'d> {
    let delivery = Delivery::from_parts(head, body);
    match original_target(&head.extensions) {
        Some(target) => delivery.target(target),
        None => delivery,
    }
}

/// Returns path and query as they came: a nested router sees a part of the path only.
pub(crate) fn original_target(extensions: &http::Extensions) -> Option<&str> {
    let original = extensions.get::<OriginalUri>()?;
    Some(original.path_and_query()?.as_str())
}

/// The event alone; as for [`Received`].
impl<S> FromRequest<S> for Event<'static>
where
    Receiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let receiver = Receiver::from_ref(state);
        let (head, body) = request.into_parts();
        let body = read_bytes(&head.headers, body, receiver.body_limit()).await;
        received(&receiver, &head, body).map(|received| received.event)
    }
}

/// Answers with the status and the short text of the class.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}

/// Answers with the status of the refusal, or 503, and a short text.
impl IntoResponse for ReceiveError<KeyStoreError> {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(refusal) => refusal.into_response(),
            Self::Keys(_) => (http::StatusCode::SERVICE_UNAVAILABLE, "unavailable").into_response(),
        }
    }
}
