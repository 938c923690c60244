use axum::body::Body;
use axum::extract::{FromRef, FromRequest, Request};
use axum::response::{IntoResponse, Response};

use crate::delivery::Delivery;
use crate::http_body::read_body;
use crate::trace;
use crate::verify_events::{Batch, EventStreamReceiver, EventStreamRefusal};

/// Reads the body up to the receiver's limit and receives the delivery. The [`EventStreamReceiver`] comes from the state.
///
/// The rejection is an [`EventStreamRefusal`], which answers for itself; take `Result<Batch, EventStreamRefusal>` to see
/// it.
impl<S> FromRequest<S> for Batch
where
    EventStreamReceiver: FromRef<S>,
    S: Send + Sync,
{
    type Rejection = EventStreamRefusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, EventStreamRefusal> {
        let receiver = EventStreamReceiver::from_ref(state);
        let batch = match read_body(request, receiver.body_limit()).await {
            Ok(request) => receiver.receive(&Delivery::from_request(&request)),
            Err(refusal) => Err(receiver.unread(refusal)),
        };
        trace::batch(&batch);
        batch
    }
}

/// Answers with the status and the short text of the class.
impl IntoResponse for EventStreamRefusal {
    fn into_response(self) -> Response {
        self.to_response::<Body>()
    }
}
