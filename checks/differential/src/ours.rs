//! The answers of this crate.

use twilio_verify_webhooks::signature::{self, SignedUrl};
use twilio_verify_webhooks::verify_events::{BatchError, EventStreamReceiver};
use twilio_verify_webhooks::{ConfigError, Delivery, Receiver, Refusal, SignatureError};

use crate::case::{Case, Layer};

/// Why this crate does not accept a case.
#[derive(Debug, Clone)]
pub(crate) enum Refused {
    /// No key or no URL can be made of what is configured.
    Config(ConfigError),
    Refusal(Refusal),
    Batch(BatchError),
}

impl From<ConfigError> for Refused {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<SignatureError> for Refused {
    fn from(error: SignatureError) -> Self {
        Self::Refusal(error.into())
    }
}

pub(crate) fn answer(case: &Case) -> Result<(), Refused> {
    let key = case.key()?;
    let url = SignedUrl::new(configured(case)).map_err(ConfigError::from)?;
    // What the layer takes is a value; a header that is not there is an empty one.
    let signature = case.signature.as_deref().unwrap_or_default().as_bytes();
    match case.layer {
        Layer::Parameters => signature::verify(&key, &url, case.params.clone(), signature)?,
        Layer::Json => signature::verify_json(&key, &url, &case.body, signature)?,
        Layer::Request => receive(case)?,
        Layer::Batch => receive_batch(case)?,
    }
    Ok(())
}

/// The URL as it would be configured. Twilio appends the hash of a JSON body; the other implementations are given the
/// URL as requested.
fn configured(case: &Case) -> &str {
    let appended = ["?bodySHA256=", "&bodySHA256="]
        .into_iter()
        .filter_map(|start| case.url.rfind(start))
        .max();
    match (case.layer, appended) {
        (Layer::Json, Some(end)) => &case.url[..end],
        _ => &case.url,
    }
}

fn receive_batch(case: &Case) -> Result<(), Refused> {
    let destination = case.destination.as_deref().unwrap_or_default();
    let receiver = EventStreamReceiver::builder(destination)
        .key(case.key()?)
        .build()?;
    let mut delivery = Delivery::new(case.method, &case.body).target("/the/target/does/not/matter");
    if let Some(signature) = &case.signature {
        delivery = delivery.signature(signature);
    }
    if let Some(settings) = &case.settings {
        delivery = delivery.signature_settings(settings);
    }
    match receiver.receive(&delivery).map_err(|refusal| refusal.error) {
        Ok(_) => Ok(()),
        Err(BatchError::Signature(error)) => Err(error.into()),
        Err(error) => Err(Refused::Batch(error)),
    }
}

fn receive(case: &Case) -> Result<(), Refused> {
    let mut builder = Receiver::builder(&*case.url).key(case.key()?);
    if case.method == "GET" {
        builder = builder.accept_get();
    }
    let receiver = builder.build()?;
    let target = format!(
        "/{}",
        case.requested_url()
            .splitn(4, '/')
            .nth(3)
            .unwrap_or_default()
    );
    let mut delivery = Delivery::new(case.method, &case.body).target(&target);
    if let Some(content_type) = &case.content_type {
        delivery = delivery.content_type(content_type);
    }
    if let Some(signature) = &case.signature {
        delivery = delivery.signature(signature);
    }
    if let Some(settings) = &case.settings {
        delivery = delivery.signature_settings(settings);
    }
    receiver
        .receive(&delivery)
        .map(drop)
        .map_err(Refused::Refusal)
}
