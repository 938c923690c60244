use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Mutex, RwLock};
use std::time::Duration;

use fastrand::Rng;
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{EventBuilder, OwnedDelivery, Signer};
use twilio_verify_webhooks_inbox::Digest;
use ureq::Agent;

use crate::history::{History, What};
use crate::worker::hexadecimal;
use crate::{Result, SIGNED};

/// A delivery, and another one with the same id.
pub(crate) struct Sent {
    pub(crate) id: String,
    real: (OwnedDelivery, String),
    conflict: (OwnedDelivery, String),
}

impl Sent {
    pub(crate) fn make(rng: &mut Rng, number: usize) -> Result<Self> {
        let (url, token) = SIGNED;
        let signer = Signer::new(url, AuthToken::new(token)?)?;
        let event = match rng.u8(..4) {
            0 => EventBuilder::factor_verified(),
            1 => EventBuilder::factor_deleted(),
            2 => EventBuilder::challenge_denied(),
            _ => EventBuilder::challenge_approved(),
        };
        // One uuid in several accounts, now and then.
        let event = event.uuid(format!(
            "uuid-{:06}",
            number - number % 3 * usize::from(rng.bool())
        ));
        let other = event.clone().entity_identity("somebody-else");
        let digest = |event: &EventBuilder| -> Result<String> {
            Ok(hexadecimal(Digest::of(&event.build()?)))
        };
        Ok(Self {
            id: event.build()?.delivery_id().to_string(),
            real: (signer.post(&event), digest(&event)?),
            conflict: (signer.post(&other), digest(&other)?),
        })
    }
}

/// Sends deliveries to endpoints, wherever these are just then.
pub(crate) struct Sender<'s> {
    pub(crate) endpoints: &'s RwLock<Vec<SocketAddr>>,
    pub(crate) history: &'s History,
    pub(crate) acknowledged: &'s Mutex<HashSet<String>>,
    client: Agent,
}

impl<'s> Sender<'s> {
    pub(crate) fn new(
        endpoints: &'s RwLock<Vec<SocketAddr>>,
        history: &'s History,
        acknowledged: &'s Mutex<HashSet<String>>,
    ) -> Self {
        let client = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .build();
        Self {
            endpoints,
            history,
            acknowledged,
            client: client.into(),
        }
    }

    /// Sends an event; or, if it is acknowledged already, now and then another one with its id.
    pub(crate) fn send(&self, sent: &Sent, rng: &mut Rng) {
        let known = self
            .acknowledged
            .lock()
            .expect("no panic")
            .contains(&sent.id);
        let conflict = known && rng.u8(..20) == 0;
        let (delivery, digest) = if conflict { &sent.conflict } else { &sent.real };
        let address = rng
            .choice(&*self.endpoints.read().expect("no panic"))
            .copied();
        let Some(address) = address else { return };
        let mut request = self
            .client
            .post(format!("http://{address}{}", delivery.target()));
        for (name, value) in delivery.headers().filter(|(name, _)| *name != "Host") {
            request = request.header(name, value);
        }
        let status = request
            .send(delivery.body())
            .map_or(0, |response| response.status().as_u16());
        self.history.tell(What::Answered {
            id: sent.id.clone(),
            digest: digest.clone(),
            status,
        });
        if status == 200 && !conflict {
            self.acknowledged
                .lock()
                .expect("no panic")
                .insert(sent.id.clone());
        }
    }
}
