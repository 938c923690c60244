//! Answers as responses of the `http` crate.

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};

use crate::answer::Answer;

impl Answer {
    /// Returns the response: the [status](Self::status) and the [body](Self::body). The answer itself is in the
    /// response's extensions, so that a layer around the handler can log it.
    ///
    /// ```
    /// use twilio_verify_webhooks_inbox::{Accepted, Answer};
    ///
    /// let response = Answer::from(Ok(Accepted::New)).to_response::<String>();
    /// assert_eq!(response.status(), 200);
    /// assert_eq!(response.body(), "");
    /// ```
    #[must_use]
    pub fn to_response<B: From<&'static str>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.body()));
        let status = StatusCode::from_u16(self.status());
        *response.status_mut() = status.unwrap_or(StatusCode::SERVICE_UNAVAILABLE);
        if !self.body().is_empty() {
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, text);
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}
