//! What the command line asks for.

use std::env;
use std::ffi::OsString;

use lexopt::{Arg, Error, Parser, ValueExt as _};
use twilio_verify_webhooks::testing::NegativeCase;
use twilio_verify_webhooks::{Algorithm, AuthToken, Key, SharedKey};

pub(crate) const HELP: &str = "\
Sends signed, realistic Twilio Verify Push webhooks to a running server.

Usage: cargo run --example trigger -- EVENT --url URL [OPTIONS]
       cargo run --example trigger -- --scenario --url URL [OPTIONS]
       cargo run --example trigger -- --negative NAME --url URL [OPTIONS]

EVENT is factor.created, factor.verified, factor.deleted, challenge.approved,
challenge.denied, or any type that Twilio may add.

What to send:
  --v1                  without the parameters that version 2 added
  --get                 as GET, the parameters in the query
  --repeat N            the same delivery N times, as Twilio repeats one
  --scenario            a user's story: factor created and verified, then three
                        challenges approved, denied and approved
  --negative NAME       a delivery that must be refused, behind a genuine one;
                        `all` for each, `list` to see their names
  --seed N              the same values in every run

Where to:
  --url URL             the server, such as http://127.0.0.1:3000/webhook
  --signed-url URL      the URL as configured at Twilio, where it differs
  --header NAME:VALUE   a further request header; may be repeated
  --print-curl          print commands for a shell instead of sending

Key:
  --token TOKEN         the AuthToken; without it, TWILIO_AUTH_TOKEN is read
  --shared-key ID       sign with this SharedKey instead
  --secret SECRET       its secret; without it, TWILIO_SHARED_KEY_SECRET is read
  --algorithm NAME      HMAC_SHA256 (default) or HMAC_SHA1

Parameters, made up unless given:
  --uuid, --account-sid, --service-sid, --entity-identity, --factor-sid,
  --factor-type, --factor-friendly-name, --factor-metadata, --challenge-sid,
  --challenge-details, --challenge-hidden-details, --challenge-metadata
  --param NAME=VALUE    sets or adds any parameter; may be repeated
  --without NAME        leaves one out; may be repeated
With --scenario and --negative: only --account-sid, --service-sid,
--entity-identity, --factor-sid and --factor-friendly-name.

Exits with 0 if every genuine delivery was answered with 200 and every negative
one refused (400 to 499), with 1 if not, with 2 if called wrongly.
";

/// The parameters that have an option of their own.
const PARAMETERS: [&str; 12] = [
    "uuid",
    "account_sid",
    "service_sid",
    "entity_identity",
    "factor_sid",
    "factor_type",
    "factor_friendly_name",
    "factor_metadata",
    "challenge_sid",
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
];

/// Those that all events of a device have in common.
const OF_DEVICE: [&str; 5] = [
    "account_sid",
    "service_sid",
    "entity_identity",
    "factor_sid",
    "factor_friendly_name",
];

/// How often a delivery may be repeated.
const MOST_REPEATS: u32 = 1000;

pub(crate) enum Command {
    Help,
    ListNegatives,
    Send(Box<Options>),
}

pub(crate) enum What {
    Event(String),
    Scenario,
    Negative(Vec<NegativeCase>),
}

/// A change to the parameters that are made up.
pub(crate) enum Change {
    Set(String, String),
    Without(String),
}

pub(crate) struct Options {
    pub(crate) what: What,
    pub(crate) url: String,
    pub(crate) signed_url: String,
    pub(crate) key: Key,
    pub(crate) changes: Vec<Change>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) v1: bool,
    pub(crate) get: bool,
    pub(crate) repeat: u32,
    pub(crate) seed: Option<u64>,
    pub(crate) print_curl: bool,
}

impl Options {
    pub(crate) fn is_negative(&self) -> bool {
        matches!(self.what, What::Negative(_))
    }

