//! Extractors for `axum`.

use axum::body::Body;
use axum::extract::{FromRef, FromRequest, OriginalUri, Request};
use axum::response::{IntoResponse, Response};

use crate::delivery::Delivery;
use crate::error::Refusal;
use crate::event::Event;
use crate::http_body::read_body;
use crate::receiver::{Received, Receiver};

/// Reads the body up to the receiver's limit and receives the delivery. The receiver comes from the state.
///
/// The rejection is a [`Refusal`], which answers for itself; take `Result<Received<'static>, Refusal>` to see it.
impl<S> FromRequest<S> for Received<'static>
where
    Receiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let receiver = Receiver::from_ref(state);
        let request = read_body(request, receiver.body_limit()).await?;
        let delivery = Delivery::from_request(&request);
        // A nested router sees a part of the path only.
        let original = request.extensions().get::<OriginalUri>();
        match original.and_then(|uri| uri.path_and_query()) {
            Some(target) => receiver.receive(&delivery.target(target.as_str())),
            None => receiver.receive(&delivery),
        }
    }
}

/// The event alone; as for [`Received`].
impl<S> FromRequest<S> for Event<'static>
where
    Receiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let received = Received::from_request(request, state).await?;
        Ok(received.event)
    }
}

/// Answers with the status and the short text of the class.
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}
