//! What a receiver is configured with, apart from keys.

use crate::sid::{AccountSid, ServiceSid};
use crate::signature::SignedUrl;

/// What a receiver accepts, apart from keys.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) address: Address,
    pub(crate) accepts_get: bool,
    pub(crate) body_limit: usize,
    pub(crate) strict: bool,
    pub(crate) account_sid: Option<AccountSid>,
    pub(crate) service_sid: Option<ServiceSid>,
}

/// Where the signed URL comes from.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    /// It is configured.
    Url(SignedUrl),
    /// Its origin is configured; path and query are those of the request.
    Origin(SignedUrl),
}

impl Address {
    pub(crate) fn variants(&self) -> impl Iterator<Item = &str> + Clone {
        let (Self::Url(url) | Self::Origin(url)) = self;
        url.variants()
    }
}
