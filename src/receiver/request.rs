//! The head of a delivery: method, media type, target, size and the headers of the signature.

use super::configuration::{Address, Endpoint};
use crate::delivery::{Delivery, HeaderLines};
use crate::error::{MediaTypeError, Refusal, SignatureError, TargetError};
use crate::event;
use crate::params::{Decoded, Form, Memory, Name, Table, decode};
use crate::sid::AccountSid;
use crate::signature::{KeyHint, Tag};

/// The media types of a form: the registered one, and the one that Twilio's page on these webhooks names.
const FORM_TYPES: [&[u8]; 2] = [
    b"application/x-www-form-urlencoded",
    b"application/x-www-urlencoded",
];

/// A delivery whose head is accepted: its method, media type and size, and that it has one well-formed signature.
#[derive(Clone, Copy)]
pub(super) struct Request<'d> {
    /// The parameters, encoded.
    pub(super) form: &'d [u8],
    /// Path and query that follow the configured text in the string to sign; empty for a fixed URL.
    pub(super) target: &'d [u8],
    /// Whether the parameters are signed as a part of the URL, rather than one by one.
    pub(super) in_url: bool,
    pub(super) tag: Tag,
    pub(super) hint: KeyHint<'d>,
}

impl<'d> Request<'d> {
    /// Checks the head of a delivery. Nothing is decoded or hashed yet.
    #[inline(always)]
    pub(super) fn new(endpoint: &Endpoint, delivery: &Delivery<'d>) -> Result<Self, Refusal> {
        let in_url = is_get(endpoint, delivery.method)?;
        if !in_url {
            check_media_type(delivery)?;
        } else if !delivery.body.is_empty() {
            let found = delivery.body.len();
            return Err(Refusal::Body { found });
        }
        let (target, form) = match (&endpoint.address, in_url) {
            (Address::Url(_), false) => ("", delivery.body),
            (Address::Url(url), true) => {
                let (rest, form) = split_query(url.query(), target(delivery)?)?;
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
        if found > endpoint.body_limit {
            let limit = endpoint.body_limit;
            return Err(Refusal::TooLarge { limit, found });
        }
        let hint = key_hint(delivery.signature_settings)?;
        Ok(Self {
            form,
            target: target.as_bytes(),
            in_url,
            tag: tag(delivery.signature, &hint)?,
            hint,
        })
    }

    /// Reads the account that the parameters name, holding nothing: a stranger may have sent them.
    pub(super) fn account_sid(&self) -> Result<AccountSid, Refusal> {
        let mut table = Table::new();
        let form = Form::new(self.form, &mut table)?;
        // What cannot be decoded names no account.
        form.pieces(|_| {})?;
        Ok(event::account_sid_in_form(&form)?)
    }

    /// Decodes the parameters.
    #[inline(always)]
    pub(super) fn decode<'m>(&self, memory: &'m mut impl Memory) -> Result<Decoded<'m>, Refusal> {
        Ok(decode(self.form, memory)?)
    }
}

/// Tells whether it is a GET rather than a POST.
#[inline(always)]
fn is_get(endpoint: &Endpoint, method: &str) -> Result<bool, Refusal> {
    match method {
        "POST" => Ok(false),
        "GET" if endpoint.accepts_get => Ok(true),
        _ if endpoint.accepts_get => Err(Refusal::Method { allow: "GET, POST" }),
        _ => Err(Refusal::Method { allow: "POST" }),
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

/// Returns path and query of the request, which must be those of the request line.
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

/// Refuses a target that contains the name of a parameter of events, which is never a part of one by chance.
fn check_no_parameter(target: &str) -> Result<(), TargetError> {
    match Name::find_joined(target) {
        None => Ok(()),
        Some(position) => Err(TargetError::HoldsParameter { position }),
    }
}

/// Splits a target after the query that the configured URL has. Returns the rest, with and without its delimiter.
fn split_query<'d>(
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

/// Reads the settings header, which need not be there.
#[inline(always)]
pub(crate) fn key_hint<'d>(lines: HeaderLines<'d>) -> Result<KeyHint<'d>, SignatureError> {
    match lines.count {
        0 | 1 => KeyHint::parse(lines.first.unwrap_or_default()),
        count => Err(SignatureError::SeveralSettings { count }),
    }
}

/// Reads the one line of the signature header.
#[inline(always)]
pub(crate) fn tag(lines: HeaderLines<'_>, hint: &KeyHint<'_>) -> Result<Tag, SignatureError> {
    match lines {
        HeaderLines {
            first: Some(line),
            count: 1,
        } => Tag::parse(line, hint.algorithm),
        HeaderLines { count: 0, .. } => Err(SignatureError::Missing),
        HeaderLines { count, .. } => Err(SignatureError::SeveralLines { count }),
    }
}
