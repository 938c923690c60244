//! Extractors for `actix-web`.

#[cfg(feature = "verify-events")]
mod verify_events;

use std::future::poll_fn;
use std::pin::{Pin, pin};

use actix_web::body::{BodyStream, MessageBody as _};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_LENGTH, ContentType};
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use crate::account_received::AccountReceived;
use crate::body::{Collected, Collector};
use crate::delivery::Delivery;
use crate::error::{ReceiveError, Refusal};
use crate::event::Event;
use crate::receiver::{Accounts, KeyStoreError, Received, Receiver};
use crate::trace;

/// Reads the body up to the receiver's limit and receives the delivery. The receiver comes from `app_data`, as
/// `Data<Receiver>` or as it is.
///
/// Payload limits configured elsewhere do not matter. The error is a [`Refusal`], which answers for itself; take
/// `Result<Received<'static>, Refusal>` to see it.
impl FromRequest for Received<'static> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let received = async {
                let receiver = data::<Receiver>(&request).ok_or(Refusal::NoReceiver)?;
                let body = read_body(&request, payload, receiver.body_limit()).await?;
                receiver.receive(&delivery(&request, &body))
            };
            let received = received.await;
            trace::received(&received);
            received
        })
    }
}

/// Reads the body up to the receiver's limit and receives the delivery with the keys of its account. The
/// [`Accounts`] come from `app_data`, as `Data<Accounts>` or as they are.
impl FromRequest for AccountReceived {
    type Error = ReceiveError<KeyStoreError>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let received = async {
                let accounts = data::<Accounts>(&request).ok_or(Refusal::NoReceiver)?;
                let body = read_body(&request, payload, accounts.body_limit()).await?;
                accounts.receive(&delivery(&request, &body)).await
            };
            let received = received.await;
            trace::account_received(&received);
            received.map(Self)
        })
    }
}

/// The event alone; as for [`Received`].
impl FromRequest for Event<'static> {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let received = Received::from_request(request, payload);
        Box::pin(async move { Ok(received.await?.event) })
    }
}

fn data<T: 'static>(request: &HttpRequest) -> Option<&T> {
    let data = request.app_data::<Data<T>>();
    data.map(Data::get_ref).or_else(|| request.app_data::<T>())
}

async fn read_body(
    request: &HttpRequest,
    payload: Payload,
    limit: usize,
) -> Result<Collected<Bytes>, Refusal> {
    let declared = declared_len(request).unwrap_or_default();
    let mut body = Collector::new(declared, limit)?;
    let mut payload = pin!(BodyStream::new(payload));
    while let Some(chunk) = poll_fn(|cx| payload.as_mut().poll_next(cx)).await {
        body.push(chunk.map_err(|_| Refusal::Incomplete)?)?;
    }
    Ok(body.finish())
}

fn delivery<'d>(request: &'d HttpRequest, body: &'d [u8]) -> Delivery<'d> {
    let delivery = Delivery::new(request.method().as_str(), body).headers(request.headers());
    // A request line can hold an authority alone. That is no path, and not the fault of the code around.
    let target = request.uri().path_and_query();
    delivery.target(target.map_or("", |target| target.as_str()))
}

fn declared_len(request: &HttpRequest) -> Option<usize> {
    let value = request.headers().get(CONTENT_LENGTH)?;
    value.to_str().ok()?.parse().ok()
}

/// Answers with the status and the short text of the class.
impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if let Self::Method { allow } = self {
            response.insert_header((ALLOW, *allow));
        }
        response
            .insert_header(ContentType::plaintext())
            .body(self.class().as_str())
    }
}

/// Answers with the status of the refusal, or 503, and a short text.
impl ResponseError for ReceiveError<KeyStoreError> {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Refused(refusal) => refusal.error_response(),
            Self::Keys(_) => HttpResponse::build(self.status_code())
                .insert_header(ContentType::plaintext())
                .body("unavailable"),
        }
    }
}
