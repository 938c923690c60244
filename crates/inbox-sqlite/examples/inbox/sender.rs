//! The sender: Twilio, and somebody who captured what it sent.

use twilio_verify_webhooks::testing::{EventBuilder, OwnedDelivery, Signer};
use twilio_verify_webhooks::{AuthToken, DeliveryId};
use ureq::Agent;

use crate::Result;

/// The webhook's URL as it would be configured at Twilio.
pub(crate) const URL: &str = "https://mywebsite.com/webhook";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";

pub(crate) struct Sender {
    signer: Signer,
    client: Agent,
    address: String,
}

pub(crate) struct Delivered {
    pub(crate) id: DeliveryId,
    event: EventBuilder,
    delivery: OwnedDelivery,
}

impl Sender {
    pub(crate) fn new(address: &str) -> Result<Self> {
        let client = Agent::config_builder().http_status_as_error(false).build();
        Ok(Self {
            signer: Signer::new(URL, AuthToken::new(TOKEN)?)?,
            client: client.into(),
            address: address.to_owned(),
        })
    }

    /// Delivers a new event, which must be acknowledged.
    pub(crate) fn deliver_new(&self) -> Result<Delivered> {
        let event = EventBuilder::challenge_approved();
        let delivered = Delivered {
            id: event.build()?.delivery_id(),
            delivery: self.signer.post(&event),
            event,
        };
        match self.repeat(&delivered)? {
            200 => Ok(delivered),
            status => Err(format!("expected 200, found {status}").into()),
        }
    }

    /// Sends the same request again.
    pub(crate) fn repeat(&self, delivered: &Delivered) -> Result<u16> {
        self.send(&delivered.delivery)
    }

    /// Delivers another event with the same id.
    pub(crate) fn deliver_other(&self, delivered: &Delivered) -> Result<u16> {
        let other = delivered.event.clone().entity_identity("somebody-else");
        self.send(&self.signer.post(&other))
    }

    fn send(&self, delivery: &OwnedDelivery) -> Result<u16> {
        let mut request = self
            .client
            .post(format!("{}{}", self.address, delivery.target()));
        for (name, value) in delivery.headers().filter(|(name, _)| *name != "Host") {
            request = request.header(name, value);
        }
        Ok(request.send(delivery.body())?.status().as_u16())
    }
}
