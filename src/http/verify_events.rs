use http::header::{ALLOW, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};

use crate::verify_events::{BatchError, EventStreamRefusal};

impl EventStreamRefusal {
    /// Returns the response to answer with, as [`Refusal::to_response`](crate::Refusal::to_response) does. The refusal is
    /// in the response's extensions.
    #[must_use]
    pub fn to_response<B: From<&'static str>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.class().as_str()));
        *response.status_mut() =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, text);
        if self.error == BatchError::Method {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
        }
        response.extensions_mut().insert(*self);
        response
    }
}
