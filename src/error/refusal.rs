use super::{EventError, FormError, SignatureError};

/// Why a delivery was refused.
///
/// [`status`](Self::status) is what to answer. The messages carry names, positions and counts, never a secret, a
/// signature or user data, so they can be logged; a caller from the internet needs no more than the status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request has another method than the receiver accepts. Answer 405.
    #[error("expected the method {allow}")]
    Method {
        /// The methods accepted, as the value of an `Allow` header.
        allow: &'static str,
    },
    /// The body is not a form, or is compressed. Answer 415.
    #[error(transparent)]
    MediaType(#[from] MediaTypeError),
    /// The form has more bytes than the receiver accepts. Answer 413.
    #[error("expected at most {limit} bytes, found {found}")]
    TooLarge {
        /// The limit of the receiver.
        limit: usize,
        /// How many bytes there are, or one more than the limit if reading stopped there.
        found: usize,
    },
    /// The body ended early or could not be read to its end. Answer 400.
    ///
    /// Only what reads bodies returns this: the adapters, or a server of yours that finds one incomplete.
    #[error("expected the complete body, found a part of it")]
    Incomplete,
    /// The form cannot be decoded, or has a second interpretation. Answer 400.
    #[error(transparent)]
    Form(#[from] FormError),
    /// The path and query of the request do not fit the receiver. Answer 400, or 500 if they were not passed.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// A GET delivery has a body, which nothing signs. Answer 400.
    #[error("expected no body with GET, found {found} bytes")]
    Body {
        /// How many bytes it has.
        found: usize,
    },
    /// The signature is missing, ill-formed or wrong. Answer 403.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// There are no keys for the account that the delivery names. Answer 403.
    #[error("no keys for the account of this delivery")]
    UnknownAccount,
    /// The delivery names another account than the one it was verified for or the receiver is pinned to. Answer 403.
    #[error("account_sid is not the expected account")]
    OtherAccount,
    /// The delivery names another Verify Service than the receiver is pinned to. Answer 403.
    #[error("service_sid is not the expected service")]
    OtherService,
    /// The application passed no receiver to the adapter that needs one. Answer 500.
    #[error("expected a receiver among the application's data, found none")]
    NoReceiver,
    /// The signature is right and the parameters are not an event, or have a second interpretation. Answer 400.
    #[error(transparent)]
    Event(#[from] EventError),
}

/// What kind of refusal it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalClass {
    /// Another method, media type or encoding than a webhook has: 405 or 415.
    Unsupported,
    /// More bytes than accepted: 413.
    TooLarge,
    /// Not a form, or not an event: 400.
    Malformed,
    /// Not shown to come from Twilio for this receiver: 403. The request is forged, or the configured URL or key
    /// is not the one Twilio used.
    Signature,
    /// The code around the receiver did not pass what it needs: 500.
    Misconfigured,
}

impl RefusalClass {
    /// Returns a short text that says nothing about the delivery, fit as a response body.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too large",
            Self::Malformed => "malformed",
            Self::Signature => "signature refused",
            Self::Misconfigured => "misconfigured",
        }
    }
}

impl Refusal {
    /// Returns what kind of refusal it is.
    #[must_use]
    pub const fn class(&self) -> RefusalClass {
        match self {
            Self::Method { .. } | Self::MediaType(_) => RefusalClass::Unsupported,
            Self::TooLarge { .. } => RefusalClass::TooLarge,
            Self::Target(TargetError::Missing) | Self::NoReceiver => RefusalClass::Misconfigured,
            Self::Incomplete
            | Self::Form(_)
            | Self::Target(_)
            | Self::Body { .. }
            | Self::Event(_) => RefusalClass::Malformed,
            Self::Signature(_) | Self::UnknownAccount | Self::OtherAccount | Self::OtherService => {
                RefusalClass::Signature
            }
        }
    }

    /// Returns the HTTP status to answer with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match (self, self.class()) {
            (Self::Method { .. }, _) => 405,
            (_, RefusalClass::Unsupported) => 415,
            (_, RefusalClass::TooLarge) => 413,
            (_, RefusalClass::Malformed) => 400,
            (_, RefusalClass::Signature) => 403,
            (_, RefusalClass::Misconfigured) => 500,
        }
    }
}

/// Why the body is not read as a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaTypeError {
    /// There is no `Content-Type` header.
    #[error("expected the content type application/x-www-form-urlencoded, found none")]
    Missing,
    /// There are several `Content-Type` lines.
    #[error("expected one content-type header, found {count}")]
    SeveralLines {
        /// How many there are.
        count: usize,
    },
    /// The content type is another.
    #[error("expected the content type application/x-www-form-urlencoded, found another")]
    Other,
    /// The body has a `Content-Encoding` other than `identity`.
    #[error("expected a body without content encoding, found one")]
    Encoded,
}

/// Why the path and query of a request do not fit the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The delivery was passed without them, and the receiver needs them.
    #[error("expected the path and query of the request, found none: see Delivery::target")]
    Missing,
    /// They do not start with a slash, or contain a character that cannot appear in a request line.
    #[error(
        "expected the raw path and query of the request, found another character at byte {position}"
    )]
    Malformed {
        /// Its offset in bytes, counted from 0.
        position: usize,
    },
    /// The receiver is for an origin, and they contain the name of a parameter of events: an event
    /// that was signed as a part of a URL could be split off there.
    #[error(
        "expected no name of an event's parameter in path and query, found one at byte {position}"
    )]
    HoldsParameter {
        /// Its offset in bytes, counted from 0.
        position: usize,
    },
    /// The query of a GET delivery does not start with the query of the configured URL.
    #[error("expected a query that starts with that of the configured URL")]
    Query,
}
