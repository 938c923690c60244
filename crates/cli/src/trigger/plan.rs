//! The deliveries to send, and what must come back.

use bytes::Bytes;
use http::{Request, Uri};
use twilio_verify_webhooks::Key;
use twilio_verify_webhooks::testing::{
    BatchCase, CloudEventBuilder, Device, EventBuilder, NegativeCase, OwnedDelivery, Signer,
    StartedVerification,
};
use twilio_verify_webhooks::verify_events::VerificationEventType;
use url::Url;

use super::batch;
use crate::arguments::{Change, TriggerArguments};
use crate::output::Failure;
use crate::secrets::unless_secret;

/// A delivery, where it goes and what must come back.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) title: String,
    /// What the URL of the request is, query included.
    pub(super) url: String,
    pub(super) delivery: OwnedDelivery,
    pub(super) signed_for: String,
    pub(super) expected: Expected,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Expected {
    /// Exactly 200.
    Accepted,
    /// A status from 400 to 499.
    Refused { case: Option<NegativeCase> },
    /// A status from 200 to 299, which is all that Event Streams asks for.
    BatchAccepted,
    /// A status from 400 to 599.
    BatchRefused { case: BatchCase },
}

#[derive(Debug, Clone)]
pub(super) enum What {
    Event(String),
    Scenario,
    Negative(Vec<NegativeCase>),
    CloudEvent(String),
    CloudScenario,
    NegativeBatches(Vec<BatchCase>),
}

/// What is asked for, and what it is made of.
pub(super) struct Plan {
    what: What,
    signer: Signer,
    device: Device,
    started: StartedVerification,
    url: String,
    changes: Vec<Change>,
    headers: Vec<(String, String)>,
    is_v1: bool,
    is_get: bool,
    is_printed: bool,
    times: u32,
    is_distinct: bool,
}

impl Plan {
    pub(super) fn new(arguments: &TriggerArguments) -> Result<Self, Failure> {
        let what = what(arguments)?;
        check_fit(arguments, &what)?;
        let environment = arguments.key.token.environment()?;
        let key = arguments.key.key(&environment)?;
        let url = arguments
            .url
            .clone()
            .ok_or_else(|| Failure::usage("expected --url URL: where the server is"))?;
        check_url(&url)?;
        let signed_url = arguments.signed_url.as_ref().unwrap_or(&url);
        let signer = Signer::new(signed_url, key).map_err(Failure::usage)?;
        let device = arguments.seed.map_or_else(Device::new, Device::from_seed);
        let started = arguments
            .seed
            .map_or_else(StartedVerification::new, StartedVerification::from_seed);
        Ok(Self {
            started: changed_verification(started, &arguments.parameters.of_device()),
            device: changed_device(device, &arguments.parameters.of_device()),
            what,
            signer,
            url,
            changes: arguments.parameters.changes(),
            headers: arguments.header.clone(),
            is_v1: arguments.v1,
            is_get: arguments.get,
            is_printed: arguments.print_curl,
            times: arguments.repeat.unwrap_or(1),
            is_distinct: arguments.distinct,
        })
    }

    pub(super) fn what(&self) -> &What {
        &self.what
    }

    /// Plans all there is to send, repetitions after what they repeat.
    pub(super) fn all(&mut self) -> Result<Vec<Planned>, Failure> {
        let times = self.times;
        let numbered = |planned: Planned, time: u32| match times {
            1 => planned,
            _ => Planned {
                title: format!("{} ({time} of {times})", planned.title),
                ..planned
            },
        };
        let mut all = Vec::new();
        if self.is_distinct {
            for time in 1..=times {
                all.extend(
                    self.once()
                        .into_iter()
                        .map(|planned| numbered(planned, time)),
                );
            }
        } else {
            for planned in self.once() {
                all.extend((1..=times).map(|time| numbered(planned.clone(), time)));
            }
        }
        Ok(all)
    }

