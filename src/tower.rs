//! A layer for `tower`.

use std::error::Error;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{Either, Full};
use tower_layer::Layer;
use tower_service::Service;

use crate::delivery::Delivery;
use crate::error::Refusal;
use crate::http_body::read_body;
use crate::receiver::{Received, Receiver};

/// A layer for `tower`: requests reach the inner service only as verified deliveries.
///
/// Puts a [`WebhookService`] around a service, which says what it does with a request. For a receiver that was
/// built for an origin, put the layer where the request's URI is still the original one: outside nested routers.
///
/// ```
/// use axum::{Extension, Router, routing::post};
/// use twilio_verify_webhooks::{AuthToken, Received, Receiver, WebhookLayer};
///
/// async fn webhook(Extension(received): Extension<Received<'static>>) {
///     println!("{}", received.event.event_type());
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = "12345";
/// let receiver = Receiver::builder("https://example.com/webhook").auth_token(AuthToken::new(token)?).build()?;
/// let app = Router::new().route("/webhook", post(webhook)).route_layer(WebhookLayer::new(receiver));
/// # let _: Router = app;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct WebhookLayer {
    receiver: Receiver,
}

impl WebhookLayer {
    /// Makes a layer that lets through what `receiver` accepts.
    #[must_use]
    pub const fn new(receiver: Receiver) -> Self {
        Self { receiver }
    }
}

impl<S> Layer<S> for WebhookLayer {
    type Service = WebhookService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        WebhookService::new(inner, self.receiver.clone())
    }
}

/// A service that passes accepted deliveries on to another and answers the rest itself.
///
/// It reads the body up to the receiver's limit and receives the delivery. An accepted request goes on with
/// [`Received<'static>`](Received) in its extensions and [`Full`] of the verified bytes as body; a refused one is
/// answered with the [response](Refusal::to_response) of its refusal.
#[derive(Debug, Clone)]
pub struct WebhookService<S> {
    inner: S,
    receiver: Receiver,
}

impl<S> WebhookService<S> {
    /// Passes what `receiver` accepts on to `inner`.
    #[must_use]
    pub const fn new(inner: S, receiver: Receiver) -> Self {
        Self { inner, receiver }
    }
}

impl<S, B, R> Service<Request<B>> for WebhookService<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Either<Full<Bytes>, R>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was polled ready is the one to call; its clone may not be ready.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        let receiver = self.receiver.clone();
        Box::pin(async move {
            match receive(&receiver, request).await {
                Ok(request) => Ok(inner.call(request).await?.map(Either::Right)),
                Err(refusal) => Ok(refusal.to_response().map(Either::Left)),
            }
        })
    }
}

async fn receive<B>(
    receiver: &Receiver,
    request: Request<B>,
) -> Result<Request<Full<Bytes>>, Refusal>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let request = read_body(request, receiver.body_limit()).await?;
    let received: Received<'static> = receiver.receive(&Delivery::from_request(&request))?;
    let mut request = request.map(Full::new);
    request.extensions_mut().insert(received);
    Ok(request)
}
