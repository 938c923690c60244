//! Deliveries from, and answers in, the message types of the `http` crate.

#[cfg(feature = "verify-events")]
mod verify_events;

use http::header::{ALLOW, CONTENT_TYPE};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};

use crate::delivery::Delivery;
use crate::error::Refusal;

impl<'a> Delivery<'a> {
    /// Takes a request whose body has been read.
    ///
    /// Every line of every header is seen. The target is the path and query of the request's URI, which some routers
    /// rewrite: where the receiver looks at it, set the original one with [`target`](Self::target) afterwards.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let token = "12345";
    /// let receiver = Receiver::builder("https://example.com/webhook").auth_token(AuthToken::new(token)?).build()?;
    /// let request = http::Request::post("/webhook").body("type=factor.created")?;
    ///
    /// let received = receiver.receive(&Delivery::from_request(&request));
    /// assert_eq!(received.map_err(|refusal| refusal.status()), Err(415));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn from_request<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        let (method, uri, headers) = (request.method(), request.uri(), request.headers());
        Self::from_message(method, uri, headers, request.body().as_ref())
    }

    /// Takes the head of a request and its body, as [`from_request`](Self::from_request) does.
    #[must_use]
    pub fn from_parts<B: AsRef<[u8]> + ?Sized>(head: &'a Parts, body: &'a B) -> Self {
        Self::from_message(&head.method, &head.uri, &head.headers, body.as_ref())
    }

    fn from_message(
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Self {
        let delivery = Self::new(method.as_str(), body).headers(headers);
        // A request line can hold an authority alone. That is no path, and not the fault of the code around.
        delivery.target(uri.path_and_query().map_or("", PathAndQuery::as_str))
    }
}

impl Refusal {
    /// Returns the response to answer with: the [status](Self::status), and the short text of the
    /// [class](Self::class), which says nothing about the delivery.
    ///
    /// A 405 has the `Allow` header that RFC 9110, section 15.5.6, asks for. The refusal itself is in the
    /// response's extensions, so that a layer around the handler can log it.
    ///
    /// ```
    /// use twilio_verify_webhooks::{Refusal, SignatureError};
    ///
    /// let refusal = Refusal::Signature(SignatureError::Missing);
    /// let response = refusal.to_response::<String>();
    /// assert_eq!(response.status(), 403);
    /// assert_eq!(response.body(), "signature refused");
    /// assert_eq!(response.extensions().get(), Some(&refusal));
    /// ```
    #[must_use]
    pub fn to_response<B: From<&'static str>>(&self) -> Response<B> {
        let mut response = Response::new(B::from(self.class().as_str()));
        *response.status_mut() =
            StatusCode::from_u16(self.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        headers.insert(CONTENT_TYPE, text);
        if let Self::Method { allow } = self {
            headers.insert(ALLOW, HeaderValue::from_static(allow));
        }
        response.extensions_mut().insert(*self);
        response
    }
}
