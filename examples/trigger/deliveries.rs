//! The deliveries to send, and what must come back.

use std::error::Error;

use twilio_verify_webhooks::Key;
use twilio_verify_webhooks::testing::{Device, EventBuilder, NegativeCase, OwnedDelivery, Signer};

use crate::arguments::{Change, Options, What};
use crate::send::{Answer, NoAnswer};

/// A delivery, where it goes and what must come back.
#[derive(Clone)]
pub(crate) struct Planned {
    pub(crate) title: String,
    /// What the URL of the request is, query included.
    pub(crate) url: String,
    pub(crate) delivery: OwnedDelivery,
    pub(crate) signed_for: String,
    pub(crate) expected: Expected,
}

#[derive(Clone, Copy)]
pub(crate) enum Expected {
    /// Exactly 200.
    Accepted,
    /// A status from 400 to 499.
    Refused { case: Option<NegativeCase> },
}

/// Plans what the command line asks for.
pub(crate) fn plan(options: &Options) -> Result<Vec<Planned>, Box<dyn Error>> {
    let signer = Signer::new(&options.signed_url, options.key.clone())?;
    let mut device = device(options);
    let mut planned = Vec::new();
    match &options.what {
        What::Event(event_type) => {
            let event = changed(device.event(event_type), &options.changes);
            planned.push(genuine(options, &signer, event));
        }
        What::Scenario => {
            for event in scenario(&mut device) {
                planned.push(genuine(options, &signer, event));
            }
        }
        What::Negative(cases) => {
            if !options.print_curl {
                planned.push(genuine(options, &signer, device.challenge_approved()));
            }
            for case in cases.iter().copied() {
                planned.push(Planned {
                    title: format!("{case}: {}", case.description()),
                    ..addressed(
                        options,
                        &signer,
                        case.delivery_from(&signer, &mut device),
                        Expected::Refused { case: Some(case) },
                    )
                });
            }
        }
    }
    Ok(planned
        .into_iter()
        .flat_map(|delivery| repeated(delivery, options.repeat))
        .collect())
}

fn device(options: &Options) -> Device {
    let device = options.seed.map_or_else(Device::new, Device::from_seed);
    options
        .changes
        .iter()
        .fold(device, |device, change| match change {
            Change::Set(name, value) => match name.as_str() {
                "account_sid" => device.with_account_sid(value),
                "service_sid" => device.with_service_sid(value),
                "entity_identity" => device.with_entity_identity(value),
                "factor_sid" => device.with_factor_sid(value),
                "factor_friendly_name" => device.with_friendly_name(value),
                _ => device,
            },
            Change::Without(_) => device,
        })
}

fn scenario(device: &mut Device) -> [EventBuilder; 5] {
    [
        device.factor_created(),
        device.factor_verified(),
        device.challenge_approved(),
        device.challenge_denied(),
        device.challenge_approved(),
    ]
}

fn changed(event: EventBuilder, changes: &[Change]) -> EventBuilder {
    changes.iter().fold(event, |event, change| match change {
        Change::Set(name, value) => event.parameter(name, value),
        Change::Without(name) => event.without(name),
    })
}

/// Signs an event. One that was changed so that it is none any more must be refused.
fn genuine(options: &Options, signer: &Signer, event: EventBuilder) -> Planned {
    let event = if options.v1 { event.v1() } else { event };
    let delivery = match options.get {
        true => signer.get(&event),
        false => signer.post(&event),
    };
    let name = event.get("type").unwrap_or("no type").to_owned();
    let (title, expected) = match event.build() {
        Ok(_) => (name, Expected::Accepted),
        Err(refusal) => (
            format!("{name}, to be refused: {refusal}"),
            Expected::Refused { case: None },
        ),
    };
    Planned {
        title,
        ..addressed(options, signer, delivery, expected)
    }
}

/// Turns a delivery for the configured URL to the one where the server listens.
fn addressed(
    options: &Options,
    signer: &Signer,
    delivery: OwnedDelivery,
    expected: Expected,
) -> Planned {
    let url = url(&options.url, signer, delivery.target());
    let delivery = delivery.without_header("host");
    let delivery = options
        .headers
        .iter()
        .fold(delivery, |delivery, (name, value)| {
            delivery.with_header_replaced(name, value.as_str())
        });
    let key = match signer.key() {
        Key::SharedKey(key) => format!("SharedKey {} with {}", key.id(), key.algorithm()),
        _ => "the AuthToken".to_owned(),
    };
    Planned {
        title: String::new(),
        url,
        delivery,
        signed_for: format!("{} with {key}", signer.url()),
        expected,
    }
}

/// Adds to the server's URL what a delivery has behind the configured one: the parameters of a GET.
fn url(server: &str, signer: &Signer, target: &str) -> String {
    let configured = signer.post::<&str, &str>([]);
    let added = target.strip_prefix(configured.target()).unwrap_or_default();
    let added = added.trim_start_matches(['?', '&']);
    let (base, _) = server.split_once('#').unwrap_or((server, ""));
    let delimiter = match base.split_once('?') {
        _ if added.is_empty() => "",
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{base}{delimiter}{added}")
}

fn repeated(delivery: Planned, times: u32) -> impl Iterator<Item = Planned> {
    (1..=times).map(move |time| Planned {
        title: match times {
            1 => delivery.title.clone(),
            _ => format!("{} ({time} of {times})", delivery.title),
        },
        ..delivery.clone()
    })
}

impl Planned {
    /// Tells whether the answer is right, and in words why.
    pub(crate) fn verdict(&self, answer: &Result<Answer, NoAnswer>) -> Result<String, String> {
        let case = match self.expected {
            Expected::Refused { case } => case,
            Expected::Accepted => None,
        };
        let status = match answer {
            Ok(answer) => answer.status,
            // A server may stop reading a body that is too large.
            Err(error) if error.is_closed && case == Some(NegativeCase::Oversized) => {
                return Ok("refused by closing the connection".to_owned());
            }
            Err(error) => return Err(error.reason.clone()),
        };
        match (&self.expected, status) {
            (Expected::Accepted, 200) => Ok("accepted".to_owned()),
            (Expected::Accepted, 201..=299) => {
                Err("Twilio takes only 200 for success (error 60330)".to_owned())
            }
            (Expected::Accepted, 403) => Err(format!(
                "expected 200; signed for {}: does the server verify with the same? See --signed-url",
                self.signed_for
            )),
            (Expected::Accepted, 404) => {
                Err("expected 200: is the path of --url right?".to_owned())
            }
            (Expected::Accepted, _) => Err("expected 200".to_owned()),
            (Expected::Refused { case: Some(case) }, 400..=499) if case.status() != status => {
                Ok(format!("refused, {} in this crate", case.status()))
            }
            (Expected::Refused { .. }, 400..=499) => Ok("refused".to_owned()),
            (Expected::Refused { .. }, 200..=299) => {
                Err("ACCEPTED, and must be refused".to_owned())
            }
            (Expected::Refused { .. }, _) => {
                Err("expected a refusal, a status from 400 to 499".to_owned())
            }
        }
    }
}
