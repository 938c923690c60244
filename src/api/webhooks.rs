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
    ///
    /// ```
    /// use twilio_verify_webhooks::api::{Credentials, RequestError, Webhooks};
    ///
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// let webhooks = Webhooks::new(service_sid, credentials.clone())?;
    /// assert_eq!(webhooks.list().to_request().uri().host(), Some("verify.twilio.com"));
    /// // As a placeholder is written:
    /// let error = Webhooks::new("VAXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX".parse()?, credentials).unwrap_err();
    /// assert_eq!(error, RequestError::Sid { prefix: "VA", position: 2 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    /// use twilio_verify_webhooks::api::{BaseUrlError, RequestError};
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let mock = webhooks.clone().with_base_url("http://127.0.0.1:4010")?;
    /// assert_eq!(mock.list().to_request().uri().authority().unwrap(), "127.0.0.1:4010");
    /// let error = webhooks.with_base_url("http://example.com").unwrap_err();
    /// assert_eq!(error, RequestError::BaseUrl(BaseUrlError::NotEncrypted));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let mock = webhooks.with_unencrypted_base_url("http://mock:4010")?;
    /// assert_eq!(mock.list().to_request().uri().host(), Some("mock"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    /// use twilio_verify_webhooks::api::RequestError;
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let small_pages = webhooks.clone().with_page_size(20)?;
    /// assert_eq!(small_pages.list().to_request().uri().query(), Some("PageSize=20"));
    /// let error = webhooks.with_page_size(0).unwrap_err();
    /// assert_eq!(error, RequestError::PageSize { largest: 1000, found: 0 });
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    /// use twilio_verify_webhooks::WebhookSid;
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let sid = WebhookSid::new("YW0123456789abcdef0123456789abcdef")?;
    /// let request = webhooks.fetch(sid)?.to_request();
    /// assert_eq!(request.method(), "GET");
    /// assert!(request.uri().path().ends_with("/Webhooks/YW0123456789abcdef0123456789abcdef"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn fetch(&self, sid: WebhookSid) -> Result<Call<Webhook>, RequestError> {
        Ok(Call::get(self.member(sid)?, &self.credentials))
    }

    /// Changes what an update gives. An empty one changes nothing and brings the webhook back.
    ///
    /// # Errors
    ///
    /// [`RequestError::Sid`] if the SID is not hexadecimal.
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    /// use twilio_verify_webhooks::WebhookSid;
    /// use twilio_verify_webhooks::api::{Status, WebhookUpdate};
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let sid = WebhookSid::new("YW0123456789abcdef0123456789abcdef")?;
    /// let call = webhooks.update(sid, &WebhookUpdate::new().status(Status::Disabled))?;
    /// assert_eq!(call.to_request().body(), b"Status=disabled");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    /// use twilio_verify_webhooks::WebhookSid;
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let call = webhooks.delete(WebhookSid::new("YW0123456789abcdef0123456789abcdef")?)?;
    /// assert_eq!(call.to_request().method(), "DELETE");
    /// let reply = http::Response::builder().status(204).body("")?;
    /// assert_eq!(call.parse(&reply), Ok(()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    ///
    /// ```
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    /// use twilio_verify_webhooks::api::{NextPageError, Page};
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let last: Page = serde_json::from_str(r#"{"webhooks": [], "meta": {"next_page_url": null}}"#)?;
    /// assert!(webhooks.next_page(&last)?.is_none());
    /// let reply = r#"{"webhooks": [], "meta": {"next_page_url": "https://example.com/v2/next"}}"#;
    /// let page: Page = serde_json::from_str(reply)?;
    /// assert_eq!(webhooks.next_page(&page).unwrap_err(), NextPageError::Origin);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
