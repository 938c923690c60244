//! What can be told from a request without its signature.

use super::context::Context;
use super::location::{Location, path_and_query};
use super::tags::Tags;
use super::urls::is_private;
use super::{Cause, Finding, MAX_BODY, neighbours};
use crate::delivery::{Delivery, HeaderLines};
use crate::receiver::{Address, Endpoint, key_hint};
use crate::signature::Key;

pub(super) fn observed(
    endpoint: &Endpoint,
    keys: &[Key],
    delivery: &Delivery<'_>,
    context: &Context<'_>,
    tags: &Tags,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let configured = endpoint.address.variants().next().and_then(Location::new);
    if let Some(location) = configured.filter(|location| is_private(&location.host)) {
        findings.push(Finding::new(Cause::PrivateUrl).at(location.host));
    }
    findings.extend(neighbours::observed(delivery, context.neighbour));
    method(endpoint, delivery, &mut findings);
    if delivery.method != "GET" {
        media_type(delivery, &mut findings);
        body(endpoint, delivery, context, &mut findings);
    }
    findings.extend(tags.findings.iter().cloned());
    settings(keys, delivery, tags, &mut findings);
    let expects_token = keys.iter().all(|key| key.id().is_none());
    let secrets = context.secrets.iter();
    findings.extend(secrets.filter_map(|secret| secret.finding(expects_token)));
    if let Some(region) = context.region.filter(|region| *region != "us1") {
        findings.push(Finding::new(Cause::OtherRegion).at(region.to_owned()));
    }
    findings
}

fn method(endpoint: &Endpoint, delivery: &Delivery<'_>, findings: &mut Vec<Finding>) {
    match delivery.method {
        "POST" => {}
        "GET" => {
            let configured = endpoint
                .address
                .variants()
                .next()
                .and_then(|url| path_and_query(url).1);
            let query = delivery.target.and_then(|target| path_and_query(target).1);
            let has_none = query.is_none_or(|query| query.is_empty() || Some(query) == configured);
            if has_none && delivery.target.is_some() {
                findings.push(Cause::GetWithoutParameters.into());
            } else if !endpoint.accepts_get {
                findings.push(Cause::GetDelivery.into());
            }
        }
        _ => findings.push(Cause::Method.into()),
    }
    let needs_target = delivery.method == "GET" || matches!(endpoint.address, Address::Origin(_));
    if needs_target && delivery.target.is_none() {
        findings.push(Cause::TargetMissing.into());
    }
}

fn media_type(delivery: &Delivery<'_>, findings: &mut Vec<Finding>) {
    let essence = |value: &[u8]| {
        let essence = value.split(|byte| *byte == b';').next().unwrap_or_default();
        essence.trim_ascii().to_ascii_lowercase()
    };
    match delivery.content_type {
        HeaderLines { count: 0, .. } => findings.push(Cause::ContentTypeMissing.into()),
        HeaderLines {
            first: Some(value),
            count: 1,
        } => match essence(value).as_slice() {
            b"application/x-www-form-urlencoded" | b"application/x-www-urlencoded" => {}
            b"multipart/form-data" => findings.push(Cause::ContentTypeMultipart.into()),
            essence if essence == b"application/json" || essence.ends_with(b"+json") => {
                findings.push(Cause::ContentTypeJson.into());
            }
            _ => findings.push(Cause::ContentTypeOther.into()),
        },
        HeaderLines { .. } => findings.push(Cause::ContentTypeRepeated.into()),
    }
    let is_identity = |value: &[u8]| value.trim_ascii().eq_ignore_ascii_case(b"identity");
    match delivery.content_encoding {
        HeaderLines { count: 0, .. } => {}
        HeaderLines {
            first: Some(value),
            count: 1,
        } if is_identity(value) => {}
        HeaderLines { .. } => findings.push(Cause::ContentEncoded.into()),
    }
}

fn body(
    endpoint: &Endpoint,
    delivery: &Delivery<'_>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let found = delivery.body.len();
    match context.content_length {
        _ if found == 0 => findings.push(Cause::BodyEmpty.into()),
        Some(length) if length != found => {
            let at = format!("{found} bytes, Content-Length says {length}");
            findings.push(Finding::new(Cause::BodyLength).at(at));
        }
        _ => {}
    }
    if found > endpoint.body_limit.min(MAX_BODY) {
        findings.push(Finding::new(Cause::BodyTooLarge).at(format!("{found} bytes")));
    }
}

fn settings(keys: &[Key], delivery: &Delivery<'_>, tags: &Tags, findings: &mut Vec<Finding>) {
    let Ok(settings) = key_hint(delivery.signature_settings) else {
        return findings.push(Cause::SettingsUnreadable.into());
    };
    let mut algorithms = tags.tags.iter().map(|(algorithm, _)| *algorithm);
    if let Some(signed) = algorithms.next()
        && signed != settings.algorithm
    {
        let finding = Finding::new(Cause::AlgorithmMismatch);
        findings.push(finding.differs(settings.algorithm.as_str(), signed.as_str()));
    } else if !keys.is_empty() && !keys.iter().any(|key| settings.allows(key)) {
        findings.push(Finding::new(Cause::SharedKeyUnknown).at(settings.algorithm.as_str()));
    }
}