    /// Plans each delivery once, with values of its own.
    pub(super) fn once(&mut self) -> Vec<Planned> {
        match self.what.clone() {
            What::Event(event_type) => {
                let event = self.device.event(event_type);
                vec![self.genuine(changed(event, &self.changes))]
            }
            What::Scenario => {
                let story = scenario(&mut self.device);
                story.into_iter().map(|event| self.genuine(event)).collect()
            }
            What::Negative(cases) => self.negatives(cases),
            What::CloudEvent(event_type) => {
                // Another verification each time, as a challenge is another.
                let event = batch::event(&mut self.started, &event_type, &self.changes);
                vec![self.batch(event_type, &[event])]
            }
            What::CloudScenario => {
                let story = batch::scenario(&mut self.started).into_iter();
                story
                    .map(|events| self.batch(batch::title(&events), &events))
                    .collect()
            }
            What::NegativeBatches(cases) => self.negative_batches(&cases),
        }
    }

    fn negatives(&mut self, cases: Vec<NegativeCase>) -> Vec<Planned> {
        let mut planned = Vec::new();
        if !self.is_printed {
            let event = self.device.challenge_approved();
            planned.push(self.genuine(event));
        }
        for case in cases {
            let delivery = case.delivery_from(&self.signer, &mut self.device);
            let title = format!("{case}: {}", case.description());
            let expected = Expected::Refused { case: Some(case) };
            planned.push(self.addressed(title, delivery, expected));
        }
        planned
    }

    /// Signs a batch of events.
    fn batch(&self, title: String, events: &[CloudEventBuilder]) -> Planned {
        let delivery = self.signer.post_events(events);
        self.addressed(title, delivery, Expected::BatchAccepted)
    }

    fn negative_batches(&mut self, cases: &[BatchCase]) -> Vec<Planned> {
        let mut planned = Vec::new();
        if !self.is_printed {
            let event = self.started.verification(VerificationEventType::Approved);
            planned.push(self.batch("a batch in order".to_owned(), &[event]));
        }
        planned.extend(cases.iter().map(|&case| {
            let title = format!("{case}: {}", case.description());
            self.addressed(
                title,
                case.delivery(&self.signer),
                Expected::BatchRefused { case },
            )
        }));
        planned
    }

    /// Signs an event. One that was changed so that it is none any more must be refused.
    fn genuine(&self, event: EventBuilder) -> Planned {
        let event = if self.is_v1 { event.v1() } else { event };
        let delivery = match self.is_get {
            true => self.signer.get(&event),
            false => self.signer.post(&event),
        };
        let name = event.get("type").unwrap_or("no type").to_owned();
        let (title, expected) = match event.build() {
            Ok(_) => (name, Expected::Accepted),
            Err(refusal) => (
                format!("{name}, to be refused: {refusal}"),
                Expected::Refused { case: None },
            ),
        };
        self.addressed(title, delivery, expected)
    }

    /// Turns a delivery for the configured URL to the one where the server is.
    fn addressed(&self, title: String, delivery: OwnedDelivery, expected: Expected) -> Planned {
        let url = with_query(&self.url, &self.signer, delivery.target());
        let delivery = delivery.without_header("host");
        let given = self.headers.iter();
        let delivery = given.clone().fold(delivery, |delivery, (name, _)| {
            delivery.without_header(name)
        });
        let delivery = given.fold(delivery, |delivery, (name, value)| {
            delivery.with_header(name, value.as_str())
        });
        let key = match self.signer.key() {
            Key::SharedKey(key) => format!("SharedKey {} with {}", key.id(), key.algorithm()),
            _ => "the AuthToken".to_owned(),
        };
        Planned {
            title,
            url,
            delivery,
            signed_for: format!("{} with {key}", self.signer.url()),
            expected,
        }
    }
}

impl Planned {
    /// Makes the request that is sent.
    pub(super) fn request(&self) -> Result<Request<Bytes>, Failure> {
        let uri: Uri = self
            .url
            .parse()
            .map_err(|error| Failure::usage(format!("--url cannot be requested: {error}")))?;
        let request = self.delivery.clone().into_request();
        let request = request
            .map_err(|error| Failure::usage(format!("the request cannot be sent: {error}")))?;
        let mut request = request.map(Bytes::from);
        *request.uri_mut() = uri;
        Ok(request)
    }
}

