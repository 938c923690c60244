use std::fmt;

use url::{ParseError, Url};

use crate::error::UrlError;
use crate::invisible::is_invisible;

/// The URL of a webhook as configured at Twilio, with the few other variants that Twilio may have signed.
///
/// The URL is text: it is checked, but never rewritten. What was signed is one of its [`variants`](Self::variants), the
/// configured text first:
///
/// - the text as configured, without the fragment, which Twilio reads as connection overrides and never sends;
/// - if it has no port, the same with the default port of its scheme; if it has one, the same without;
/// - if it has a user name or password, each of these without them.
///
/// Scheme, host, path and query are the same in all of them.
///
/// ```
/// use twilio_verify_webhooks::signature::SignedUrl;
///
/// let url = SignedUrl::new("https://example.com/hook?tenant=1#rc=2")?;
/// let variants = ["https://example.com/hook?tenant=1", "https://example.com:443/hook?tenant=1"];
/// assert!(url.variants().eq(variants));
/// # Ok::<(), twilio_verify_webhooks::UrlError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    variants: Box<[Box<str>]>,
    query: Option<Box<str>>,
    /// Never signed, nor sent.
    #[cfg(feature = "diagnosis")]
    fragment: Option<Box<str>>,
    /// What may be shown of it.
    public: Box<str>,
}

impl SignedUrl {
    /// Checks a URL and computes its variants.
    ///
    /// # Errors
    ///
    /// [`UrlError`] if the text is not an absolute `http` or `https` URL.
    ///
    /// ```
    /// use twilio_verify_webhooks::{UrlError, signature::SignedUrl};
    ///
    /// let url = SignedUrl::new("https://example.com/webhook")?;
    /// assert_eq!(url.variants().next(), Some("https://example.com/webhook"));
    /// assert_eq!(SignedUrl::new("example.com/webhook"), Err(UrlError::NotAbsolute));
    /// # Ok::<(), UrlError>(())
    /// ```
    pub fn new(url: &str) -> Result<Self, UrlError> {
        let parts = Parts::new(url)?;
        Ok(Self {
            variants: parts.variants(),
            query: parts.query().map(Box::from),
            #[cfg(feature = "diagnosis")]
            fragment: parts.fragment.map(Box::from),
            public: parts.public(),
        })
    }

    /// Checks the origin of webhooks whose paths are supplied by the requests.
    pub(crate) fn origin(origin: &str) -> Result<Self, UrlError> {
        let parts = Parts::new(origin)?;
        if parts.rest.is_empty() && parts.fragment.is_none() {
            return Self::new(origin);
        }
        let position = parts.scheme.len().saturating_add(parts.authority.len());
        Err(UrlError::MoreThanOrigin { position })
    }

    /// Returns an iterator over the variants in the order they are tried: two, or four with a user name or password.
    #[must_use]
    pub fn variants(&self) -> impl ExactSizeIterator<Item = &str> + Clone {
        self.variants.iter().map(|variant| &**variant)
    }

    /// What may be shown of it: neither user name, password nor query.
    #[cfg(feature = "api")]
    pub(crate) fn public(&self) -> &str {
        &self.public
    }

    /// The query, without its `?`.
    pub(crate) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The fragment, without its `#`.
    #[cfg(feature = "diagnosis")]
    pub(crate) fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }
}

impl fmt::Debug for SignedUrl {
    /// Shows neither user name, password nor query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignedUrl").field(&self.public).finish()
    }
}

