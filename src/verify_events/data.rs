use super::error::{DataError, ElementError};
use super::fault::Fault;
use super::members::{Members, ObjectFault};
use super::message::{MessageData, MessageEventType};
use super::read;
use super::unknown::UnknownMembers;
use super::verification::{VerificationData, VerificationEventType};
use crate::error::JsonFault;

/// Before the last word of the types of message status.
pub(super) const MESSAGE: &str = "com.twilio.accountsecurity.verify.message.";
/// Before the last word of the types of attempt DLR.
pub(super) const ATTEMPT_DLR: &str = "com.twilio.accountsecurity.verify.attempt-dlr.";
/// The type of the sink's test event.
pub(super) const SINK_TEST: &str = "com.twilio.eventstreams.test-event";

/// What an event says, read as its type says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EventData {
    /// Verification status: `com.twilio.accountsecurity.verify.verification.…`.
    Verification(VerificationData),
    /// Message status: `com.twilio.accountsecurity.verify.message.…`.
    Message(MessageData),
    /// The delivery receipt of an attempt: `com.twilio.accountsecurity.verify.attempt-dlr.…`. Closed to new subscriptions
    /// since January 2026, in favour of message status.
    AttemptDlr(MessageData),
    /// Somebody tested the sink: `com.twilio.eventstreams.test-event`.
    SinkTest(SinkTestData),
    /// An event of a type that this version of the crate does not know, or of a known one in a form that it does not
    /// know. Answer 200: what it says is in the [raw JSON](super::CloudEvent::data_json).
    Other(OtherData),
}

/// What the test event of a sink says: `twilio api:events:v1:sinks:test:create`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SinkTestData {
    /// Which test it is, a UUID. The id of such an event is that of the account, the same for every test.
    pub test_id: String,
    /// Members that this version of the crate does not know.
    pub unknown: UnknownMembers,
}

/// What is known of data that is not read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OtherData {
    /// The account that the data names as its `account_sid`, if it does.
    pub account_sid: Option<String>,
    /// Why it was not read as its type says. None for a type that this version of the crate does not know.
    pub error: Option<DataError>,
}

impl EventData {
    /// Reads the data of an event; `Err` if it could be read in two ways.
    pub(super) fn read(event_type: &str, data: Option<&str>) -> Result<Self, Fault> {
        let Some(data) = data else {
            let error = is_known(event_type).then_some(DataError::Absent);
            return Ok(Self::other("null", error));
        };
        let text = text_of_object(data);
        let data = text.as_deref().unwrap_or(data);
        match Self::of_type(event_type, data) {
            Ok(Some(known)) => Ok(known),
            Ok(None) => Ok(Self::other(data, None)),
            Err(Fault::Data(error)) => Ok(Self::other(data, Some(error))),
            Err(Fault::Names) => Err(Fault::Names),
        }
    }

    /// Checks that data which names no account could not be read by others as naming one.
    pub(super) fn check_nameless(data: &str) -> Result<(), ElementError> {
        let text = read::text(data);
        let fault = text.as_deref().map(crate::event::check_json_object);
        let data = match (&text, fault) {
            (Some(text), Some(Ok(()))) => text,
            (_, Some(Err((JsonFault::TooDeep, _)))) => return Err(ElementError::TooDeep),
            _ => data,
        };
        match Members::read(data) {
            Err(ObjectFault::Names) => Err(ElementError::Names { object: "data" }),
            Ok(_) | Err(ObjectFault::NotAnObject) => Ok(()),
        }
    }

    fn of_type(event_type: &str, data: &str) -> Result<Option<Self>, Fault> {
        Ok(Some(
            if let Some(known) = VerificationEventType::of(event_type) {
                Self::Verification(VerificationData::read(known, data)?)
            } else if let Some(known) = message_type(event_type, MESSAGE) {
                Self::Message(MessageData::read(known, "message_status", data)?)
            } else if let Some(known) = message_type(event_type, ATTEMPT_DLR) {
                Self::AttemptDlr(MessageData::read(known, "dlr_status", data)?)
            } else if event_type == SINK_TEST {
                let mut members = Members::read(data)?;
                Self::SinkTest(SinkTestData {
                    test_id: members.require("test_id", read::filled)?,
                    unknown: members.into_unknown(),
                })
            } else {
                return Ok(None);
            },
        ))
    }

    fn other(data: &str, error: Option<DataError>) -> Self {
        // Names that occur twice name no account.
        let mut members = Members::read(data).ok();
        let account_sid = members
            .as_mut()
            .and_then(|members| members.take("account_sid", read::filled));
        Self::Other(OtherData { account_sid, error })
    }

    /// Returns the account that the data names.
    #[must_use]
    pub fn account_sid(&self) -> Option<&str> {
        match self {
            Self::Verification(data) => Some(&data.account_sid),
            Self::Message(data) | Self::AttemptDlr(data) => Some(&data.account_sid),
            Self::SinkTest(_) => None,
            Self::Other(data) => data.account_sid.as_deref(),
        }
    }
}

fn message_type(event_type: &str, prefix: &str) -> Option<MessageEventType> {
    event_type
        .strip_prefix(prefix)
        .and_then(MessageEventType::of)
}

fn is_known(event_type: &str) -> bool {
    event_type == SINK_TEST
        || VerificationEventType::of(event_type).is_some()
        || [MESSAGE, ATTEMPT_DLR]
            .into_iter()
            .any(|prefix| message_type(event_type, prefix).is_some())
}

/// Returns the object that data is the text of: where events go to a stream rather than a webhook, Twilio shows it so.
fn text_of_object(data: &str) -> Option<String> {
    read::text(data).filter(|text| crate::event::check_json_object(text).is_ok())
}
