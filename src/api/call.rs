use std::fmt;
use std::marker::PhantomData;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use serde::de::DeserializeOwned;

use super::Credentials;
use crate::api::error::{ErrorReply, ReplyError};
use crate::error::DecodeError;

/// The most bytes of a reply that are read: 4 MiB.
///
/// A page of 1000 webhooks, the most that Twilio documents, takes less. A client need not read more than one byte
/// beyond it, as [`Call::parse`] refuses such a reply anyway.
pub const REPLY_LIMIT: usize = 4 << 20;

const USER_AGENT_VALUE: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// One call of the API: a request, and how its reply is read.
///
/// It does no I/O. Send [`to_request`](Self::to_request) with any HTTP client and give the response, whatever its
/// status, to [`parse`](Self::parse). The client must
///
/// - not follow redirects: credentials would travel along;
/// - have a timeout;
/// - give back responses with an error status too, which some clients turn into errors of their own;
/// - not read endless bodies: see [`REPLY_LIMIT`].
#[must_use = "a call does nothing until its request is sent"]
pub struct Call<T> {
    request: Request<Vec<u8>>,
    credentials: Credentials,
    reply: PhantomData<fn() -> T>,
}

impl<T: Reply> Call<T> {
    pub(super) fn get(uri: Uri, credentials: &Credentials) -> Self {
        Self::new(Method::GET, uri, credentials)
    }

    pub(super) fn delete(uri: Uri, credentials: &Credentials) -> Self {
        Self::new(Method::DELETE, uri, credentials)
    }

    pub(super) fn post(uri: Uri, form: String, credentials: &Credentials) -> Self {
        let mut call = Self::new(Method::POST, uri, credentials);
        let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        call.request.headers_mut().insert(CONTENT_TYPE, form_type);
        if form.is_empty() {
            // A POST states even that (RFC 9110, section 8.6). Not every client adds it.
            let headers = call.request.headers_mut();
            headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        *call.request.body_mut() = form.into_bytes();
        call
    }

    fn new(method: Method, uri: Uri, credentials: &Credentials) -> Self {
        let mut request = Request::new(Vec::new());
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        request.headers_mut().extend([
            (AUTHORIZATION, credentials.authorization()),
            (ACCEPT, HeaderValue::from_static("application/json")),
            (USER_AGENT, HeaderValue::from_static(USER_AGENT_VALUE)),
        ]);
        Self {
            request,
            credentials: credentials.clone(),
            reply: PhantomData,
        }
    }

    /// Returns the request: absolute URI, all headers but those of the connection, and the body.
    #[must_use]
    pub fn to_request(&self) -> Request<Vec<u8>> {
        self.request.clone()
    }

    /// Reads the reply to the request.
    ///
    /// Any status of success will do, if the body is what is asked for.
    ///
    /// # Errors
    ///
    /// [`ReplyError`] says what came instead.
    ///
    /// ```
    /// use twilio_verify_webhooks::WebhookSid;
    /// use twilio_verify_webhooks::api::ReplyError;
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let sid = WebhookSid::new("YW0123456789abcdef0123456789abcdef")?;
    /// let call = webhooks.fetch(sid)?;
    /// let reply = http::Response::new(r#"{"sid": "YW0123456789abcdef0123456789abcdef"}"#);
    /// assert_eq!(call.parse(&reply)?.sid, Some(sid));
    /// let page_of_a_proxy = http::Response::new("<html>");
    /// assert_eq!(call.parse(&page_of_a_proxy), Err(ReplyError::NotJson { line: 1, column: 1 }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse<B: AsRef<[u8]>>(&self, response: &Response<B>) -> Result<T, ReplyError> {
        let (status, body) = (response.status(), response.body().as_ref());
        if status.is_redirection() {
            let status = status.as_u16();
            return Err(ReplyError::Redirect { status });
        }
        if !status.is_success() {
            return Err(self.refused(status, response.headers(), body));
        }
        if body.len() > REPLY_LIMIT {
            return Err(ReplyError::TooLarge { limit: REPLY_LIMIT });
        }
        T::read(status, body)
    }

    fn refused(&self, status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ReplyError {
        // More than the limit is not read of an error either.
        let body = body.get(..REPLY_LIMIT).unwrap_or(body);
        let reply = ErrorReply::new(status, headers, body, &self.credentials);
        ReplyError::Refused(Box::new(reply))
    }

    pub(super) fn uri(&self) -> &Uri {
        self.request.uri()
    }
}

impl<T> Clone for Call<T> {
    fn clone(&self) -> Self {
        Self {
            request: self.request.clone(),
            credentials: self.credentials.clone(),
            reply: PhantomData,
        }
    }
}

impl<T> fmt::Debug for Call<T> {
    /// Shows neither headers nor body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", self.request.method())
            .field("uri", self.request.uri())
            .finish_non_exhaustive()
    }
}

/// What a call brings back: [`Webhook`](super::Webhook), [`Page`](super::Page), or nothing where it deletes.
pub trait Reply: sealed::Read {}

impl<T: sealed::Read> Reply for T {}

pub(super) mod sealed {
    use super::{ReplyError, StatusCode};

    pub trait Read: Sized {
        fn read(status: StatusCode, body: &[u8]) -> Result<Self, ReplyError>;
    }
}

/// Nothing is asked for and nothing may come: a page of a proxy does not mean that the webhook is gone.
impl sealed::Read for () {
    fn read(status: StatusCode, body: &[u8]) -> Result<Self, ReplyError> {
        match body.len() {
            0 => Ok(()),
            found => {
                let status = status.as_u16();
                Err(ReplyError::Body { status, found })
            }
        }
    }
}

pub(super) fn read_json<T: DeserializeOwned>(
    status: StatusCode,
    body: &[u8],
) -> Result<T, ReplyError> {
    use serde_json::error::Category;

    if body.is_empty() {
        let status = status.as_u16();
        return Err(ReplyError::Empty { status });
    }
    let not_json = |error: &serde_json::Error| ReplyError::NotJson {
        line: error.line(),
        column: error.column(),
    };
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        match error.inner().classify() {
            Category::Data => ReplyError::Unexpected(DecodeError::json("", &error)),
            Category::Eof => ReplyError::Truncated { found: body.len() },
            Category::Syntax | Category::Io => not_json(error.inner()),
        }
    })?;
    json.end().map_err(|error| not_json(&error))?;
    Ok(value)
}
