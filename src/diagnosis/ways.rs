//! Which parts of a request may have been signed: its URL, its body, its query.

use super::form::{Form, sorted};
use super::location::{Location, path_and_query};
use super::{Cause, Finding};
use crate::delivery::Delivery;
use crate::receiver::{Address, Endpoint};
use crate::signature::{body_hash, has_body_hash, has_hash_of_body};

/// A delivery as the receiver signs it.
pub(super) struct Request<'a> {
    /// The URL configured, or origin and target.
    pub(super) configured: Location,
    /// The URL as far as it is signed, with the parameters of a GET.
    pub(super) base: Location,
    /// What is signed after the URL.
    pub(super) tail: Vec<u8>,
    pub(super) form: Form<'a>,
    /// Whether it is the form in the body that is signed after the URL.
    pub(super) form_is_signed: bool,
    /// The query of the request after what the configured URL has of it.
    further_query: Option<&'a str>,
    query: Option<&'a str>,
}

/// Another way to sign a request.
pub(super) struct Way {
    pub(super) variants: Vec<String>,
    pub(super) tail: Vec<u8>,
    pub(super) findings: Vec<Finding>,
}

impl<'a> Request<'a> {
    pub(super) fn new(endpoint: &Endpoint, delivery: &Delivery<'a>) -> Option<Self> {
        let target = delivery
            .target
            .filter(|target| target.len() <= super::MAX_TARGET);
        let (path, query) = target.map_or(("", None), path_and_query);
        let is_origin = matches!(endpoint.address, Address::Origin(_));
        let mut configured = Location::new(endpoint.address.variants().next()?)?;
        if is_origin {
            path.clone_into(&mut configured.path);
        }
        let further_query = query.and_then(|query| further(configured.query.as_deref(), query));
        let mut base = configured.clone();
        let is_get = delivery.method == "GET";
        if is_origin {
            base.query = query.map(str::to_owned);
            if !is_get {
                configured.query = base.query.clone();
            }
        } else if is_get {
            base.query = match (further_query, query) {
                (None, None) => base.query,
                (_, query) => query.map(str::to_owned),
            };
        }
        let form = Form::new(if is_get { b"" } else { delivery.body });
        let tail = if is_get {
            Vec::new()
        } else {
            form.signed.clone()
        };
        Some(Self {
            configured,
            base,
            tail,
            form_is_signed: !is_get,
            form,
            further_query,
            query,
        })
    }
}

/// Returns what the query of a request has after the configured one.
fn further<'q>(configured: Option<&str>, query: &'q str) -> Option<&'q str> {
    let rest = match configured {
        None | Some("") => query,
        Some(configured) => query.strip_prefix(configured)?,
    };
    let rest = rest.strip_prefix('&').unwrap_or(rest);
    (!rest.is_empty()).then_some(rest)
}

/// Lists the other ways to sign, with this URL.
pub(super) fn of(request: &Request<'_>, url: &Location) -> Vec<Way> {
    let mut ways = Vec::new();
    let mut add = |url: &Location, tail: Vec<u8>, findings: Vec<Finding>| {
        ways.push(Way {
            variants: url.variants(),
            tail,
            findings,
        });
    };
    let form = &request.form;
    if request.form_is_signed {
        json(request, url, &mut add);
        if !form.body.is_empty() {
            add(url, Vec::new(), vec![Cause::BodyNotSigned.into()]);
            add(url, form.body.to_vec(), vec![Cause::SignedRawBody.into()]);
        }
        if let Ok(body) = std::str::from_utf8(&form.body)
            && !body.is_empty()
        {
            let url = url.clone().with_parameters(body);
            add(&url, Vec::new(), vec![Cause::GetAsPost.into()]);
        }
        if let Some(query) = request.further_query {
            let others = Form::new(query.as_bytes()).parameters;
            let tail = form.signed_with(&others);
            add(url, tail, vec![Cause::ParametersInQuery.into()]);
        }
        if let Some(query) = url.query.as_ref().filter(|query| !query.is_empty()) {
            let others = Form::new(query.as_bytes()).parameters;
            let tail = form.signed_with(&others);
            add(url, tail, vec![Cause::QueryInParameters.into()]);
        }
    } else {
        if let Some(query) = request.further_query {
            let mut bare = url.clone();
            bare.query.clone_from(&request.configured.query);
            let tail = sorted(&Form::new(query.as_bytes()).parameters);
            add(&bare, tail.clone(), vec![Cause::PostAsGet.into()]);
            add(url, tail, vec![Cause::QueryInParameters.into()]);
        }
        if let Some(query) = url.query.as_ref().filter(|query| !query.is_empty()) {
            let tail = sorted(&Form::new(query.as_bytes()).parameters);
            add(url, tail, vec![Cause::QueryInParameters.into()]);
        }
    }
    ways
}

/// The URL with the hash of the body, as Twilio signs it for JSON: as the request has it, or where the query was lost as
/// it must have been.
fn json(
    request: &Request<'_>,
    url: &Location,
    add: &mut impl FnMut(&Location, Vec<u8>, Vec<Finding>),
) {
    let body = &request.form.body;
    let query = request.query.or(url.query.as_deref());
    let Some(query) = query.filter(|query| has_body_hash(query)) else {
        if body.trim_ascii_start().starts_with(b"{") || body.trim_ascii_start().starts_with(b"[") {
            let hash = format!("bodySHA256={}", body_hash(body));
            let finding = Finding::new(Cause::JsonWebhook).at("the hash of the body");
            add(
                &url.clone().with_parameters(&hash),
                Vec::new(),
                vec![finding],
            );
        }
        return;
    };
    let mut findings = vec![Finding::new(Cause::JsonWebhook)];
    if !has_hash_of_body(query, body) {
        findings.push(Cause::JsonBodyAltered.into());
    }
    let mut as_requested = url.clone();
    as_requested.query = Some(query.to_owned());
    add(&as_requested, Vec::new(), findings.clone());
    if let Some(further) = request.further_query {
        let mut after = url.clone();
        after.query.clone_from(&request.configured.query);
        add(&after.with_parameters(further), Vec::new(), findings);
    }
}