/// A URL split where its variants differ.
pub(crate) struct Parts<'a> {
    /// With its `://`.
    pub(crate) scheme: &'a str,
    authority: &'a str,
    /// Path and query.
    pub(crate) rest: &'a str,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(url: &'a str) -> Result<Self, UrlError> {
        let (signed, fragment) = match url.split_once('#') {
            Some((signed, fragment)) => (signed, Some(fragment)),
            None => (url, None),
        };
        let padding_after =
            |text: &str| Some(text.trim_end().len()).filter(|&end| end < text.len());
        let padding = if url.starts_with(char::is_whitespace) {
            Some(0)
        } else {
            url.find(char::is_control)
                .or_else(|| padding_after(signed))
                .or_else(|| padding_after(url))
        };
        if let Some(position) = padding {
            return Err(UrlError::WhiteSpace { position });
        }
        let mut characters = url.char_indices();
        let is_unseen = |c: char| is_invisible(c) || !c.is_ascii() && c.is_whitespace();
        if let Some((position, character)) = characters.find(|&(_, c)| is_unseen(c)) {
            return Err(UrlError::Invisible {
                character,
                position,
            });
        }
        let (scheme, rest) = ["https://", "http://"]
            .into_iter()
            .find_map(|scheme| {
                let (start, rest) = signed.split_at_checked(scheme.len())?;
                start.eq_ignore_ascii_case(scheme).then_some((start, rest))
            })
            .ok_or(UrlError::NotAbsolute)?;
        // In http URLs a backslash ends the authority too (WHATWG URL, section 4.4).
        let end = rest.find(['/', '\\', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if authority.is_empty() {
            return Err(UrlError::NotAbsolute);
        }
        Url::parse(signed).map_err(|error| match error {
            ParseError::EmptyHost => UrlError::NotAbsolute,
            ParseError::InvalidPort => UrlError::Port,
            ParseError::IdnaError
            | ParseError::InvalidDomainCharacter
            | ParseError::InvalidIpv4Address
            | ParseError::InvalidIpv6Address => UrlError::Host,
            _ => UrlError::Invalid,
        })?;
        Ok(Self {
            scheme,
            authority,
            rest,
            fragment,
        })
    }

    fn query(&self) -> Option<&'a str> {
        self.rest.split_once('?').map(|(_, query)| query)
    }

    /// The authority as user information with its `@`, host, and port with its `:`.
    pub(crate) fn authority(&self) -> (&'a str, &'a str, &'a str) {
        let host = self
            .authority
            .rfind('@')
            .map_or(0, |at| at.saturating_add(1));
        let (user, host) = self.authority.split_at_checked(host).unwrap_or_default();
        let (host, port) = host_and_port(host);
        (user, host, port)
    }

    fn variants(&self) -> Box<[Box<str>]> {
        variants(self.scheme, self.authority(), self.rest)
    }

    fn public(&self) -> Box<str> {
        let (_, host, port) = self.authority();
        let (path, query) = match self.rest.split_once('?') {
            Some((path, _)) => (path, "?…"),
            None => (self.rest, ""),
        };
        format!("{}{host}{port}{path}{query}", self.scheme).into_boxed_str()
    }
}

/// Puts a URL together as Twilio may have signed it: with the port and without, with the user information and without.
pub(crate) fn variants(
    scheme: &str,
    (user, host, port): (&str, &str, &str),
    rest: &str,
) -> Box<[Box<str>]> {
    let other_port = match port {
        "" if scheme.eq_ignore_ascii_case("https://") => ":443",
        "" => ":80",
        _ => "",
    };
    let mut variants = vec![
        format!("{scheme}{user}{host}{port}{rest}").into_boxed_str(),
        format!("{scheme}{user}{host}{other_port}{rest}").into_boxed_str(),
    ];
    if !user.is_empty() {
        variants.push(format!("{scheme}{host}{port}{rest}").into_boxed_str());
        variants.push(format!("{scheme}{host}{other_port}{rest}").into_boxed_str());
    }
    variants.into_boxed_slice()
}

/// Splits a host from the port after it, which keeps its `:`.
pub(crate) fn host_and_port(text: &str) -> (&str, &str) {
    // The colons of an IPv6 address are inside its brackets.
    let colon = match text.rfind([':', ']']) {
        Some(last) if text.get(last..).is_some_and(|port| port.starts_with(':')) => last,
        _ => text.len(),
    };
    text.split_at_checked(colon).unwrap_or_default()
}
