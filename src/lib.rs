//! Receives the webhooks of [Twilio Verify Push](https://www.twilio.com/docs/verify/push).
//!
//! Twilio calls a backend when a user's factor, a device, is created, verified or deleted, and when the user approves
//! or denies a challenge. On an approval the backend lets a person in, so the request must be shown to come from
//! Twilio. A [`Receiver`] verifies its signature and returns a typed [`Event`], or a [`Refusal`] that says what is
//! wrong and with which status to answer.
//!
//! ```
//! use std::collections::HashMap;
//! use twilio_verify_webhooks::{AuthToken, ChallengeEventType, ChallengeSid, Delivery, Event, Receiver};
//!
//! /// Whom you asked with each challenge that is open: your own records.
//! type Asked = HashMap<ChallengeSid, String>;
//!
//! /// Called for each POST to the webhook; returns the status to answer with.
//! fn webhook(receiver: &Receiver, asked: &Asked, headers: &[(String, String)], body: &[u8]) -> u16 {
//!     let headers = headers.iter().map(|(name, value)| (name, value.as_str()));
//!     let event = match receiver.receive(&Delivery::new("POST", body).headers(headers)) {
//!         Ok(received) => received.event,
//!         Err(refusal) => {
//!             eprintln!("webhook refused: {refusal}");
//!             return refusal.status();
//!         }
//!     };
//!     match event {
//!         Event::Challenge(challenge) => match asked.get(&challenge.challenge_sid) {
//!             Some(identity) if *identity != challenge.entity_identity => println!("not whom you asked"),
//!             Some(identity) if challenge.event_type == ChallengeEventType::Approved => println!("let {identity} in"),
//!             _ => println!("keep {} out", challenge.entity_identity),
//!         },
//!         other => println!("nothing to do for {}", other.event_type()),
//!     }
//!     200
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Once: the URL exactly as it is configured at Twilio, and the account's AuthToken.
//! # let token = "0123456789abcdef0123456789abcdef";
//! let receiver = Receiver::new("https://example.com/webhook", AuthToken::new(token)?)?;
//! assert_eq!(webhook(&receiver, &Asked::new(), &[], b"type=challenge.approved"), 415);
//! # Ok(())
//! # }
//! ```
//!
//! The [guide] has a page for each task: [the first webhook](guide::first_webhook), [production](guide::production),
//! ["signatures stopped matching"](guide::incidents).
//!
//! # What it promises
//!
//! - **Nothing typed exists before the signature is verified**, and what is verified is what is read, decoded once.
//! - **An event has one reading.** Twilio signs names and values without delimiters, so one signature fits many ways
//!   to split the same text. All but one are refused.
//! - **The URL is text.** It is compared byte for byte, in the few variants that Twilio is known to sign: see
//!   [`SignedUrl`](signature::SignedUrl).
//! - **Refusals hold nothing that must not be logged**: no secret, no signature, no user data.
//! - **Nothing panics**, whatever is received, and work and memory are bounded: see [Limits](Receiver#limits).
//!
//! # What it leaves to others
//!
//! It does no I/O of its own and works with any HTTP framework. It sends no challenges. Webhooks of other Twilio
//! products are verified by [`signature`], not read. Twilio may send a webhook again: handle a [`DeliveryId`] once.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `http` | [`Delivery`] from requests, and responses from refusals, of the `http` crate |
//! | `http-body` | reading a body up to the limit: hyper, warp, poem, salvo |
//! | `axum`, `actix-web` | extractors |
//! | `tower` | a layer that lets verified deliveries through |
//! | `tracing` | an event for each delivery that an adapter receives or refuses |
//! | `testing` | events, deliveries and refusals to test a handler with |
//! | `diagnosis` | an answer to "why is it refused?" |
//! | `verify-events` | [Verify Events]: verifications by SMS, voice, WhatsApp and RCS, from Event Streams |
//! | `api` | the Webhooks resource of the Verify API, without I/O |
//! | `jiff` | times of `api` and `verify-events` as instants |
//! | `reqwest`, `ureq` | sending the requests of `api`, async or blocking |
//!
//! [Verify Events]: https://www.twilio.com/docs/verify/verify-events

#![cfg_attr(docsrs, feature(doc_cfg))]
// Received bytes never meet code that can panic, wrap or lose bits.
#![deny(
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![deny(clippy::print_stdout)]

#[cfg(any(feature = "axum", feature = "actix-web"))]
mod account_received;
#[cfg(feature = "actix-web")]
mod actix_web;
mod algorithm;
#[cfg(feature = "api")]
pub mod api;
#[cfg(feature = "axum")]
mod axum;
#[cfg(any(feature = "http-body", feature = "actix-web"))]
mod body;
mod delivery;
#[cfg(feature = "diagnosis")]
pub mod diagnosis;
mod error;
mod event;
pub mod guide;
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http-body")]
mod http_body;
mod invisible;
mod kernels;
mod limits;
mod object;
mod params;
mod receiver;
mod sid;
pub mod signature;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
mod tower;
#[cfg(any(feature = "axum", feature = "actix-web", feature = "tower"))]
mod trace;
#[cfg(feature = "verify-events")]
pub mod verify_events;

// Without an adapter nobody tells anything.
#[cfg(all(
    feature = "tracing",
    not(any(feature = "axum", feature = "actix-web", feature = "tower"))
))]
use tracing as _;

// Nothing has times.
#[cfg(all(feature = "jiff", not(any(feature = "api", feature = "verify-events"))))]
use jiff as _;

#[cfg(any(feature = "axum", feature = "actix-web"))]
pub use crate::account_received::AccountReceived;
pub use crate::algorithm::Algorithm;
pub use crate::delivery::{Delivery, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER};
pub use crate::error::{
    ConfigError, DecodeError, EventError, FormError, JsonFault, KeyError, MalformedSignature,
    MediaTypeError, ReceiveError, Refusal, RefusalClass, SignatureError, TargetError, UnknownName,
    UnknownParameterFault, UrlError,
};
pub use crate::event::{
    ChallengeDetails, ChallengeEvent, ChallengeEventType, DeliveryId, DeliveryIdError, DetailField,
    Event, EventParams, EventParamsIter, ExpandedEvent, FactorEvent, FactorEventType, FactorType,
    JsonText, OtherEvent, StringMap, WebhookVersion,
};
#[cfg(feature = "http-body")]
pub use crate::http_body::read_body;
pub use crate::params::Buffer;
pub use crate::params::{Params, ParamsIter};
pub use crate::receiver::{
    AccountKeys, AccountReceiver, AccountReceiverBuilder, Accounts, KeyStore, KeyStoreError,
    MatchedKey, Received, Receiver, ReceiverBuilder, UnverifiedDelivery, Verified,
};
pub use crate::sid::{AccountSid, ChallengeSid, FactorSid, ServiceSid, SidError, WebhookSid};
pub use crate::signature::key::{AuthToken, Key, SharedKey};
#[cfg(feature = "tower")]
pub use crate::tower::{Receive, WebhookLayer, WebhookService};
#[cfg(feature = "verify-events")]
#[doc(no_inline)]
pub use crate::verify_events::EventStreamReceiver;
