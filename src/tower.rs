//! A layer for `tower`.

use std::error::Error;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{Either, Full};
use tower_layer::Layer;
use tower_service::Service;

use crate::delivery::Delivery;
use crate::error::{ReceiveError, Refusal};
use crate::http_body::read_body;
use crate::receiver::{Accounts, KeyStoreError, Received, Receiver};
use crate::trace;
#[cfg(feature = "verify-events")]
use crate::verify_events::{Batch, EventStreamReceiver, EventStreamRefusal};

/// A layer for `tower`: requests reach the inner service only as verified deliveries.
///
/// Puts a [`WebhookService`] around a service, which says what it does with a request. It takes a [`Receiver`], or
/// [`Accounts`] if the keys of many accounts are looked up. With the feature `verify-events` it also takes an
/// `EventStreamReceiver`.
///
/// For a receiver that was built for an origin, put the layer where the request's URI is still the original one:
/// outside routers that cut a prefix off. With the feature `axum` it may also be inside axum's nested routers, which
/// name the original URI.
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
pub struct WebhookLayer<R = Receiver> {
    receiver: R,
}

impl<R: Receive> WebhookLayer<R> {
    /// Makes a layer that lets through what `receiver` accepts.
    #[must_use]
    pub const fn new(receiver: R) -> Self {
        Self { receiver }
    }
}

impl<S, R: Receive> Layer<S> for WebhookLayer<R> {
    type Service = WebhookService<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        WebhookService::new(inner, self.receiver.clone())
    }
}

/// A service that passes accepted deliveries on to another and answers the rest itself.
///
/// It reads the body up to the receiver's limit and receives the delivery. An accepted request goes on with
/// [`Received<'static>`](Received) in its extensions and [`Full`] of the verified bytes as body; a refused one is
/// answered with the [response](Refusal::to_response) of its refusal. If the keys of its account cannot be looked up,
/// the answer is 503. An `EventStreamReceiver` puts a `Batch` in the place of the [`Received`].
#[derive(Debug, Clone)]
pub struct WebhookService<S, R = Receiver> {
    inner: S,
    receiver: R,
}

impl<S, R: Receive> WebhookService<S, R> {
    /// Passes what `receiver` accepts on to `inner`.
    #[must_use]
    pub const fn new(inner: S, receiver: R) -> Self {
        Self { inner, receiver }
    }
}

impl<S, B, T, R> Service<Request<B>> for WebhookService<S, R>
where
    R: Receive,
    S: Service<Request<Full<Bytes>>, Response = Response<T>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    type Response = Response<Either<Full<Bytes>, T>>;
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
                Err(refused) => Ok(R::answer(&refused).map(Either::Left)),
            }
        })
    }
}

async fn receive<B, R: Receive>(
    receiver: &R,
    request: Request<B>,
) -> Result<Request<Full<Bytes>>, R::Refused>
where
    B: Body,
    B::Error: Into<Box<dyn Error + Send + Sync>>,
{
    let request = read_body(request, receiver.limit()).await;
    let received = match &request {
        Ok(request) => receiver.receive_any(&delivery(request)).await,
        Err(refusal) => Err(receiver.unread(*refusal)),
    };
    R::tell(&received);
    let received = received?;
    let request = request.map_err(|refusal| receiver.unread(refusal))?;
    let mut request = request.map(Full::new);
    request.extensions_mut().insert(received);
    Ok(request)
}

#[cfg(feature = "axum")]
fn delivery(request: &Request<Bytes>) -> Delivery<'_> {
    let delivery = Delivery::from_request(request);
    match crate::axum::original_target(request.extensions()) {
        Some(target) => delivery.target(target),
        None => delivery,
    }
}

#[cfg(not(feature = "axum"))]
fn delivery(request: &Request<Bytes>) -> Delivery<'_> {
    Delivery::from_request(request)
}

fn answer(error: &ReceiveError<KeyStoreError>) -> Response<Full<Bytes>> {
    if let ReceiveError::Refused(refusal) = error {
        return refusal.to_response();
    }
    let mut response = Response::new(Full::from("unavailable"));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// What a layer receives deliveries with: a [`Receiver`], [`Accounts`], or an `EventStreamReceiver`.
pub trait Receive: sealed::Receive {}

impl Receive for Receiver {}
impl Receive for Accounts {}
#[cfg(feature = "verify-events")]
impl Receive for EventStreamReceiver {}

mod sealed {
    use super::*;

    pub trait Receive: Clone + Send + Sync + 'static {
        /// What the inner service finds in the extensions of a request.
        type Received: Clone + Send + Sync + 'static;
        type Refused: Send;

        fn limit(&self) -> usize;

        fn receive_any(
            &self,
            delivery: &Delivery<'_>,
        ) -> impl Future<Output = Result<Self::Received, Self::Refused>> + Send;

        /// Makes of a body that was not read what is answered.
        fn unread(&self, refusal: Refusal) -> Self::Refused;

        fn answer(refused: &Self::Refused) -> Response<Full<Bytes>>;

        fn tell(received: &Result<Self::Received, Self::Refused>);
    }

    impl Receive for Receiver {
        type Received = Received<'static>;
        type Refused = ReceiveError<KeyStoreError>;

        fn limit(&self) -> usize {
            self.body_limit()
        }

        async fn receive_any(
            &self,
            delivery: &Delivery<'_>,
        ) -> Result<Self::Received, Self::Refused> {
            Ok(self.receive(delivery)?)
        }

        fn unread(&self, refusal: Refusal) -> Self::Refused {
            refusal.into()
        }

        fn answer(refused: &Self::Refused) -> Response<Full<Bytes>> {
            answer(refused)
        }

        fn tell(received: &Result<Self::Received, Self::Refused>) {
            trace::account_received(received);
        }
    }

    impl Receive for Accounts {
        type Received = Received<'static>;
        type Refused = ReceiveError<KeyStoreError>;

        fn limit(&self) -> usize {
            self.body_limit()
        }

        async fn receive_any(
            &self,
            delivery: &Delivery<'_>,
        ) -> Result<Self::Received, Self::Refused> {
            self.receive(delivery).await
        }

        fn unread(&self, refusal: Refusal) -> Self::Refused {
            refusal.into()
        }

        fn answer(refused: &Self::Refused) -> Response<Full<Bytes>> {
            answer(refused)
        }

        fn tell(received: &Result<Self::Received, Self::Refused>) {
            trace::account_received(received);
        }
    }

    #[cfg(feature = "verify-events")]
    impl Receive for EventStreamReceiver {
        type Received = Batch;
        type Refused = EventStreamRefusal;

        fn limit(&self) -> usize {
            self.body_limit()
        }

        async fn receive_any(&self, delivery: &Delivery<'_>) -> Result<Batch, EventStreamRefusal> {
            self.receive(delivery)
        }

        fn unread(&self, refusal: Refusal) -> EventStreamRefusal {
            self.unread(refusal)
        }

        fn answer(refused: &EventStreamRefusal) -> Response<Full<Bytes>> {
            refused.to_response()
        }

        fn tell(received: &Result<Batch, EventStreamRefusal>) {
            trace::batch(received);
        }
    }
}
