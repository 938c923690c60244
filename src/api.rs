//! The Webhooks resource of the [Verify API](https://www.twilio.com/docs/verify/api/webhooks): create, fetch, list,
//! update and delete the webhooks of a Service.
//!
//! Nothing here does I/O. A [`Call`] turns into a request of the [`http`] crate and reads its own reply, so any HTTP client
//! will do. Two are ready to use: `ReqwestClient` (feature `reqwest`, async) and `UreqClient` (feature `ureq`, blocking).
//!
//! ```
//! use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
//! use twilio_verify_webhooks::ServiceSid;
//! use twilio_verify_webhooks::api::{Credentials, EventTypes, NewWebhook, Webhooks};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service_sid: ServiceSid = "VA0123456789abcdef0123456789abcdef".parse()?;
//! # let secret = "0123456789abcdefghijklmnopqrstuv";
//! let credentials = Credentials::api_key("SK0123456789abcdef0123456789abcdef", secret)?;
//! let webhooks = Webhooks::new(service_sid, credentials)?;
//!
//! let answers = EventTypes::from(Approved).and(Denied);
//! let call = webhooks.create(&NewWebhook::new("backend", answers, "https://mywebsite.com/webhook")?);
//! let request = call.to_request();
//! assert_eq!(request.method(), "POST");
//! assert_eq!(
//!     std::str::from_utf8(request.body())?,
//!     "FriendlyName=backend&EventTypes=challenge.approved&EventTypes=challenge.denied\
//!      &WebhookUrl=https%3A%2F%2Fmywebsite.com%2Fwebhook",
//! );
//!
//! // What the HTTP client brings back:
//! let reply = r#"{"code": 20429, "message": "Too Many Requests", "status": 429}"#;
//! let response = http::Response::builder().status(429).body(reply)?;
//! let error = call.parse(&response).unwrap_err();
//! assert_eq!(error.to_string(), "Twilio answered with status 429 and error 20429: Too Many Requests");
//! assert!(error.is_retryable());
//! # Ok(())
//! # }
//! ```

mod base_url;
mod call;
mod credentials;
mod ensure;
mod error;
mod event_types;
mod page;
#[cfg(feature = "reqwest")]
mod reqwest;
mod retry;
#[cfg(feature = "ureq")]
mod ureq;
mod values;
mod webhook;
mod webhook_settings;
mod webhooks;

pub use self::call::{Call, REPLY_LIMIT, Reply};
pub use self::credentials::Credentials;
pub use self::ensure::{Ensured, Outcome, Plan, Step};
pub use self::error::{
    BaseUrlError, ClientError, CredentialsError, ErrorCode, ErrorReply, NextPageError, ReplyError,
    RequestError,
};
pub use self::event_types::{EventType, EventTypes};
pub use self::page::{Listing, Page, PageMeta};
#[cfg(feature = "reqwest")]
pub use self::reqwest::ReqwestClient;
pub use self::retry::{Retry, RetryAfter};
#[cfg(feature = "ureq")]
pub use self::ureq::UreqClient;
pub use self::values::{Method, Status, Version};
pub use self::webhook::{DateText, Webhook};
pub use self::webhook_settings::{NewWebhook, WebhookUpdate};
pub use self::webhooks::{BASE_URL, Webhooks};

/// How long a complete reply may take, unless set otherwise.
#[cfg(any(feature = "reqwest", feature = "ureq"))]
const TIMEOUT: std::time::Duration = std::time::Duration::from_secs(30);
