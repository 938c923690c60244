use std::fmt;

use super::fault::Fault;
use super::members::Members;
use super::open_sets::{Channel, MessageStatus};
use super::read;
use super::tags::Tags;
use super::texts::{PhoneNumber, TimeText};
use super::unknown::UnknownMembers;

/// Which of the five events of a message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageEventType {
    /// `sent`: a carrier took it.
    Sent,
    /// `delivered`: it arrived.
    Delivered,
    /// `undelivered`: the carrier could not deliver it.
    Undelivered,
    /// `read`: it was opened. Never for SMS.
    Read,
    /// `failed`: it could not be sent.
    Failed,
}

impl MessageEventType {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Read,
        Self::Failed,
    ];

    /// Returns the last word of the type.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Read => "read",
            Self::Failed => "failed",
        }
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

impl fmt::Display for MessageEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What became of the message that a code was sent in.
///
/// The schemas 1 and 2 of `AccountSecurity.MessageStatusEvent`, and `AccountSecurity.VerifyEventStreamDLREvent`, which
/// came before it and differs in the name of one member. The SIDs, the status and the time are always there. Everything
/// else may be missing, and is `None` where it is `null` or of another JSON type than documented; the latter is then among
/// the [`unknown`](Self::unknown).
///
/// As a rule an attempt has one message; a fallback makes another. The [`attempt_sid`](Self::attempt_sid) is also among
/// the attempts of the [verification](super::VerificationData).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct MessageData {
    /// What happened.
    pub event_type: MessageEventType,
    /// The account: `AC…`. Not checked, as Twilio's own samples have some of other lengths.
    pub account_sid: String,
    /// The Verify Service: `VA…`.
    pub service_sid: String,
    /// The verification: `VE…`.
    pub verification_sid: String,
    /// The attempt, a code that was sent: `VL…`.
    pub attempt_sid: Option<String>,
    /// How it was sent.
    pub channel: Option<Channel>,
    /// The status when the event was made: `message_status`, or `dlr_status` of an attempt DLR.
    pub status: MessageStatus,
    /// When the message was made.
    pub created_at: TimeText,
    /// Twilio's code of the error. None where it is empty.
    pub error_code: Option<String>,
    /// Whether another channel is tried if this one fails.
    pub has_fallback: Option<bool>,
    /// Whether it was tried because another one failed.
    pub is_fallback: Option<bool>,
    /// The mobile country code: digits, with leading zeros.
    pub mcc: Option<String>,
    /// The mobile network code: digits, with leading zeros.
    pub mnc: Option<String>,
    /// The phone number.
    pub to: Option<PhoneNumber>,
    /// How many segments the SMS had.
    pub number_segments: Option<u64>,
    /// What your application attached. Schema 2.
    pub tags: Tags,
    /// Members that this version of the crate does not know.
    pub unknown: UnknownMembers,
}

impl MessageData {
    pub(super) fn read(
        event_type: MessageEventType,
        status: &'static str,
        data: &str,
    ) -> Result<Self, Fault> {
        let mut members = Members::read(data)?;
        Ok(Self {
            event_type,
            account_sid: members.require("account_sid", read::filled)?,
            service_sid: members.require("service_sid", read::filled)?,
            verification_sid: members.require("verification_sid", read::filled)?,
            attempt_sid: members.take("attempt_sid", read::filled),
            channel: members.take("channel", read::word),
            status: members.require(status, read::word)?,
            created_at: members.require("created_at", read::time)?,
            error_code: members.take("error_code", read::error_code).flatten(),
            has_fallback: members.take("has_fallback", read::boolean),
            is_fallback: members.take("is_fallback", read::boolean),
            mcc: members.take("mcc", read::text),
            mnc: members.take("mnc", read::text),
            to: members.take("to", read::phone_number),
            number_segments: members.take("number_segments", read::number),
            tags: members.take_nested("tags", Tags::read)?.unwrap_or_default(),
            unknown: members.into_unknown(),
        })
    }
}
