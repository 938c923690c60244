use std::error::Error;

use fastrand::Rng;
use twilio_verify_webhooks::testing::{Device, EventBuilder, Signer};
use twilio_verify_webhooks::{AuthToken, Received, Receiver};

/// Accepted deliveries, as a receiver returns them: what an inbox takes.
///
/// ```
/// use twilio_verify_webhooks::testing::EventBuilder;
/// use twilio_verify_webhooks_inbox::testing::Deliveries;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// let deliveries = Deliveries::new()?;
/// let received = deliveries.receive(&EventBuilder::challenge_approved())?;
/// assert_eq!(received.event.event_type(), "challenge.approved");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Deliveries {
    signer: Signer,
    receiver: Receiver,
}

impl Deliveries {
    /// Makes a signer and a receiver with a key made up.
    ///
    /// # Errors
    ///
    /// None in practice.
    ///
    /// ```
    /// use twilio_verify_webhooks_inbox::testing::Deliveries;
    ///
    /// let deliveries = Deliveries::new()?;
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn new() -> Result<Self, Box<dyn Error + Send + Sync>> {
        let url = "https://mywebsite.com/webhook";
        let token = AuthToken::new("a-token-for-tests-of-an-inbox")?;
        Ok(Self {
            signer: Signer::new(url, token.clone())?,
            receiver: Receiver::builder(url).auth_token(token).build()?,
        })
    }

    /// Signs an event and receives it.
    ///
    /// # Errors
    ///
    /// The refusal, if the event is none that a receiver accepts.
    ///
    /// ```
    /// use twilio_verify_webhooks::testing::EventBuilder;
    /// use twilio_verify_webhooks_inbox::testing::Deliveries;
    ///
    /// let deliveries = Deliveries::new()?;
    /// let received = deliveries.receive(&EventBuilder::factor_verified())?;
    /// assert_eq!(received.event.event_type(), "factor.verified");
    /// assert!(deliveries.receive(&EventBuilder::factor_verified().without("uuid")).is_err());
    /// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
    /// ```
    pub fn receive(
        &self,
        event: &EventBuilder,
    ) -> Result<Received<'static>, Box<dyn Error + Send + Sync>> {
        let delivery = self.signer.post(event);
        Ok(self.receiver.receive(&delivery.as_delivery())?)
    }

    /// Makes up events of each type, some with one uuid in two accounts and with uuids that a careless store gets
    /// wrong; each a pair of the delivery and of another one with the same id.
    pub(super) fn pairs(
        &self,
        rng: &mut Rng,
        count: usize,
    ) -> Result<Vec<[Received<'static>; 2]>, Box<dyn Error + Send + Sync>> {
        let long = "\u{e9}\u{1F511}".repeat(32);
        let tricky = [
            "'; DROP TABLE inbox; --",
            "%",
            "%25_",
            "a/b\\c\"d",
            "case",
            "CASE",
            "-",
        ]
        .map(str::to_owned)
        .into_iter()
        .chain([long])
        .collect::<Vec<_>>();
        let mut devices = [rng.u64(..), rng.u64(..)].map(Device::from_seed);
        let mut pairs = Vec::new();
        let run = format!("{:08x}", rng.u32(..));
        for number in 0..count {
            let device = rng.usize(..devices.len());
            let Some(device) = devices.get_mut(device) else {
                continue;
            };
            let events = [
                Device::factor_verified,
                Device::challenge_approved,
                Device::challenge_denied,
                Device::factor_deleted,
            ];
            let event = rng.choice(events).unwrap_or(Device::factor_created);
            let event = event(device);
            // The same in both accounts, now and then.
            let uuid = match rng.choice(&tricky) {
                Some(tricky) if rng.bool() => tricky.clone(),
                _ => format!("{run}-{number}"),
            };
            let event = event.uuid(uuid);
            let identity = format!("another-{number:08}");
            let other = event.clone().entity_identity(identity);
            let pair = [self.receive(&event)?, self.receive(&other)?];
            let id = pair.first().map(|received| received.event.delivery_id());
            let known = |[known, _]: &[Received<'_>; 2]| Some(known.event.delivery_id()) == id;
            if !pairs.iter().any(known) {
                pairs.push(pair);
            }
        }
        Ok(pairs)
    }
}
