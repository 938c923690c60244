use std::sync::LazyLock;

use http::{HeaderValue, Response, StatusCode};
use serde_json::{Value, json};
use twilio_verify_webhooks::ServiceSid;
use twilio_verify_webhooks::api::{Credentials, Webhooks};

use crate::URL;

const SERVICE: &str = "VA0123456789abcdef0123456789abcdef";
const KEY: &str = "SK0123456789abcdef0123456789abcdef";

/// The secret of all calls.
pub const API_SECRET: &str = "GpXvs0nOtArEaLsEcReTaTaLl0000000";

/// `KEY:API_SECRET` in base64, without padding.
pub const BASIC: &str =
    "U0swMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjpHcFh2czBuT3RBckVhTHNFY1JlVGFUYUxsMDAwMDAwMA";

/// The most bytes of a body. Far more are refused without a look at them.
const LONGEST: usize = 16 * 1024;

/// The webhooks of a Service, where Twilio has them and elsewhere.
fn services() -> &'static [Webhooks] {
    static SERVICES: LazyLock<[Webhooks; 3]> = LazyLock::new(|| {
        let service_sid = ServiceSid::new(SERVICE).unwrap();
        let credentials = Credentials::api_key(KEY, API_SECRET).unwrap();
        let webhooks = Webhooks::new(service_sid, credentials).unwrap();
        let at = |base_url| webhooks.clone().with_base_url(base_url).unwrap();
        [
            webhooks.clone(),
            at("http://127.0.0.1:4010/mock"),
            at("https://verify.dublin.ie1.twilio.com")
                .with_page_size(50)
                .unwrap(),
        ]
    });
    &*SERVICES
}

/// Replies to one call after the other, and the Service that was asked.
///
/// Made of seven bytes of choices, a value for `Retry-After` up to a zero byte, and texts with zero bytes between them,
/// each for one body: the text itself, or a documented body in which it takes the place of a piece.
#[derive(Debug)]
pub struct Replies {
    pub webhooks: &'static Webhooks,
    pub status: StatusCode,
    pub retry_after: Option<HeaderValue>,
    pub bodies: Vec<Vec<u8>>,
}

impl Replies {
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let (&[service, a, b, kind, c, d, removed], texts) = bytes.split_first_chunk()?;
        let webhooks = &services()[usize::from(service) % services().len()];
        let uri = webhooks.list().to_request().uri().to_string();
        let list = uri.split('?').next().unwrap();
        let mut texts = texts.split(|&byte| byte == 0);
        let retry_after = texts.next().filter(|text| !text.is_empty());
        let place = u16::from_be_bytes([c, d]).into();
        Some(Self {
            webhooks,
            status: StatusCode::from_u16(100 + u16::from_be_bytes([a, b]) % 900).unwrap(),
            retry_after: retry_after.and_then(|text| HeaderValue::from_bytes(text).ok()),
            bodies: texts
                .map(|text| {
                    let text = written_out(text, list);
                    let mut body = body(kind, list, place, removed.into(), text);
                    body.truncate(LONGEST);
                    body
                })
                .collect(),
        })
    }

    pub fn response<'b>(&self, body: &'b [u8]) -> Response<&'b [u8]> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        if let Some(value) = &self.retry_after {
            response.headers_mut().insert("retry-after", value.clone());
        }
        response
    }
}

/// Puts in what a mutation would not come upon: the credentials, the URL of the list, and a long text.
fn written_out(text: &[u8], list: &str) -> Vec<u8> {
    let long = "é".repeat(500);
    let mut written = Vec::new();
    for byte in text {
        match byte {
            1 => written.extend(API_SECRET.bytes()),
            2 => written.extend(BASIC.bytes()),
            3 => written.extend(list.bytes()),
            4 => written.extend(long.bytes()),
            byte => written.push(*byte),
        }
    }
    written
}

fn body(kind: u8, list: &str, place: usize, removed: usize, text: Vec<u8>) -> Vec<u8> {
    let documented = match kind % 6 {
        0 => return text,
        1 => resource(list),
        2 => page(
            list,
            json!(format!("{list}?PageSize=50&Page=1&PageToken=PAYW1")),
        ),
        3 => page(list, json!(String::from_utf8_lossy(&text))),
        4 => json!({
            "code": 60200, "message": "Invalid parameter: To",
            "more_info": "https://www.twilio.com/docs/errors/60200", "status": 400,
        }),
        _ => json!({
            "type": "https://www.twilio.com/docs/errors/60200", "title": "Invalid parameter", "status": 400,
            "code": "60200", "detail": "To",
        }),
    };
    let mut body = documented.to_string().into_bytes();
    if kind % 6 != 3 {
        let start = place % (body.len() + 1);
        let end = body.len().min(start + removed);
        body.splice(start..end, text);
    }
    body
}

fn resource(list: &str) -> Value {
    let sid = "YW0123456789abcdef0123456789abcdef";
    json!({
        "sid": sid,
        "service_sid": SERVICE,
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "friendly_name": "backend",
        "event_types": ["challenge.approved", "*"],
        "status": "enabled",
        "version": "v2",
        "webhook_url": URL,
        "webhook_method": "POST",
        "date_created": "2015-07-30T20:00:00Z",
        "date_updated": null,
        "url": format!("{list}/{sid}"),
    })
}

fn page(list: &str, next_page_url: Value) -> Value {
    json!({
        "webhooks": [resource(list)],
        "meta": {
            "page": 0,
            "page_size": 50,
            "first_page_url": format!("{list}?PageSize=50&Page=0"),
            "previous_page_url": null,
            "url": format!("{list}?PageSize=50&Page=0"),
            "next_page_url": next_page_url,
            "key": "webhooks",
        }
    })
}
