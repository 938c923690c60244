//! Answers as responses of `actix-web`.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::answer::Answer;

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let status = StatusCode::from_u16(self.status());
        let mut response = HttpResponse::build(status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE));
        match self.body() {
            "" => response.finish(),
            body => response.insert_header(ContentType::plaintext()).body(body),
        }
    }
}
