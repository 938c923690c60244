//! The values that most tests share.

use http::{Response, StatusCode};
use serde_json::{Value, json};
use twilio_verify_webhooks::api::{
    Call, Credentials, NewWebhook, Reply, ReplyError, Webhook, Webhooks,
};
use twilio_verify_webhooks::{ChallengeEventType, ServiceSid, WebhookSid};

pub(crate) const SERVICE: &str = "VA0123456789abcdef0123456789ABCDEF";
pub(crate) const WEBHOOK: &str = "YW0123456789abcdef0123456789abcdef";
pub(crate) const KEY: &str = "SK0123456789abcdef0123456789abcdef";
pub(crate) const SECRET: &str = "GpXvs0nOtArEaLsEcReTaTaLl0000000";
/// `KEY:SECRET` in base64.
pub(crate) const BASIC: &str =
    "U0swMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpHcFh2czBuT3RBckVhTHNFY1JlVGFUYUxsMDAwMDAwMA==";
pub(crate) const COLLECTION: &str =
    "https://verify.twilio.com/v2/Services/VA0123456789abcdef0123456789ABCDEF/Webhooks";
pub(crate) const HOOK: &str = "https://example.com/webhook";

pub(crate) fn credentials() -> Credentials {
    Credentials::api_key(KEY, SECRET).unwrap()
}

pub(crate) fn service_sid() -> ServiceSid {
    SERVICE.parse().unwrap()
}

pub(crate) fn webhook_sid() -> WebhookSid {
    WEBHOOK.parse().unwrap()
}

pub(crate) fn webhooks() -> Webhooks {
    Webhooks::new(service_sid(), credentials()).unwrap()
}

pub(crate) fn wanted() -> NewWebhook {
    NewWebhook::new("backend", ChallengeEventType::Approved, HOOK).unwrap()
}

pub(crate) fn fetch() -> Call<Webhook> {
    webhooks().fetch(webhook_sid()).unwrap()
}

/// The resource as Twilio's OpenAPI document gives it as an example, with other SIDs.
pub(crate) fn resource() -> Value {
    json!({
        "sid": WEBHOOK,
        "service_sid": SERVICE,
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "friendly_name": "name",
        "event_types": ["factor.deleted", "factor.verified"],
        "status": "enabled",
        "version": "v2",
        "webhook_url": HOOK,
        "webhook_method": "POST",
        "date_created": "2015-07-30T20:00:00Z",
        "date_updated": "2015-07-30T20:00:01Z",
        "url": format!("{COLLECTION}/{WEBHOOK}"),
    })
}

/// Sets members of the resource.
pub(crate) fn resource_with(members: Value) -> Value {
    let mut resource = resource();
    let Value::Object(members) = members else {
        panic!("expected an object")
    };
    resource.as_object_mut().unwrap().extend(members);
    resource
}

pub(crate) fn webhook_with(members: Value) -> Webhook {
    serde_json::from_value(resource_with(members)).unwrap()
}

pub(crate) fn page(webhooks: &[Value], next_page_url: Value) -> Value {
    json!({
        "webhooks": webhooks,
        "meta": {
            "page": 0,
            "page_size": 50,
            "first_page_url": format!("{COLLECTION}?PageSize=50&Page=0"),
            "previous_page_url": null,
            "url": format!("{COLLECTION}?PageSize=50&Page=0"),
            "next_page_url": next_page_url,
            "key": "webhooks",
        }
    })
}

pub(crate) fn response(status: u16, body: impl AsRef<[u8]>) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_ref().to_vec());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

#[track_caller]
pub(crate) fn refused<T: Reply>(call: &Call<T>, status: u16, body: impl AsRef<[u8]>) -> ReplyError {
    match call.parse(&response(status, body)) {
        Ok(_) => panic!("expected an error"),
        Err(error) => error,
    }
}
