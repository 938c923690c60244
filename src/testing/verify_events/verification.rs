use std::fmt;

use fastrand::Rng;
use serde_json::{Map, Value, json};

use super::CloudEventBuilder;
use crate::sid::{AccountSid, ServiceSid};
use crate::testing::device::{sid, uuid};
use crate::verify_events::{MessageEventType, VerificationEventType};

const SCHEMAS: &str = "https://events-schemas.twilio.com";

/// A verification by SMS, from which events come: one account, Service, verification, attempt and phone number.
///
/// Its events name the same verification, and each has an `id` of its own. All of it is made up, valid and looks like what
/// Twilio sends, with the members of the latest schemas.
///
/// ```
/// use twilio_verify_webhooks::testing::StartedVerification;
/// use twilio_verify_webhooks::verify_events::{MessageEventType, VerificationEventType};
///
/// let mut verification = StartedVerification::new();
/// let [sent, approved] = [
///     verification.message(MessageEventType::Sent).build()?,
///     verification.verification(VerificationEventType::Approved).build()?,
/// ];
/// assert_eq!(sent.account_sid(), approved.account_sid());
/// assert_ne!(sent.delivery_id(), approved.delivery_id());
///
/// // The same again, in every run.
/// let [one, other] = [7, 7].map(|seed| StartedVerification::from_seed(seed).sink_test());
/// assert_eq!(one, other);
/// # Ok::<(), twilio_verify_webhooks::verify_events::ElementError>(())
/// ```
#[derive(Debug, Clone)]
pub struct StartedVerification {
    rng: Rng,
    account_sid: String,
    service_sid: String,
    verification_sid: String,
    attempt_sid: String,
    to: String,
    /// Milliseconds since the start.
    clock: u32,
}

