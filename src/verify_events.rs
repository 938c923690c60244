#![doc = include_str!("verify_events/guide.md")]

mod batch;
mod builder;
mod cloud_event;
mod data;
mod error;
mod event_id;
mod fault;
mod json;
mod members;
mod message;
mod open_sets;
mod read;
mod receiver;
mod refusal;
mod tags;
mod texts;
mod unknown;
mod verification;

pub use self::batch::{BadElement, Batch};
pub use self::builder::EventStreamReceiverBuilder;
pub use self::cloud_event::CloudEvent;
pub use self::data::{EventData, OtherData, SinkTestData};
pub use self::error::{BatchError, DataError, ElementError};
pub use self::event_id::EventId;
pub use self::json::RawJson;
pub use self::message::{MessageData, MessageEventType};
pub use self::open_sets::{Channel, CheckStatus, MessageStatus, VerificationStatus};
pub use self::receiver::EventStreamReceiver;
pub use self::refusal::EventStreamRefusal;
pub use self::tags::Tags;
pub use self::texts::{DataSchema, PhoneNumber, TimeText};
pub use self::unknown::UnknownMembers;
pub use self::verification::{
    Attempts, CheckAttempt, SendCodeAttempt, VerificationData, VerificationEventType,
};
