//! Where the API is, and what is within it.

use http::Uri;
use url::{Host, Url};

use crate::api::error::{BaseUrlError, NextPageError};
use crate::sid::ServiceSid;

/// The most bytes of the URL of a next page. Twilio's have some 200.
const MAX_NEXT_PAGE: usize = 8192;

#[derive(Debug, Clone)]
pub(super) struct BaseUrl(Url);

impl BaseUrl {
    /// Takes a URL with https, or with http where the host is this machine.
    pub(super) fn new(base_url: &str) -> Result<Self, BaseUrlError> {
        let base_url = Self::unencrypted(base_url)?;
        match base_url.0.scheme() {
            "https" => Ok(base_url),
            _ if base_url.is_loopback() => Ok(base_url),
            _ => Err(BaseUrlError::NotEncrypted),
        }
    }

    /// Takes a URL with https or http.
    pub(super) fn unencrypted(base_url: &str) -> Result<Self, BaseUrlError> {
        let url = Url::parse(base_url).map_err(|_| BaseUrlError::NotAbsolute)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(BaseUrlError::NotEncrypted);
        }
        if has_user_info(&url) {
            return Err(BaseUrlError::UserInfo);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        Ok(Self(url))
    }

    fn is_loopback(&self) -> bool {
        match self.0.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            // RFC 6761, section 6.3.
            Some(Host::Domain(domain)) => domain == "localhost",
            None => false,
        }
    }

    pub(super) fn collection(&self, service_sid: &ServiceSid) -> Result<Collection, BaseUrlError> {
        let base_url = self.0.as_str().trim_end_matches('/');
        let url = format!("{base_url}/v2/Services/{service_sid}/Webhooks");
        let url = Url::parse(&url).map_err(|_| BaseUrlError::NotAbsolute)?;
        let uri = Uri::try_from(url.as_str()).map_err(|_| BaseUrlError::NotAbsolute)?;
        Ok(Collection { url, uri })
    }
}

/// The webhooks of one Service.
#[derive(Debug, Clone)]
pub(super) struct Collection {
    url: Url,
    uri: Uri,
}

impl Collection {
    pub(super) fn uri(&self) -> Uri {
        self.uri.clone()
    }

    pub(super) fn member(&self, sid: &str) -> Result<Uri, BaseUrlError> {
        let uri = format!("{}/{sid}", self.url);
        Uri::try_from(uri).map_err(|_| BaseUrlError::NotAbsolute)
    }

    pub(super) fn query(&self, query: &str) -> Result<Uri, BaseUrlError> {
        let uri = format!("{}?{query}", self.url);
        Uri::try_from(uri).map_err(|_| BaseUrlError::NotAbsolute)
    }

    /// Takes only the query of a next page, and only if all else is that of this collection.
    pub(super) fn next_page(&self, next_page: &str) -> Result<Uri, NextPageError> {
        if next_page.len() > MAX_NEXT_PAGE {
            return Err(NextPageError::Invalid);
        }
        let url = self
            .url
            .join(next_page)
            .map_err(|_| NextPageError::Invalid)?;
        if has_user_info(&url) {
            return Err(NextPageError::UserInfo);
        }
        if url.origin() != self.url.origin() {
            return Err(NextPageError::Origin);
        }
        if url.path() != self.url.path() {
            return Err(NextPageError::Path);
        }
        match url.query() {
            Some(query) => self.query(query).map_err(|_| NextPageError::Invalid),
            None => Ok(self.uri()),
        }
    }
}

fn has_user_info(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}
