//! One HTTP request, seen without its framework.

use std::fmt;

/// Name of the header that carries the signature, in lower case.
pub const SIGNATURE_HEADER: &str = "x-twilio-signature";

/// Name of the header that names the SharedKey and algorithm of a signature, in lower case.
///
/// The header is not signed. It only ever chooses among the keys that were configured.
pub const SIGNATURE_SETTINGS_HEADER: &str = "x-twilio-webhooks-signature-settings";

/// The lines of one header: the first is kept, the others are counted.
#[derive(Clone, Copy, Default)]
pub(crate) struct HeaderLines<'a> {
    pub(crate) first: Option<&'a [u8]>,
    pub(crate) count: usize,
}

impl<'a> HeaderLines<'a> {
    fn push(&mut self, line: &'a [u8]) {
        self.first = self.first.or(Some(line));
        self.count = self.count.saturating_add(1);
    }
}

/// A webhook request as received: method, the headers that matter, body.
///
/// It borrows everything, does no I/O and depends on no framework. Header values may be given as `&str`, `&[u8]` or
/// anything else that is `AsRef<[u8]>`, such as the header values of the `http` crate.
///
/// ```
/// use twilio_verify_webhooks::Delivery;
///
/// let headers = [("Content-Type", "application/x-www-form-urlencoded"), ("X-Twilio-Signature", "…")];
/// let delivery = Delivery::new("POST", b"type=factor.created").headers(headers);
/// # let _ = delivery;
/// ```
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    pub(crate) method: &'a str,
    pub(crate) target: Option<&'a str>,
    pub(crate) content_type: HeaderLines<'a>,
    pub(crate) content_encoding: HeaderLines<'a>,
    pub(crate) signature: HeaderLines<'a>,
    pub(crate) signature_settings: HeaderLines<'a>,
    pub(crate) body: &'a [u8],
}

impl<'a> Delivery<'a> {
    /// Starts from the request method and the complete body, not decoded.
    #[must_use]
    pub fn new(method: &'a str, body: &'a [u8]) -> Self {
        Self {
            method,
            target: None,
            content_type: HeaderLines::default(),
            content_encoding: HeaderLines::default(),
            signature: HeaderLines::default(),
            signature_settings: HeaderLines::default(),
            body,
        }
    }

    /// Adds the path and query exactly as they are in the request line: `/webhook?tenant=1`.
    ///
    /// Needed for GET deliveries and by receivers that were built for an origin; a receiver with a fixed URL
    /// that takes POST never looks at it. Routers often rewrite paths: pass the original one.
    #[must_use]
    pub fn target(mut self, path_and_query: &'a str) -> Self {
        self.target = Some(path_and_query);
        self
    }

    /// Adds headers, all of the request's or just some, in any case and order.
    ///
    /// Those that matter are picked out, the others ignored. Pass every line of a header that has several: a doubled
    /// signature is refused only if both lines are seen.
    #[must_use]
    pub fn headers<N, V>(mut self, headers: impl IntoIterator<Item = (N, &'a V)>) -> Self
    where
        N: AsRef<str>,
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        for (name, value) in headers {
            let lines = match name.as_ref() {
                name if name.eq_ignore_ascii_case(SIGNATURE_HEADER) => &mut self.signature,
                name if name.eq_ignore_ascii_case("content-type") => &mut self.content_type,
                name if name.eq_ignore_ascii_case("content-encoding") => &mut self.content_encoding,
                name if name.eq_ignore_ascii_case(SIGNATURE_SETTINGS_HEADER) => {
                    &mut self.signature_settings
                }
                _ => continue,
            };
            lines.push(value.as_ref());
        }
        self
    }

    /// Adds a line of the `Content-Type` header.
    #[must_use]
    pub fn content_type<V: AsRef<[u8]> + ?Sized>(mut self, value: &'a V) -> Self {
        self.content_type.push(value.as_ref());
        self
    }

    /// Adds a line of the `Content-Encoding` header.
    #[must_use]
    pub fn content_encoding<V: AsRef<[u8]> + ?Sized>(mut self, value: &'a V) -> Self {
        self.content_encoding.push(value.as_ref());
        self
    }

    /// Adds a line of the [`X-Twilio-Signature`](SIGNATURE_HEADER) header.
    #[must_use]
    pub fn signature<V: AsRef<[u8]> + ?Sized>(mut self, value: &'a V) -> Self {
        self.signature.push(value.as_ref());
        self
    }

    /// Adds a line of the [`X-Twilio-Webhooks-Signature-Settings`](SIGNATURE_SETTINGS_HEADER) header.
    #[must_use]
    pub fn signature_settings<V: AsRef<[u8]> + ?Sized>(mut self, value: &'a V) -> Self {
        self.signature_settings.push(value.as_ref());
        self
    }
}

impl fmt::Debug for Delivery<'_> {
    /// Shows counts only: a signature that did not match may still be genuine, and bodies hold user data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("body_bytes", &self.body.len())
            .field("signature_lines", &self.signature.count)
            .finish_non_exhaustive()
    }
}
