//! Requests of the `http` crate.

use http::Request;

use super::OwnedDelivery;

impl OwnedDelivery {
    /// Makes it a request, its URI the path and query, as a server sees it.
    ///
    /// To send it with a client, put scheme and address in front: `format!("http://{address}{}", request.uri())`.
    ///
    /// # Errors
    ///
    /// If the method, the target or a header that was set cannot appear in a request.
    ///
    /// ```
    /// use twilio_verify_webhooks::AuthToken;
    /// use twilio_verify_webhooks::testing::{EventBuilder, Signer};
    ///
    /// let signer = Signer::new("https://example.com/webhook", AuthToken::new("a-token-for-tests")?)?;
    /// let request = signer.post(&EventBuilder::challenge_approved()).into_request()?;
    /// assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/webhook"));
    /// assert!(request.headers().contains_key("x-twilio-signature"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn into_request(self) -> Result<Request<Vec<u8>>, http::Error> {
        let mut request = Request::builder().method(self.method()).uri(self.target());
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        request.body(self.into_body())
    }
}
