use std::fmt;

use http::Uri;

use super::base_url::{BaseUrl, Collection};
use super::{Call, Credentials, Listing, NewWebhook, Page, Webhook, WebhookUpdate};
use crate::api::error::{BaseUrlError, NextPageError, RequestError};
use crate::sid::{ServiceSid, WebhookSid};

/// Where Twilio's Verify API is.
pub const BASE_URL: &str = "https://verify.twilio.com";

/// The webhooks of one Verify Service, and the calls that manage them.
#[derive(Clone)]
pub struct Webhooks {
    service_sid: ServiceSid,
    credentials: Credentials,
    collection: Collection,
    page_size: Option<u16>,
    first_page: Uri,
}

impl Webhooks {
    /// The largest page size that Twilio documents.
    pub const MAX_PAGE_SIZE: u16 = 1000;

    /// Takes the Service and what authenticates calls to its account.
    ///
    /// # Errors
    ///
    /// [`RequestError::Sid`] if the SID is not hexadecimal, as those in Twilio's sample deliveries are not.
    pub fn new(service_sid: ServiceSid, credentials: Credentials) -> Result<Self, RequestError> {
        check_sid(ServiceSid::PREFIX, service_sid.as_str())?;
        let collection = BaseUrl::new(BASE_URL)?.collection(&service_sid)?;
        Ok(Self {
            service_sid,
            credentials,
            first_page: collection.uri(),
            collection,
            page_size: None,
        })
    }

    /// Calls another place than [`BASE_URL`]: a Region of Twilio's, or a mock server.
    ///
    /// # Errors
    ///
    /// [`RequestError::BaseUrl`] if it is not a URL with https, or with http and this machine as host (`localhost` or a
    /// loopback address), or if it has more than a path after its port.
    pub fn with_base_url(self, base_url: &str) -> Result<Self, RequestError> {
        let base_url = BaseUrl::new(base_url)?;
        self.at(&base_url)
    }

    /// Calls another place, with http wherever it is. Everyone on the way can read the credentials.
    ///
    /// That is for a mock server in a private network, with credentials made up for it.
    ///
    /// # Errors
    ///
    /// As [`with_base_url`](Self::with_base_url), but for the host.
    pub fn with_unencrypted_base_url(self, base_url: &str) -> Result<Self, RequestError> {
        let base_url = BaseUrl::unencrypted(base_url)?;
        self.at(&base_url)
    }

    fn at(mut self, base_url: &BaseUrl) -> Result<Self, RequestError> {
        self.collection = base_url.collection(&self.service_sid)?;
        self.first_page = self.first_page()?;
        Ok(self)
    }

    /// Sets how many webhooks a page of a list is to have. Without it Twilio chooses.
    ///
    /// Twilio documents up to 1000 for the resource, but in an [error](https://www.twilio.com/docs/api/errors/60373) of
    /// Verify only up to 25.
    ///
    /// # Errors
    ///
    /// [`RequestError::PageSize`] if it is 0 or more than 1000.
    pub fn with_page_size(mut self, page_size: u16) -> Result<Self, RequestError> {
        if !(1..=Self::MAX_PAGE_SIZE).contains(&page_size) {
            return Err(RequestError::PageSize {
                largest: Self::MAX_PAGE_SIZE,
                found: page_size,
            });
        }
        self.page_size = Some(page_size);
        self.first_page = self.first_page()?;
        Ok(self)
    }

    fn first_page(&self) -> Result<Uri, BaseUrlError> {
        match self.page_size {
            Some(page_size) => self.collection.query(&format!("PageSize={page_size}")),
            None => Ok(self.collection.uri()),
        }
    }

    /// Returns the Service.
    #[must_use]
    pub fn service_sid(&self) -> ServiceSid {
        self.service_sid
    }

    /// Creates a webhook.
    ///
    /// Sent twice, it creates two. See [`Plan`](super::Plan) for what can be repeated.
    pub fn create(&self, webhook: &NewWebhook) -> Call<Webhook> {
        Call::post(self.collection.uri(), webhook.form(), &self.credentials)
    }

    /// Fetches a webhook.
    ///
    /// # Errors
    ///
    /// [`RequestError::Sid`] if the SID is not hexadecimal.
    pub fn fetch(&self, sid: WebhookSid) -> Result<Call<Webhook>, RequestError> {
        Ok(Call::get(self.member(sid)?, &self.credentials))
    }

    /// Changes what an update gives. An empty one changes nothing and brings the webhook back.
    ///
    /// # Errors
    ///
    /// [`RequestError::Sid`] if the SID is not hexadecimal.
    pub fn update(
        &self,
        sid: WebhookSid,
        update: &WebhookUpdate,
    ) -> Result<Call<Webhook>, RequestError> {
        let uri = self.member(sid)?;
        Ok(Call::post(uri, update.form(), &self.credentials))
    }

    /// Deletes a webhook.
    ///
    /// # Errors
    ///
    /// [`RequestError::Sid`] if the SID is not hexadecimal.
    pub fn delete(&self, sid: WebhookSid) -> Result<Call<()>, RequestError> {
        Ok(Call::delete(self.member(sid)?, &self.credentials))
    }

    /// Asks for the first page of the list.
    pub fn list(&self) -> Call<Page> {
        Call::get(self.first_page.clone(), &self.credentials)
    }

    /// Asks for the page after another, if one follows.
    ///
    /// # Errors
    ///
    /// [`NextPageError`] if the page names a next one that is not of this list: scheme, host, port and path are compared,
    /// and only the query is taken over.
    pub fn next_page(&self, page: &Page) -> Result<Option<Call<Page>>, NextPageError> {
        let Some(next_page) = &page.meta.next_page_url else {
            return Ok(None);
        };
        let uri = self.collection.next_page(next_page)?;
        Ok(Some(Call::get(uri, &self.credentials)))
    }

    /// Follows the list from page to page.
    #[must_use]
    pub fn list_all(&self) -> Listing {
        Listing::new(self.clone())
    }

    fn member(&self, sid: WebhookSid) -> Result<Uri, RequestError> {
        check_sid(WebhookSid::PREFIX, sid.as_str())?;
        Ok(self.collection.member(sid.as_str())?)
    }
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks")
            .field("first_page", &self.first_page)
            .finish_non_exhaustive()
    }
}

fn check_sid(prefix: &'static str, sid: &str) -> Result<(), RequestError> {
    let mut digits = sid.bytes().enumerate().skip(prefix.len());
    match digits.find(|(_, byte)| !byte.is_ascii_hexdigit()) {
        Some((position, _)) => Err(RequestError::Sid { prefix, position }),
        None => Ok(()),
    }
}