    /// Whether a line for each delivery is enough.
    pub(crate) fn is_brief(&self) -> bool {
        matches!(&self.what, What::Negative(cases) if cases.len() > 1)
    }
}

/// Options as they are given, before it is known what they add up to.
#[derive(Default)]
struct Given {
    event: Option<String>,
    scenario: bool,
    negative: Option<String>,
    url: Option<String>,
    signed_url: Option<String>,
    token: Option<String>,
    shared_key: Option<String>,
    secret: Option<String>,
    algorithm: Option<Algorithm>,
    changes: Vec<Change>,
    headers: Vec<(String, String)>,
    v1: bool,
    get: bool,
    repeat: Option<u32>,
    seed: Option<u64>,
    print_curl: bool,
}

pub(crate) fn parse(mut arguments: Parser) -> Result<Command, Error> {
    let mut given = Given::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("help") | Arg::Short('h') => return Ok(Command::Help),
            Arg::Long("scenario") => given.scenario = true,
            Arg::Long("v1") => given.v1 = true,
            Arg::Long("get") => given.get = true,
            Arg::Long("print-curl") => given.print_curl = true,
            Arg::Long("negative") => given.negative = Some(arguments.value()?.string()?),
            Arg::Long("url") => given.url = Some(arguments.value()?.string()?),
            Arg::Long("signed-url") => given.signed_url = Some(arguments.value()?.string()?),
            Arg::Long("token") => given.token = Some(arguments.value()?.string()?),
            Arg::Long("shared-key") => given.shared_key = Some(arguments.value()?.string()?),
            Arg::Long("secret") => given.secret = Some(arguments.value()?.string()?),
            Arg::Long("algorithm") => {
                given.algorithm = Some(arguments.value()?.parse_with(algorithm)?);
            }
            Arg::Long("repeat") => given.repeat = Some(arguments.value()?.parse_with(repeat)?),
            Arg::Long("seed") => given.seed = Some(arguments.value()?.parse()?),
            Arg::Long("header") => {
                let (name, value) = pair(arguments.value()?, ':')?;
                given.headers.push((name, value.trim().to_owned()));
            }
            Arg::Long("param") => {
                let (name, value) = pair(arguments.value()?, '=')?;
                given.changes.push(Change::Set(name, value));
            }
            Arg::Long("without") => {
                let name = arguments.value()?.string()?;
                given.changes.push(Change::Without(name));
            }
            Arg::Long(option) => {
                let name = option.replace('-', "_");
                if option.contains('_') || !PARAMETERS.contains(&&*name) {
                    return Err(argument.unexpected());
                }
                let value = arguments.value()?.string()?;
                given.changes.push(Change::Set(name, value));
            }
            Arg::Value(event) if given.event.is_none() => given.event = Some(event.string()?),
            _ => return Err(argument.unexpected()),
        }
    }
    if given.negative.as_deref() == Some("list") {
        return Ok(Command::ListNegatives);
    }
    given
        .complete()
        .map(|options| Command::Send(Box::new(options)))
}

fn algorithm(name: &str) -> Result<Algorithm, &'static str> {
    [Algorithm::HmacSha1, Algorithm::HmacSha256]
        .into_iter()
        .find(|algorithm| algorithm.as_str().eq_ignore_ascii_case(name))
        .ok_or("expected HMAC_SHA1 or HMAC_SHA256")
}

fn repeat(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(times @ 1..=MOST_REPEATS) => Ok(times),
        _ => Err(format!("expected a number from 1 to {MOST_REPEATS}")),
    }
}

/// Cuts `NAME:VALUE` or `NAME=VALUE`.
fn pair(argument: OsString, delimiter: char) -> Result<(String, String), Error> {
    argument.parse_with(|text| match text.split_once(delimiter) {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err(format!("expected NAME{delimiter}VALUE")),
    })
}

