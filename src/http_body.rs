//! Reads the body of a request, up to a limit.

use std::error::Error;

use bytes::Bytes;
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};
use http_body::Body;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};

use crate::error::Refusal;

/// Reads the body of a request, but no more of it than `limit` bytes.
///
/// A body that says it is longer is not read at all; one that turns out to be is given up on at once, so no more
/// than the limit, and the piece that went over it, is ever in memory. Give it the `body_limit` of the
/// [receiver](crate::Receiver::body_limit), and the [delivery](crate::Delivery::from_request) the request that
/// comes back. How long to wait for a slow client is for the server to decide.
///
/// # Errors
///
/// [`Refusal::TooLarge`], and [`Refusal::Incomplete`] for a body that breaks off.
///
/// ```
/// use twilio_verify_webhooks::{Delivery, Received, Receiver, Refusal, read_body};
///
/// /// Works with any body: hyper's, axum's, warp's, or a `String` in a test.
/// async fn receive<B>(receiver: &Receiver, request: http::Request<B>) -> Result<Received<'static>, Refusal>
/// where
///     B: http_body::Body,
///     B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
/// {
///     let request = read_body(request, receiver.body_limit()).await?;
///     receiver.receive(&Delivery::from_request(&request))
/// }
/// ```
pub async fn read_body<B>(request: Request<B>, limit: usize) -> Result<Request<Bytes>, Refusal>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let (head, body) = request.into_parts();
    let declared = declared_len(&head.headers).max(body.size_hint().lower());
    let declared = usize::try_from(declared).unwrap_or(usize::MAX);
    if declared > limit {
        let found = declared;
        return Err(Refusal::TooLarge { limit, found });
    }
    match Limited::new(body, limit).collect().await {
        Ok(body) => Ok(Request::from_parts(head, body.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => {
            let found = limit.saturating_add(1);
            Err(Refusal::TooLarge { limit, found })
        }
        Err(_) => Err(Refusal::Incomplete),
    }
}

fn declared_len(headers: &HeaderMap) -> u64 {
    let value = headers.get(CONTENT_LENGTH);
    let len = value.and_then(|value| value.to_str().ok()?.parse().ok());
    len.unwrap_or(0)
}
