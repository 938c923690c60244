use std::collections::HashSet;
use std::fmt;

use http::{StatusCode, Uri};
use serde::{Deserialize, Deserializer, Serialize};

use super::call::{Call, read_json, sealed};
use super::{Webhook, Webhooks};
use crate::api::error::{NextPageError, ReplyError};
use crate::object::Object;

/// One page of a list of webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Page {
    /// The webhooks on this page, possibly none even if a page follows.
    pub webhooks: Vec<Webhook>,
    /// Where in the list it is.
    #[serde(deserialize_with = "meta")]
    pub meta: PageMeta,
}

/// Where in a list a page is.
///
/// Follow it with [`Webhooks::next_page`] or [`Listing`] and not by hand: a URL may lead anywhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PageMeta {
    /// The URL of the next page, none on the last.
    // It may be null but not missing: without it a part of the list would pass for the complete list.
    #[serde(deserialize_with = "Option::deserialize")]
    pub next_page_url: Option<String>,
    /// The number of the page, counted from 0.
    #[serde(default)]
    pub page: Option<i64>,
    /// How many webhooks a page has at most. Twilio may choose fewer than asked for.
    #[serde(default)]
    pub page_size: Option<i64>,
    /// The URL of the first page.
    #[serde(default)]
    pub first_page_url: Option<String>,
    /// The URL of the page before, none on the first.
    #[serde(default)]
    pub previous_page_url: Option<String>,
    /// The URL of this page.
    #[serde(default)]
    pub url: Option<String>,
    /// The name of the list: `webhooks`.
    #[serde(default)]
    pub key: Option<String>,
}

impl fmt::Debug for PageMeta {
    /// Shows no URL.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageMeta")
            .field("page", &self.page)
            .field("page_size", &self.page_size)
            .field("has_next_page", &self.next_page_url.is_some())
            .finish_non_exhaustive()
    }
}

fn meta<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PageMeta, D::Error> {
    Object::deserialize(deserializer).map(|Object(meta)| meta)
}

impl sealed::Read for Page {
    fn read(status: StatusCode, body: &[u8]) -> Result<Self, ReplyError> {
        read_json(status, body).map(|Object(page)| page)
    }
}

/// Follows a list from page to page.
///
/// ```
/// use twilio_verify_webhooks::api::{Call, NextPageError, Page, Webhook, Webhooks};
///
/// fn list_all<E: From<NextPageError>>(
///     webhooks: &Webhooks,
///     send: impl Fn(&Call<Page>) -> Result<Page, E>,
/// ) -> Result<Vec<Webhook>, E> {
///     let mut listing = webhooks.list_all();
///     while let Some(call) = listing.next_call() {
///         let page = send(call)?;
///         listing.add(page)?;
///     }
///     Ok(listing.into_webhooks())
/// }
/// ```
#[derive(Debug)]
pub struct Listing {
    source: Webhooks,
    next: Option<Call<Page>>,
    asked_for: HashSet<Uri>,
    webhooks: Vec<Webhook>,
}

impl Listing {
    /// The most pages that are read of one list.
    pub const MAX_PAGES: usize = 1000;

    pub(super) fn new(source: Webhooks) -> Self {
        let first = source.list();
        Self {
            source,
            asked_for: HashSet::from([first.uri().clone()]),
            next: Some(first),
            webhooks: Vec::new(),
        }
    }

    /// Returns the call for the next page, or nothing when there are no more.
    #[must_use]
    pub fn next_call(&self) -> Option<&Call<Page>> {
        self.next.as_ref()
    }

    /// Takes the page that [`next_call`](Self::next_call) brought back.
    ///
    /// # Errors
    ///
    /// [`NextPageError`] if it names a next page that is not asked for: one elsewhere, one that was read already, or one
    /// beyond [`MAX_PAGES`](Self::MAX_PAGES). There is no next call then.
    ///
    /// ```
    /// use twilio_verify_webhooks::api::{NextPageError, Page};
    /// # use twilio_verify_webhooks::api::{Credentials, Webhooks};
    ///
    /// # let service_sid = "VA0123456789abcdef0123456789abcdef".parse()?;
    /// # let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", "a-secret-for-tests")?;
    /// # let webhooks = Webhooks::new(service_sid, credentials)?;
    /// let mut listing = webhooks.list_all();
    /// let reply = r#"{"webhooks": [], "meta": {"next_page_url": "https://example.com/v2/next"}}"#;
    /// let page: Page = serde_json::from_str(reply)?;
    /// // Credentials do not go to another host.
    /// assert_eq!(listing.add(page), Err(NextPageError::Origin));
    /// assert!(listing.next_call().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&mut self, page: Page) -> Result<(), NextPageError> {
        self.next = None;
        let next = self.source.next_page(&page)?;
        self.webhooks.extend(page.webhooks);
        let Some(call) = next else {
            return Ok(());
        };
        if self.asked_for.len() >= Self::MAX_PAGES {
            let limit = Self::MAX_PAGES;
            return Err(NextPageError::TooMany { limit });
        }
        if !self.asked_for.insert(call.uri().clone()) {
            return Err(NextPageError::Repeated);
        }
        self.next = Some(call);
        Ok(())
    }

    /// Returns the webhooks of all pages so far.
    #[must_use]
    pub fn into_webhooks(self) -> Vec<Webhook> {
        self.webhooks
    }
}