impl Given {
    fn complete(self) -> Result<Options, Error> {
        let what = self.what()?;
        self.check_fit(&what)?;
        let key = self.key()?;
        let url = self
            .url
            .ok_or("expected --url URL: where the server listens")?;
        if !self.print_curl && !url.starts_with("http://") {
            return Err(
                "expected --url to start with http://; for https, print the command with --print-curl, \
                 or connect to the server itself and give the public URL as --signed-url"
                    .into(),
            );
        }
        Ok(Options {
            what,
            signed_url: self.signed_url.unwrap_or_else(|| url.clone()),
            url,
            key,
            changes: self.changes,
            headers: self.headers,
            v1: self.v1,
            get: self.get,
            repeat: self.repeat.unwrap_or(1),
            seed: self.seed,
            print_curl: self.print_curl,
        })
    }

    fn what(&self) -> Result<What, Error> {
        match (&self.event, self.scenario, &self.negative) {
            (Some(event), false, None) => Ok(What::Event(event.clone())),
            (None, true, None) => Ok(What::Scenario),
            (None, false, Some(name)) if name == "all" => {
                Ok(What::Negative(NegativeCase::ALL.to_vec()))
            }
            (None, false, Some(name)) => match name.parse() {
                Ok(case) => Ok(What::Negative(vec![case])),
                Err(_) => Err(format!(
                    "no negative delivery is called {name}: see --negative list"
                )
                .into()),
            },
            (None, false, None) => Err(
                "expected an event such as challenge.approved, --scenario or --negative NAME"
                    .into(),
            ),
            _ => Err("expected only one of an event, --scenario and --negative".into()),
        }
    }

    /// Checks that no option was given that would have no effect.
    fn check_fit(&self, what: &What) -> Result<(), Error> {
        let (option, is_negative) = match what {
            What::Event(_) => return Ok(()),
            What::Scenario => ("--scenario", false),
            What::Negative(_) => ("--negative", true),
        };
        let misfit = [
            ("--v1", self.v1 && is_negative),
            ("--get", self.get && is_negative),
            ("--repeat", self.repeat.is_some() && is_negative),
        ]
        .into_iter()
        .find(|&(_, is_misfit)| is_misfit)
        .map(|(name, _)| name.to_owned())
        .or_else(|| self.changes.iter().find_map(Change::misfit));
        match misfit {
            None => Ok(()),
            Some(misfit) => Err(format!("{misfit} does not go with {option}").into()),
        }
    }

    fn key(&self) -> Result<Key, Error> {
        let secret = |given: &Option<String>, variable: &str| {
            given
                .clone()
                .or_else(|| env::var(variable).ok())
                .filter(|secret| !secret.is_empty())
        };
        let key = match &self.shared_key {
            Some(id) => {
                let secret = secret(&self.secret, "TWILIO_SHARED_KEY_SECRET").ok_or(
                    "expected --secret or TWILIO_SHARED_KEY_SECRET: the secret of the SharedKey",
                )?;
                let algorithm = self.algorithm.unwrap_or(Algorithm::HmacSha256);
                SharedKey::new(id, &secret, algorithm).map(Key::from)
            }
            None if self.secret.is_some() || self.algorithm.is_some() => {
                return Err("--secret and --algorithm go with --shared-key".into());
            }
            None => {
                let token = secret(&self.token, "TWILIO_AUTH_TOKEN").ok_or(
                    "expected TWILIO_AUTH_TOKEN, --token or --shared-key: what the server verifies with",
                )?;
                AuthToken::new(&token).map(Key::from)
            }
        };
        key.map_err(|error| Error::Custom(error.into()))
    }
}

impl Change {
    /// The option, if it is not about the device.
    fn misfit(&self) -> Option<String> {
        match self {
            Self::Set(name, _) if OF_DEVICE.contains(&&**name) => None,
            Self::Set(name, _) if PARAMETERS.contains(&&**name) => {
                Some(format!("--{}", name.replace('_', "-")))
            }
            Self::Set(..) => Some("--param".to_owned()),
            Self::Without(_) => Some("--without".to_owned()),
        }
    }
}