impl StartedVerification {
    /// Makes up a verification, another one with each call.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Rng::new())
    }

    /// Makes up the verification that belongs to a seed. With the same version of this crate the same calls give the same
    /// events.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self::with(Rng::with_seed(seed))
    }

    fn with(mut rng: Rng) -> Self {
        Self {
            account_sid: sid(AccountSid::PREFIX, &mut rng),
            service_sid: sid(ServiceSid::PREFIX, &mut rng),
            verification_sid: sid("VE", &mut rng),
            attempt_sid: sid("VL", &mut rng),
            // Numbers that nobody has (numbers for drama, Ofcom).
            to: format!("+447700900{:03}", rng.u16(..1000)),
            clock: 0,
            rng,
        }
    }

    /// Sets the account.
    #[must_use]
    pub fn with_account_sid(mut self, account_sid: impl fmt::Display) -> Self {
        self.account_sid = account_sid.to_string();
        self
    }

    /// Sets the Verify Service.
    #[must_use]
    pub fn with_service_sid(mut self, service_sid: impl fmt::Display) -> Self {
        self.service_sid = service_sid.to_string();
        self
    }

    /// Sets the phone number that codes go to.
    #[must_use]
    pub fn with_to(mut self, to: impl fmt::Display) -> Self {
        self.to = to.to_string();
        self
    }

    /// The verification changed: `com.twilio.accountsecurity.verify.verification.…`.
    pub fn verification(&mut self, event_type: VerificationEventType) -> CloudEventBuilder {
        self.event(event_type)
    }

    /// The message changed: `com.twilio.accountsecurity.verify.message.…`.
    pub fn message(&mut self, event_type: MessageEventType) -> CloudEventBuilder {
        self.event(format_args!(
            "com.twilio.accountsecurity.verify.message.{event_type}"
        ))
    }

    /// The message changed: `com.twilio.accountsecurity.verify.attempt-dlr.…`.
    pub fn attempt_dlr(&mut self, event_type: MessageEventType) -> CloudEventBuilder {
        self.event(format_args!(
            "com.twilio.accountsecurity.verify.attempt-dlr.{event_type}"
        ))
    }

    /// Somebody tested the sink: `com.twilio.eventstreams.test-event`. Each has a `test_id` of its own and the `id` of the
    /// account.
    pub fn sink_test(&mut self) -> CloudEventBuilder {
        let test_id = uuid(&mut self.rng);
        self.envelope("com.twilio.eventstreams.test-event")
            .attribute("source", "Sink")
            .attribute("id", &*self.account_sid)
            .attribute(
                "dataschema",
                format!("{SCHEMAS}/EventStreams.TestSink/1.json"),
            )
            .attribute("data", json!({ "test_id": test_id }))
    }

    /// An event of any type, also of one that Twilio does not send yet.
    ///
    /// The data is that of a message if the type has `.message.` or `.attempt-dlr.` in it, else that of a verification. The
    /// status is the last word of the type, in capitals.
    pub fn event(&mut self, event_type: impl fmt::Display) -> CloudEventBuilder {
        let event_type = event_type.to_string();
        if event_type == "com.twilio.eventstreams.test-event" {
            return self.sink_test();
        }
        let (before, word) = event_type.rsplit_once('.').unwrap_or(("", &event_type));
        let status = word.to_uppercase().replace('-', "_");
        let (schema, data) = if before.ends_with(".message") {
            (
                "MessageStatusEvent/2",
                self.message_data("message_status", &status, true),
            )
        } else if before.ends_with(".attempt-dlr") {
            (
                "VerifyEventStreamDLREvent/1",
                self.message_data("dlr_status", &status, false),
            )
        } else {
            ("VerifyEventStreamEvent/3", self.verification_data(&status))
        };
        self.envelope(&event_type)
            .attribute("dataschema", format!("{SCHEMAS}/AccountSecurity.{schema}"))
            .attribute("data", data)
    }

    fn envelope(&mut self, event_type: &str) -> CloudEventBuilder {
        let source = format!(
            "/v1/Accounts/{}/Services/{}/Verifications/{}",
            self.account_sid, self.service_sid, self.verification_sid
        );
        let id = format!("{:032x}{:032x}", self.rng.u128(..), self.rng.u128(..));
        CloudEventBuilder::empty()
            .attribute("specversion", "1.0")
            .attribute("type", event_type)
            .attribute("source", source)
            .attribute("id", id)
            .attribute("datacontenttype", "application/json")
            .attribute("time", self.now())
    }

    /// A later time with each call, within the ten minutes of a verification.
    fn now(&mut self) -> String {
        self.clock = self
            .clock
            .saturating_add(self.rng.u32(1..1000))
            .min(599_999);
        let (seconds, millis) = (
            self.clock.checked_div(1000).unwrap_or_default(),
            self.clock % 1000,
        );
        let (minutes, seconds) = (seconds.checked_div(60).unwrap_or_default(), seconds % 60);
        format!("2026-11-02T08:{minutes:02}:{seconds:02}.{millis:03}Z")
    }

    fn verification_data(&mut self, status: &str) -> Value {
        let is_approved = status == "APPROVED";
        let time = self.now();
        let checks = match status {
            "APPROVED" => vec![json!({ "time": time, "status": "SUCCESS" })],
            "MAX_ATTEMPTS_REACHED" => vec![json!({ "time": time, "status": "FAILURE" }); 5],
            _ => Vec::new(),
        };
        let mut data = self.subject("2026-11-02T08:00:00.007Z");
        let more = json!({
            "friendly_name": "Harbour Bank",
            "custom_code_enabled": false,
            "verification_status": status,
            "country": "GB",
            "code_length": 6,
            "send_code_attempts": { "count": 1, "attempts": [{
                "time": "2026-11-02T08:00:00.120Z",
                "channel": "SMS",
                "attempt_sid": self.attempt_sid,
                "locale": "en",
                "tags": { "flow": "login" },
            }] },
            "check_attempts": { "count": checks.len(), "attempts": checks },
            "expired_at": "2026-11-02T08:10:00.007Z",
        });
        extend(&mut data, more);
        if is_approved {
            data.insert("verified_at".to_owned(), time.into());
        }
        data.into()
    }

    fn message_data(&mut self, name: &str, status: &str, has_tags: bool) -> Value {
        let mut data = self.subject("2026-11-02T08:00:00.120Z");
        let failed = matches!(status, "UNDELIVERED" | "FAILED");
        let more = json!({
            "attempt_sid": self.attempt_sid,
            "channel": if status == "READ" { "WHATSAPP" } else { "SMS" },
            "error_code": if failed { "30005" } else { "" },
            "has_fallback": false,
            "is_fallback": false,
            "mcc": "234",
            "mnc": "01",
            "number_segments": 1,
        });
        extend(&mut data, more);
        data.insert(name.to_owned(), status.into());
        if has_tags {
            data.insert("tags".to_owned(), json!({ "flow": "login" }));
        }
        data.into()
    }

    /// Which verification it is.
    fn subject(&self, created_at: &str) -> Map<String, Value> {
        let mut data = Map::new();
        extend(
            &mut data,
            json!({
                "account_sid": self.account_sid,
                "service_sid": self.service_sid,
                "verification_sid": self.verification_sid,
                "created_at": created_at,
                "to": self.to,
            }),
        );
        data
    }
}

impl Default for StartedVerification {
    /// Makes one up, as [`new`](Self::new) does.
    fn default() -> Self {
        Self::new()
    }
}

fn extend(data: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        data.extend(more);
    }
}
