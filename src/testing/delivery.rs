use std::fmt;

use crate::delivery::Delivery;

/// A delivery that owns its text: method, path and query, headers, body.
///
/// [`Signer`](super::Signer) and [`NegativeCase`](super::NegativeCase) make them. Each part may be replaced
/// afterwards, which leaves the signature as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnedDelivery {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl OwnedDelivery {
    /// Starts without headers. The target is path and query as in a request line.
    #[must_use]
    pub fn new(
        method: impl Into<String>,
        target: impl Into<String>,
        body: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            method: method.into(),
            target: target.into(),
            headers: Vec::new(),
            body: body.into(),
        }
    }

    /// Returns the request method.
    #[must_use]
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Returns path and query.
    #[must_use]
    pub fn target(&self) -> &str {
        &self.target
    }

    /// Returns an iterator over the lines of the headers: with `Host`, without `Content-Length`.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Replaces the method.
    #[must_use]
    pub fn with_method(mut self, method: impl Into<String>) -> Self {
        self.method = method.into();
        self
    }

    /// Replaces path and query.
    #[must_use]
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.target = target.into();
        self
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds a line of a header after the present ones.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Leaves out every line of a header, its name in any case.
    #[must_use]
    pub fn without_header(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    /// Puts one line in the place of all lines of a header.
    #[must_use]
    pub fn with_header_replaced(self, name: &str, value: impl Into<String>) -> Self {
        self.without_header(name).with_header(name, value)
    }

    /// Borrows it, as a [`Receiver`](crate::Receiver) takes it.
    #[must_use]
    pub fn as_delivery(&self) -> Delivery<'_> {
        Delivery::new(&self.method, &self.body)
            .target(&self.target)
            .headers(self.headers())
    }

    #[cfg(feature = "http")]
    pub(super) fn into_body(self) -> Vec<u8> {
        self.body
    }
}

impl fmt::Debug for OwnedDelivery {
    /// Shows what may be logged: neither query, header values nor body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.target.split('?').next().unwrap_or_default();
        f.debug_struct("OwnedDelivery")
            .field("method", &self.method)
            .field("path", &path)
            .field(
                "headers",
                &self.headers().map(|(name, _)| name).collect::<Vec<_>>(),
            )
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}
