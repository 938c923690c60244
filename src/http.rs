//! Deliveries from the request types of the `http` crate.

use http::request::Parts;
use http::{HeaderMap, Method, Request, Uri};

use crate::delivery::Delivery;

impl<'a> Delivery<'a> {
    /// Takes a request whose body has been read.
    ///
    /// Every line of every header is seen. The target is the path and query of the request's URI, which routers of
    /// some frameworks rewrite: where it matters, set the original one with [`target`](Self::target) behind this.
    ///
    /// ```
    /// use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let request = http::Request::post("/webhook").body("type=factor.created")?;
    /// let receiver = Receiver::builder("https://mywebsite.com/webhook").auth_token(AuthToken::new("12345")?).build()?;
    /// let refusal = receiver.receive(&Delivery::from_request(&request)).map_err(|refusal| refusal.status());
    /// assert_eq!(refusal.err(), Some(415));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn from_request<B: AsRef<[u8]>>(request: &'a Request<B>) -> Self {
        Self::from_message(
            request.method(),
            request.uri(),
            request.headers(),
            request.body().as_ref(),
        )
    }

    /// Takes the head of a request and the body that was read for it, as [`from_request`](Self::from_request) does.
    #[must_use]
    pub fn from_parts<B: AsRef<[u8]> + ?Sized>(parts: &'a Parts, body: &'a B) -> Self {
        Self::from_message(&parts.method, &parts.uri, &parts.headers, body.as_ref())
    }

    fn from_message(
        method: &'a Method,
        uri: &'a Uri,
        headers: &'a HeaderMap,
        body: &'a [u8],
    ) -> Self {
        let delivery = Self::new(method.as_str(), body).headers(headers);
        match uri.path_and_query() {
            Some(target) => delivery.target(target.as_str()),
            None => delivery,
        }
    }
}
