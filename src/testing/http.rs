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
    pub fn into_request(self) -> Result<Request<Vec<u8>>, http::Error> {
        let mut request = Request::builder().method(self.method()).uri(self.target());
        for (name, value) in self.headers() {
            request = request.header(name, value);
        }
        request.body(self.into_body())
    }
}