fn what(arguments: &TriggerArguments) -> Result<What, Failure> {
    if let Some(event_type) = &arguments.event {
        return Ok(match batch::is_cloud_event(event_type) {
            true => What::CloudEvent(event_type.clone()),
            false => What::Event(event_type.clone()),
        });
    }
    match arguments.negative.as_deref() {
        _ if arguments.scenario && arguments.verify_events => Ok(What::CloudScenario),
        Some(name) if arguments.verify_events => match batch::cases(name) {
            Some(cases) => Ok(What::NegativeBatches(cases)),
            None => Err(Failure::usage(format!(
                "no negative batch is called {}: see --verify-events --negative list",
                unless_secret(name)
            ))),
        },
        _ if arguments.scenario => Ok(What::Scenario),
        Some("all") => Ok(What::Negative(NegativeCase::ALL.to_vec())),
        Some(name) => match name.parse() {
            Ok(case) => Ok(What::Negative(vec![case])),
            Err(_) => Err(Failure::usage(format!(
                "no negative delivery is called {}: see --negative list",
                unless_secret(name)
            ))),
        },
        None => Err(Failure::usage(
            "expected an event such as challenge.approved, --scenario or --negative NAME",
        )),
    }
}

/// Checks that no option was given that would have no effect.
fn check_fit(arguments: &TriggerArguments, what: &What) -> Result<(), Failure> {
    let (option, is_negative) = match what {
        What::Event(_) => return Ok(()),
        What::CloudEvent(_) => ("EVENT", false),
        What::Scenario | What::CloudScenario => ("--scenario", false),
        What::Negative(_) | What::NegativeBatches(_) => ("--negative", true),
    };
    let is_of_streams = matches!(
        what,
        What::CloudEvent(_) | What::CloudScenario | What::NegativeBatches(_)
    );
    if is_of_streams && (arguments.v1 || arguments.get) {
        let option = if arguments.v1 { "--v1" } else { "--get" };
        return Err(Failure::usage(format!(
            "{option} does not go with Event Streams"
        )));
    }
    if let What::CloudEvent(_) = what {
        return Ok(());
    }
    let misfit = [
        ("--v1", arguments.v1 && is_negative),
        ("--get", arguments.get && is_negative),
        ("--repeat", arguments.repeat.is_some() && is_negative),
    ]
    .into_iter()
    .find(|&(_, is_misfit)| is_misfit)
    .map(|(name, _)| name.to_owned())
    .or_else(|| arguments.parameters.misfit());
    match misfit {
        None => Ok(()),
        Some(misfit) => Err(Failure::usage(format!(
            "{misfit} does not go with {option}"
        ))),
    }
}

fn check_url(url: &str) -> Result<(), Failure> {
    match Url::parse(url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => Ok(()),
        _ => Err(Failure::usage(
            "expected --url to start with http:// or https:// and a host",
        )),
    }
}

fn changed_device(device: Device, of_device: &[(&str, &str)]) -> Device {
    of_device
        .iter()
        .fold(device, |device, &(name, value)| match name {
            "account_sid" => device.with_account_sid(value),
            "service_sid" => device.with_service_sid(value),
            "entity_identity" => device.with_entity_identity(value),
            "factor_sid" => device.with_factor_sid(value),
            "factor_friendly_name" => device.with_friendly_name(value),
            _ => device,
        })
}

fn changed_verification(
    started: StartedVerification,
    given: &[(&str, &str)],
) -> StartedVerification {
    given
        .iter()
        .fold(started, |started, &(name, value)| match name {
            "account_sid" => started.with_account_sid(value),
            "service_sid" => started.with_service_sid(value),
            _ => started,
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

/// Adds to the server's URL what a delivery has after the configured one: the parameters of a GET.
fn with_query(server: &str, signer: &Signer, target: &str) -> String {
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
