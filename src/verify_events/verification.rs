use std::fmt;

use super::fault::Fault;
use super::members::{Members, ObjectFault};
use super::open_sets::{Channel, CheckStatus, MessageStatus, VerificationStatus};
use super::read;
use super::tags::Tags;
use super::texts::{PhoneNumber, TimeText};
use super::unknown::UnknownMembers;

/// Which of the five events of a verification it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VerificationEventType {
    /// `verification.pending`: it was started.
    Pending,
    /// `verification.approved`: the right code came, or the application approved it.
    Approved,
    /// `verification.canceled`: the application cancelled it.
    Canceled,
    /// `verification.expired`: no right code came in time.
    Expired,
    /// `verification.max-attempts-reached`: five sends or five checks.
    MaxAttemptsReached,
}

impl VerificationEventType {
    /// All five.
    pub const ALL: [Self; 5] = [
        Self::Pending,
        Self::Approved,
        Self::Canceled,
        Self::Expired,
        Self::MaxAttemptsReached,
    ];

    /// Returns the type as Twilio writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "com.twilio.accountsecurity.verify.verification.pending",
            Self::Approved => "com.twilio.accountsecurity.verify.verification.approved",
            Self::Canceled => "com.twilio.accountsecurity.verify.verification.canceled",
            Self::Expired => "com.twilio.accountsecurity.verify.verification.expired",
            Self::MaxAttemptsReached => {
                "com.twilio.accountsecurity.verify.verification.max-attempts-reached"
            }
        }
    }

    pub(super) fn of(text: &str) -> Option<Self> {
        // Some lists of types have underscores where Twilio's page has hyphens.
        if text == "com.twilio.accountsecurity.verify.verification.max_attempts_reached" {
            return Some(Self::MaxAttemptsReached);
        }
        Self::ALL.into_iter().find(|known| known.as_str() == text)
    }
}

impl fmt::Display for VerificationEventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A verification by SMS, voice, WhatsApp or RCS: where it is on its way, with its sends and checks so far.
///
/// The schemas 1 to 3 of `AccountSecurity.VerifyEventStreamEvent`, by what they have in common. Members are named as
/// Twilio names them. Three SIDs, the status and the time of the start are always there. Everything else may be missing,
/// and is `None` where it is `null` or of another JSON type than documented; the latter is then among the
/// [`unknown`](Self::unknown).
#[derive(Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct VerificationData {
    /// What happened.
    pub event_type: VerificationEventType,
    /// The account: `AC…`. Not checked, as Twilio's own samples have some of other lengths.
    pub account_sid: String,
    /// The Verify Service: `VA…`.
    pub service_sid: String,
    /// The verification: `VE…`.
    pub verification_sid: String,
    /// The status when the event was made. It says the same as the type of the event.
    pub verification_status: VerificationStatus,
    /// When it was started.
    pub created_at: TimeText,
    /// When the right code came. Only once it is approved.
    pub verified_at: Option<TimeText>,
    /// When it is planned to expire, ten minutes after the start by default. It is there from the start, also of a
    /// verification that is pending or approved: it is no sign that the verification *has* expired.
    pub expired_at: Option<TimeText>,
    /// The phone number that codes go to.
    pub to: Option<PhoneNumber>,
    /// The country of the number, two letters.
    pub country: Option<String>,
    /// The name of the Service. Not in `Debug`.
    pub friendly_name: Option<String>,
    /// The name that took its place in the message, if one did. Not in `Debug`.
    pub custom_friendly_name: Option<String>,
    /// Whether the application chooses codes of its own.
    pub custom_code_enabled: Option<bool>,
    /// How many digits a code has. None with a code of the application's.
    pub code_length: Option<u64>,
    /// The codes that were sent.
    pub send_code_attempts: Attempts<SendCodeAttempt>,
    /// The codes that were checked.
    pub check_attempts: Attempts<CheckAttempt>,
    /// Members that this version of the crate does not know.
    pub unknown: UnknownMembers,
}

impl VerificationData {
    pub(super) fn read(event_type: VerificationEventType, data: &str) -> Result<Self, Fault> {
        let mut members = Members::read(data)?;
        Ok(Self {
            event_type,
            account_sid: members.require("account_sid", read::filled)?,
            service_sid: members.require("service_sid", read::filled)?,
            verification_sid: members.require("verification_sid", read::filled)?,
            verification_status: members
                .require("verification_status", read::filled)?
                .as_str()
                .into(),
            created_at: members.require("created_at", read::time)?,
            verified_at: members.take("verified_at", read::time),
            expired_at: members.take("expired_at", read::time),
            to: members.take("to", read::phone_number),
            country: members.take("country", read::text),
            friendly_name: members.take("friendly_name", read::text),
            custom_friendly_name: members.take("custom_friendly_name", read::text),
            custom_code_enabled: members.take("custom_code_enabled", read::boolean),
            code_length: members.take("code_length", read::number),
            send_code_attempts: Attempts::take(
                &mut members,
                "send_code_attempts",
                SendCodeAttempt::read,
            )?,
            check_attempts: Attempts::take(&mut members, "check_attempts", CheckAttempt::read)?,
            unknown: members.into_unknown(),
        })
    }
}

