//! Reads the body of a request, up to a limit.

use std::error::Error;
use std::pin::pin;

use bytes::{Buf as _, Bytes};
use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Request};
use http_body::Body;
use http_body_util::BodyExt as _;

use crate::body::{Collected, Collector};
use crate::error::Refusal;

/// Reads the body of a request, but no more of it than `limit` bytes.
///
/// A body that says it is longer is not read at all; one that turns out to be is given up on at once. A body that
/// arrives in one chunk is not copied. Several are kept in one buffer: of the declared length, or one that grows within
/// the limit, however small the chunks are. So a body takes no more memory than its declared length, or twice the limit
/// while a buffer grows, and the chunk at hand.
///
/// Give it the `body_limit` of the [receiver](crate::Receiver::body_limit), and the
/// [delivery](crate::Delivery::from_request) the request that comes back. How long to wait for a slow client is for
/// the server to decide.
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
    let bytes = read_bytes(&head.headers, body, limit).await?;
    Ok(Request::from_parts(head, bytes))
}

/// Reads a body as [`read_body`] does, from a request that is taken apart.
pub(crate) async fn read_bytes<B: Body>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
) -> Result<Bytes, Refusal> {
    let declared = declared_len(headers).max(body.size_hint().lower());
    let declared = usize::try_from(declared).unwrap_or(usize::MAX);
    let mut collector = Collector::new(declared, limit)?;
    let mut body = pin!(body);
    while let Some(frame) = body.as_mut().frame().await {
        // Frames without data are trailers.
        if let Ok(mut data) = frame.map_err(|_| Refusal::Incomplete)?.into_data() {
            let len = data.remaining();
            collector.check(len)?;
            collector.push(data.copy_to_bytes(len))?;
        }
    }
    Ok(match collector.finish() {
        Collected::Whole(bytes) => bytes,
        Collected::Joined(bytes) => bytes.into(),
    })
}

fn declared_len(headers: &HeaderMap) -> u64 {
    let value = headers.get(CONTENT_LENGTH);
    let len = value.and_then(|value| value.to_str().ok()?.parse().ok());
    len.unwrap_or(0)
}
