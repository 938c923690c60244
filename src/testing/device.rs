use std::fmt;

use fastrand::Rng;
use serde_json::json;

use super::EventBuilder;
use crate::sid::{AccountSid, ChallengeSid, FactorSid, ServiceSid};

/// A user's device at Twilio, from which events come: one account, service, user and factor.
///
/// Its events name the same user and device; each has a `uuid` of its own, and each challenge its own SID and
/// question. All of it is made up, valid and looks like what Twilio sends.
///
/// ```
/// use twilio_verify_webhooks::testing::Device;
///
/// let mut device = Device::new();
/// let [created, verified] = [device.factor_created(), device.factor_verified()];
/// assert_eq!(created.get("factor_sid"), verified.get("factor_sid"));
/// assert_ne!(created.get("uuid"), verified.get("uuid"));
///
/// // The same again, in every run.
/// assert_eq!(Device::from_seed(7).challenge_approved(), Device::from_seed(7).challenge_approved());
/// ```
#[derive(Debug, Clone)]
pub struct Device {
    rng: Rng,
    account_sid: String,
    service_sid: String,
    entity_identity: String,
    factor_sid: String,
    friendly_name: String,
}

const FRIENDLY_NAMES: [&str; 6] = [
    "John's Phone",
    "Zoë’s phone",
    "Pixel 9 Pro",
    "iPhone (work)",
    "Galaxy S25 & Watch",
    "電話",
];

const SYSTEMS: [&str; 3] = ["Android 16", "iOS 26.1", "Android 14; Pixel 8"];

const PLACES: [&str; 5] = ["Lyon", "São Paulo", "Kraków", "Osaka", "St. John's"];

impl Device {
    /// Makes up a device, another one with each call.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Rng::new())
    }

    /// Makes up the device that belongs to a seed. With the same version of this crate the same calls give the same
    /// events.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        Self::with(Rng::with_seed(seed))
    }

    fn with(mut rng: Rng) -> Self {
        Self {
            account_sid: sid(AccountSid::PREFIX, &mut rng),
            service_sid: sid(ServiceSid::PREFIX, &mut rng),
            entity_identity: format!("{:032x}", rng.u128(..)),
            factor_sid: sid(FactorSid::PREFIX, &mut rng),
            friendly_name: choice(FRIENDLY_NAMES, &mut rng).to_owned(),
            rng,
        }
    }

    /// Sets the account, for a receiver that accepts only its own.
    #[must_use]
    pub fn with_account_sid(mut self, account_sid: impl fmt::Display) -> Self {
        self.account_sid = account_sid.to_string();
        self
    }

    /// Sets the Verify Service, for a receiver that accepts only its own.
    #[must_use]
    pub fn with_service_sid(mut self, service_sid: impl fmt::Display) -> Self {
        self.service_sid = service_sid.to_string();
        self
    }

    /// Sets who the user is: 8 to 64 letters, digits and dashes.
    #[must_use]
    pub fn with_entity_identity(mut self, entity_identity: impl fmt::Display) -> Self {
        self.entity_identity = entity_identity.to_string();
        self
    }

    /// Sets the factor that the device is to Twilio.
    #[must_use]
    pub fn with_factor_sid(mut self, factor_sid: impl fmt::Display) -> Self {
        self.factor_sid = factor_sid.to_string();
        self
    }

    /// Sets what the device calls itself: 1 to 64 characters.
    #[must_use]
    pub fn with_friendly_name(mut self, friendly_name: impl fmt::Display) -> Self {
        self.friendly_name = friendly_name.to_string();
        self
    }

    /// The device was registered: `factor.created`.
    pub fn factor_created(&mut self) -> EventBuilder {
        self.event("factor.created")
    }

    /// The device was verified: `factor.verified`.
    pub fn factor_verified(&mut self) -> EventBuilder {
        self.event("factor.verified")
    }

    /// The device was removed: `factor.deleted`.
    pub fn factor_deleted(&mut self) -> EventBuilder {
        self.event("factor.deleted")
    }

    /// The user approved a new challenge: `challenge.approved`.
    pub fn challenge_approved(&mut self) -> EventBuilder {
        self.event("challenge.approved")
    }

    /// The user denied a new challenge: `challenge.denied`.
    pub fn challenge_denied(&mut self) -> EventBuilder {
        self.event("challenge.denied")
    }

    /// An event of any type, also of one that Twilio does not send yet, such as `challenge.expired`.
    ///
    /// It has every parameter that Twilio documents for version 2; those of challenges if the type starts with
    /// `challenge.`.
    pub fn event(&mut self, event_type: impl fmt::Display) -> EventBuilder {
        let event_type = event_type.to_string();
        let is_challenge = event_type.starts_with("challenge.");
        let system = choice(SYSTEMS, &mut self.rng);
        let event = EventBuilder::empty()
            .uuid(uuid(&mut self.rng))
            .event_type(event_type)
            .account_sid(&self.account_sid)
            .service_sid(&self.service_sid)
            .entity_identity(&self.entity_identity)
            .factor_sid(&self.factor_sid)
            .factor_type("push")
            .factor_friendly_name(&self.friendly_name)
            .factor_metadata(json!({ "os": system }));
        match is_challenge {
            true => self.challenge(event, system),
            false => event,
        }
    }

    fn challenge(&mut self, event: EventBuilder, system: &str) -> EventBuilder {
        let place = choice(PLACES, &mut self.rng);
        let details = json!({
            "message": format!("Hi! Is it you who logs in from {place}?"),
            "fields": [
                { "label": "Action", "value": "Log in" },
                { "label": "Place", "value": place },
            ],
        });
        // Addresses for documentation (RFC 5737).
        let address = format!("192.0.2.{}", self.rng.u8(1..255));
        event
            .challenge_sid(sid(ChallengeSid::PREFIX, &mut self.rng))
            .challenge_details(details)
            .challenge_hidden_details(json!({ "ip": address }))
            .challenge_metadata(json!({ "os": system }))
    }
}

impl Default for Device {
    /// Makes one up, as [`new`](Self::new) does.
    fn default() -> Self {
        Self::new()
    }
}

pub(in crate::testing) fn sid(prefix: &str, rng: &mut Rng) -> String {
    format!("{prefix}{:032x}", rng.u128(..))
}

/// A UUID of version 4 (RFC 9562, section 5.4).
pub(in crate::testing) fn uuid(rng: &mut Rng) -> String {
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        rng.u32(..),
        rng.u16(..),
        rng.u16(..0x1000),
        rng.u16(0x8000..0xc000),
        rng.u64(..1 << 48),
    )
}

fn choice<const N: usize>(texts: [&'static str; N], rng: &mut Rng) -> &'static str {
    rng.choice(texts).unwrap_or_default()
}
