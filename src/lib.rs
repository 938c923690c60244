// These take precedence over the README's links, which must work outside of rustdoc too.
//! [`Refusal`]: Refusal
//! [`Refusal::status`]: Refusal::status
//! [`Receiver::builder_for_origin`]: Receiver::builder_for_origin
//! [`Received::key`]: Received::key
//! [`AccountReceiver`]: AccountReceiver
//! [`JsonText::decode`]: JsonText::decode
//! [`Event::Other`]: Event::Other
//! [`EventError`]: EventError
//! [`Receiver::verify`]: Receiver::verify
//! [`Receiver::receive_in`]: Receiver::receive_in
//! [`Buffer`]: Buffer
//! [`ReceiverBuilder::accept_get`]: ReceiverBuilder::accept_get
//! [`ReceiverBuilder::body_limit`]: ReceiverBuilder::body_limit
//! [`SignedUrl`]: signature::SignedUrl
//! [`Event::uuid`]: Event::uuid
//! [`Receiver::diagnose`]: Receiver::diagnose
//! [`diagnosis::cookbook`]: diagnosis::cookbook

#![cfg_attr(docsrs, feature(doc_cfg))]
#![doc = include_str!("../README.md")]

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
#[cfg(feature = "http")]
mod http;
#[cfg(feature = "http-body")]
mod http_body;
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

pub use crate::algorithm::Algorithm;
pub use crate::delivery::{Delivery, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER};
pub use crate::error::{
    ConfigError, DecodeError, EventError, FormError, JsonFault, KeyError, MalformedSignature,
    MediaTypeError, Refusal, RefusalClass, SignatureError, TargetError, UnknownParameterFault,
    UrlError,
};
pub use crate::event::{
    ChallengeDetails, ChallengeEvent, ChallengeEventType, DeliveryId, DeliveryIdError, DetailField,
    Event, EventParams, EventParamsIter, FactorEvent, FactorEventType, FactorType, JsonText,
    OtherEvent, StringMap, WebhookVersion,
};
#[cfg(feature = "http-body")]
pub use crate::http_body::read_body;
pub use crate::params::Buffer;
pub use crate::params::{Params, ParamsIter};
pub use crate::receiver::{
    AccountKeys, AccountReceiver, AccountReceiverBuilder, MatchedKey, Received, Receiver,
    ReceiverBuilder, UnverifiedDelivery, Verified,
};
pub use crate::sid::{AccountSid, ChallengeSid, FactorSid, ServiceSid, SidError, WebhookSid};
pub use crate::signature::key::{AuthToken, Key, SharedKey};
#[cfg(feature = "tower")]
pub use crate::tower::{WebhookLayer, WebhookService};
