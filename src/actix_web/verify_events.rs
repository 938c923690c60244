use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, ContentType};
use actix_web::{FromRequest, HttpRequest, HttpResponse, ResponseError};

use super::{data, delivery, read_body};
use crate::trace;
use crate::verify_events::{Batch, BatchError, EventStreamReceiver, EventStreamRefusal};

/// Reads the body up to the receiver's limit and receives the delivery. The [`EventStreamReceiver`] comes from
/// `app_data`, as `Data<EventStreamReceiver>` or as it is.
///
/// The error is an [`EventStreamRefusal`], which answers for itself; take `Result<Batch, EventStreamRefusal>` to see it.
impl FromRequest for Batch {
    type Error = EventStreamRefusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, EventStreamRefusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let batch = async {
                let receiver = data::<EventStreamReceiver>(&request);
                let receiver = receiver.ok_or(EventStreamRefusal::no_receiver())?;
                match read_body(&request, payload, receiver.body_limit()).await {
                    Ok(body) => receiver.receive(&delivery(&request, &body)),
                    Err(refusal) => Err(receiver.unread(refusal)),
                }
            };
            let batch = batch.await;
            trace::batch(&batch);
            batch
        })
    }
}

/// Answers with the status and the short text of the class.
impl ResponseError for EventStreamRefusal {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        if self.error == BatchError::Method {
            response.insert_header((ALLOW, "POST"));
        }
        response
            .insert_header(ContentType::plaintext())
            .body(self.class().as_str())
    }
}
