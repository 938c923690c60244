use super::admitted::{Admitted, Claim};
use crate::delivery::{Delivery, HeaderLines};
use crate::error::{MediaTypeError, Refusal, TargetError};
use crate::event::Rules;
use crate::params::{Name, Params};
use crate::sid::{AccountSid, ServiceSid};
use crate::signature::{Key, KeyHint, Mac, SignedUrl, Tag};

/// The media types of a form: the registered one, and the one that Twilio's page on these webhooks names.
const FORM_TYPES: [&[u8]; 2] = [
    b"application/x-www-form-urlencoded",
    b"application/x-www-urlencoded",
];

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
    /// Its origin is configured, path and query are those of the request.
    Origin(SignedUrl),
}

impl Address {
    pub(crate) fn variants(&self) -> impl Iterator<Item = &str> {
        let (Self::Url(url) | Self::Origin(url)) = self;
        url.variants()
    }
}

impl Endpoint {
    #[inline(always)]
    pub(crate) fn admit<'d>(&self, delivery: &Delivery<'d>) -> Result<Admitted<'d>, Refusal> {
        let in_url = match delivery.method {
            "POST" => false,
            "GET" if self.accepts_get => true,
            _ if self.accepts_get => return Err(Refusal::Method { allow: "GET, POST" }),
            _ => return Err(Refusal::Method { allow: "POST" }),
        };
        if !in_url {
            check_media_type(delivery)?;
        } else if !delivery.body.is_empty() {
            let found = delivery.body.len();
            return Err(Refusal::Body { found });
        }
        let (target, form) = match (&self.address, in_url) {
            (Address::Url(_), false) => ("", delivery.body),
            (Address::Url(url), true) => {
                let (rest, form) = behind(url.query(), target(delivery)?)?;
                (rest, form.as_bytes())
            }
            (Address::Origin(_), false) => {
                let target = target(delivery)?;
                check_no_parameter(target)?;
                (target, delivery.body)
            }
            (Address::Origin(_), true) => {
                let target = target(delivery)?;
                let (path, query) = target.split_once('?').unwrap_or((target, ""));
                check_no_parameter(path)?;
                (target, query.as_bytes())
            }
        };
        let found = form.len().max(target.len());
        if found > self.body_limit {
            let limit = self.body_limit;
            return Err(Refusal::TooLarge { limit, found });
        }
        let settings = KeyHint::from_lines(delivery.signature_settings)?;
        let tag = Tag::from_lines(delivery.signature, settings.algorithm)?;
        let claim = Claim {
            target: target.as_bytes(),
            in_url,
            tag,
            settings,
        };
        Ok(Admitted { form, claim })
    }

    /// Pairs each key with each form of the URL, the configured form first. The MACs have taken it in already.
    pub(crate) fn candidates<'k>(
        &'k self,
        keys: &'k [Key],
    ) -> impl Iterator<Item = (usize, Mac)> + 'k {
        self.address.variants().flat_map(move |variant| {
            keys.iter().enumerate().map(move |(position, key)| {
                let mut mac = key.mac().clone();
                mac.update(variant.as_bytes());
                (position, mac)
            })
        })
    }

    /// Tells whether the receiver is for one account or service.
    pub(crate) fn has_pins(&self) -> bool {
        self.account_sid.is_some() || self.service_sid.is_some()
    }

    /// Checks that the parameters name the account and service that the receiver is for.
    pub(crate) fn check_pins(&self, params: Params<'_>) -> Result<(), Refusal> {
        if let Some(account_sid) = self.account_sid
            && params.documented(Name::AccountSid) != Some(account_sid.as_str())
        {
            return Err(Refusal::OtherAccount);
        }
        if let Some(service_sid) = self.service_sid
            && params.documented(Name::ServiceSid) != Some(service_sid.as_str())
        {
            return Err(Refusal::OtherService);
        }
        Ok(())
    }

    pub(crate) const fn rules(&self, in_url: bool) -> Rules {
        Rules {
            strict: self.strict,
            url_from_request: matches!(self.address, Address::Origin(_)),
            in_url,
        }
    }
}

fn check_media_type(delivery: &Delivery<'_>) -> Result<(), MediaTypeError> {
    match delivery.content_type {
        HeaderLines { count: 0, .. } => return Err(MediaTypeError::Missing),
        HeaderLines {
            first: Some(value),
            count: 1,
        } => {
            if !FORM_TYPES.contains(&value) && !is_form_type(value) {
                return Err(MediaTypeError::Other);
            }
        }
        HeaderLines { count, .. } => return Err(MediaTypeError::SeveralLines { count }),
    }
    match delivery.content_encoding {
        HeaderLines { count: 0, .. } => Ok(()),
        HeaderLines {
            first: Some(value),
            count: 1,
        } if value.trim_ascii().eq_ignore_ascii_case(b"identity") => Ok(()),
        _ => Err(MediaTypeError::Encoded),
    }
}

/// Tells whether a media type, its parameters aside and in any case, is that of a form.
fn is_form_type(value: &[u8]) -> bool {
    let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
    let essence = essence.trim_ascii();
    FORM_TYPES
        .iter()
        .any(|form| essence.eq_ignore_ascii_case(form))
}

/// Returns path and query of the request, which must be as they stood in the request line.
fn target<'d>(delivery: &Delivery<'d>) -> Result<&'d str, TargetError> {
    let target = delivery.target.ok_or(TargetError::Missing)?;
    if !target.starts_with('/') {
        return Err(TargetError::Malformed { position: 0 });
    }
    match target.find(|c: char| c == '#' || c.is_whitespace() || c.is_control()) {
        None => Ok(target),
        Some(position) => Err(TargetError::Malformed { position }),
    }
}

/// Refuses a target that holds the name of a parameter of events, which is never a part of one by chance.
fn check_no_parameter(target: &str) -> Result<(), TargetError> {
    match Name::find_joined(target) {
        None => Ok(()),
        Some(position) => Err(TargetError::HoldsParameter { position }),
    }
}

/// Cuts a target behind the query that the configured URL has: once before the delimiter, once behind it.
fn behind<'d>(
    configured: Option<&str>,
    target: &'d str,
) -> Result<(&'d str, &'d str), TargetError> {
    let Some(configured) = configured else {
        let start = target.find('?').unwrap_or(target.len());
        let rest = target.get(start..).unwrap_or_default();
        return Ok((rest, rest.strip_prefix('?').unwrap_or_default()));
    };
    let (_, query) = target.split_once('?').ok_or(TargetError::Query)?;
    let rest = query.strip_prefix(configured).ok_or(TargetError::Query)?;
    if rest.is_empty() || configured.is_empty() || configured.ends_with('&') {
        return Ok((rest, rest));
    }
    let form = rest.strip_prefix('&').ok_or(TargetError::Query)?;
    Ok((rest, form))
}