impl fmt::Debug for VerificationData {
    /// Leaves out names, and with [`PhoneNumber`] and [`Tags`] what else is the user's or yours.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerificationData")
            .field("event_type", &self.event_type)
            .field("account_sid", &self.account_sid)
            .field("service_sid", &self.service_sid)
            .field("verification_sid", &self.verification_sid)
            .field("verification_status", &self.verification_status)
            .field("created_at", &self.created_at)
            .field("verified_at", &self.verified_at)
            .field("expired_at", &self.expired_at)
            .field("country", &self.country)
            .field("send_code_attempts", &self.send_code_attempts)
            .field("check_attempts", &self.check_attempts)
            .field("unknown", &self.unknown)
            .finish_non_exhaustive()
    }
}

/// Sends or checks of a verification.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Attempts<T> {
    /// How many there were. Twilio's samples have numbers that differ from the length of the list.
    pub count: Option<u64>,
    /// Those that are told of, in the order in which they are listed. Empty where there is no list.
    ///
    /// An element that is no object is left out, and the list is then among the [`unknown`](Self::unknown) as well,
    /// complete. One that is `null` is absent.
    pub attempts: Vec<T>,
    /// Members that this version of the crate does not know.
    pub unknown: UnknownMembers,
}

impl<T> Attempts<T> {
    fn take(
        members: &mut Members<'_>,
        name: &str,
        read: impl Fn(&str) -> Result<T, ObjectFault>,
    ) -> Result<Self, ObjectFault> {
        let attempts = members.take_nested(name, |json| {
            let mut members = Members::read(json)?;
            let list = members.look_into("attempts", |json| read::list(json, read))?;
            if list.as_ref().is_some_and(|list| list.is_complete) {
                members.drop("attempts");
            }
            Ok(Self {
                count: members.take("count", read::number),
                attempts: list.map(|list| list.read).unwrap_or_default(),
                unknown: members.into_unknown(),
            })
        })?;
        Ok(attempts.unwrap_or_default())
    }
}

impl<T> Default for Attempts<T> {
    fn default() -> Self {
        Self {
            count: None,
            attempts: Vec::new(),
            unknown: UnknownMembers::default(),
        }
    }
}

/// A code that was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SendCodeAttempt {
    /// When.
    pub time: Option<TimeText>,
    /// How.
    pub channel: Option<Channel>,
    /// The attempt, `VL…`. Events of its message name it too.
    pub attempt_sid: Option<String>,
    /// The language of the message.
    pub locale: Option<String>,
    /// What your application attached. Schema 3.
    pub tags: Tags,
    /// What became of the message. Always `SENT` for those who subscribed since April 2026: events of the message tell.
    pub delivery_status: Option<MessageStatus>,
    /// Twilio's code of the error, if there was one. Not for those who subscribed since April 2026.
    pub error_code: Option<String>,
    /// Members that this version of the crate does not know.
    pub unknown: UnknownMembers,
}

impl SendCodeAttempt {
    fn read(json: &str) -> Result<Self, ObjectFault> {
        let mut members = Members::read(json)?;
        Ok(Self {
            time: members.take("time", read::time),
            channel: members.take("channel", read::word),
            attempt_sid: members.take("attempt_sid", read::filled),
            locale: members.take("locale", read::text),
            tags: members.take_nested("tags", Tags::read)?.unwrap_or_default(),
            delivery_status: members.take("delivery_status", read::word),
            error_code: members.take("error_code", read::error_code).flatten(),
            unknown: members.into_unknown(),
        })
    }
}

/// A code that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CheckAttempt {
    /// When.
    pub time: Option<TimeText>,
    /// Whether it was the right one.
    pub status: Option<CheckStatus>,
    /// Members that this version of the crate does not know.
    pub unknown: UnknownMembers,
}

impl CheckAttempt {
    fn read(json: &str) -> Result<Self, ObjectFault> {
        let mut members = Members::read(json)?;
        Ok(Self {
            time: members.take("time", read::time),
            status: members.take("status", read::word),
            unknown: members.into_unknown(),
        })
    }
}
