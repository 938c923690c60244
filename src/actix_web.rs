//! Extractors for `actix-web`.

use std::future::poll_fn;
use std::pin::{Pin, pin};

use actix_web::body::{BodyStream, MessageBody as _};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_LENGTH, ContentType};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use crate::body::Collector;
use crate::delivery::Delivery;
use crate::error::Refusal;
use crate::event::Event;
use crate::receiver::{Received, Receiver};

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
            let receiver = receiver(&request).ok_or(Refusal::NoReceiver)?;
            let declared = declared_len(&request).unwrap_or_default();
            let mut body = Collector::new(declared, receiver.body_limit())?;
            let mut payload = pin!(BodyStream::new(payload));
            while let Some(chunk) = poll_fn(|cx| payload.as_mut().poll_next(cx)).await {
                body.push(&chunk.map_err(|_| Refusal::Incomplete)?)?;
            }
            let body = body.into_bytes();
            let delivery = Delivery::new(request.method().as_str(), &body);
            let delivery = delivery.headers(request.headers());
            // A request line can hold an authority alone. That is no path, and not the fault of the code around.
            let target = request.uri().path_and_query();
            let target = target.map_or("", |target| target.as_str());
            receiver.receive(&delivery.target(target))
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

fn receiver(request: &HttpRequest) -> Option<&Receiver> {
    let data = request.app_data::<Data<Receiver>>();
    data.map(Data::get_ref)
        .or_else(|| request.app_data::<Receiver>())
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
