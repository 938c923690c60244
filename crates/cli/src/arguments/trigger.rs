use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::{SigningKey, pair};

/// Sends signed, realistic deliveries to a server and checks its answers.
///
/// The answer is yes if every genuine delivery was answered with 200 and every negative one refused:
/// a status from 400 to 499, of batches from 400 to 599.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").args(["event", "scenario", "negative"]))]
pub(crate) struct TriggerArguments {
    /// factor.created, factor.verified, factor.deleted, challenge.approved, challenge.denied, or any type that Twilio may
    /// add. One that starts with com.twilio. is sent as Event Streams does, as
    /// com.twilio.accountsecurity.verify.verification.approved; --param then sets members of its data.
    #[arg(value_name = "EVENT")]
    pub(crate) event: Option<String>,
    /// A user's story: factor created and verified, then three challenges approved, denied and approved.
    #[arg(long)]
    pub(crate) scenario: bool,
    /// A delivery that must be refused, after a genuine one; `all` for each, `list` to see their names.
    #[arg(long, value_name = "NAME")]
    pub(crate) negative: Option<String>,
    /// With --scenario and --negative: batches of Verify Events, as Event Streams delivers them.
    #[arg(long)]
    pub(crate) verify_events: bool,
    /// Leaves out the parameters that version 2 added.
    #[arg(long)]
    pub(crate) v1: bool,
    /// Sends a GET, the parameters in the query.
    #[arg(long)]
    pub(crate) get: bool,
    /// Makes the same values up in every run.
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Prints JSON: a line for each delivery, then one with the counts.
    #[arg(long)]
    pub(crate) json: bool,
    /// Prints commands for a shell instead of sending.
    #[arg(long, conflicts_with_all = ["rate", "concurrency", "json"])]
    pub(crate) print_curl: bool,

    /// Where the server is, such as http://127.0.0.1:3000/webhook or the public URL.
    #[arg(long, value_name = "URL", help_heading = "Where to")]
    pub(crate) url: Option<String>,
    /// The URL as configured at Twilio, where it differs.
    #[arg(long, value_name = "URL", help_heading = "Where to")]
    pub(crate) signed_url: Option<String>,
    /// A further request header; may be repeated.
    #[arg(long, value_name = "NAME:VALUE", value_parser = header, help_heading = "Where to")]
    pub(crate) header: Vec<(String, String)>,
    /// Trusts the certificates in a PEM file besides Mozilla's, as for a proxy on this machine.
    #[arg(long, value_name = "FILE", help_heading = "Where to")]
    pub(crate) ca_file: Option<PathBuf>,

    /// Sends the delivery N times, as Twilio repeats one.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=MOST_REPEATS), help_heading = "How often")]
    pub(crate) repeat: Option<u32>,
    /// Makes each repetition another delivery, with a uuid of its own.
    #[arg(long, requires = "repeat", help_heading = "How often")]
    pub(crate) distinct: bool,
    /// Sends R deliveries a second, on time whether or not answers came; 0.1 is one in ten seconds.
    #[arg(long, value_name = "R", value_parser = rate, requires = "repeat", help_heading = "How often")]
    pub(crate) rate: Option<f64>,
    /// Leaves at most N deliveries unanswered at a time: later ones wait, and their wait counts as latency. Without
    /// --rate, N are sent at once, and the next with each answer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000), requires = "repeat", help_heading = "How often")]
    pub(crate) concurrency: Option<u16>,

    #[command(flatten)]
    pub(crate) key: SigningKey,
    #[command(flatten)]
    pub(crate) parameters: ParameterArguments,
}

/// How often a delivery may be repeated.
const MOST_REPEATS: i64 = 10_000_000;

/// Made up unless given. With --scenario and --negative, only those of the device.
#[derive(Debug, Args)]
#[command(next_help_heading = "Parameters, made up unless given")]
pub(crate) struct ParameterArguments {
    /// What identifies the delivery.
    #[arg(long, value_name = "TEXT")]
    uuid: Option<String>,
    /// The account. Also with --scenario and --negative.
    #[arg(long, value_name = "SID")]
    account_sid: Option<String>,
    /// The Verify Service. Also with --scenario and --negative.
    #[arg(long, value_name = "SID")]
    service_sid: Option<String>,
    /// The user. Also with --scenario and --negative.
    #[arg(long, value_name = "TEXT")]
    entity_identity: Option<String>,
    /// The factor. Also with --scenario and --negative.
    #[arg(long, value_name = "SID")]
    factor_sid: Option<String>,
    /// The kind of factor.
    #[arg(long, value_name = "TEXT")]
    factor_type: Option<String>,
    /// What the device calls itself. Also with --scenario and --negative.
    #[arg(long, value_name = "TEXT")]
    factor_friendly_name: Option<String>,
    /// What the device added when the factor was made.
    #[arg(long, value_name = "JSON")]
    factor_metadata: Option<String>,
    /// The challenge.
    #[arg(long, value_name = "SID")]
    challenge_sid: Option<String>,
    /// What the user was shown.
    #[arg(long, value_name = "JSON")]
    challenge_details: Option<String>,
    /// What the backend added for itself.
    #[arg(long, value_name = "JSON")]
    challenge_hidden_details: Option<String>,
    /// What the device added to its answer.
    #[arg(long, value_name = "JSON")]
    challenge_metadata: Option<String>,
    /// Sets or adds any parameter; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parameter)]
    param: Vec<(String, String)>,
    /// Leaves a parameter out; may be repeated.
    #[arg(long, value_name = "NAME")]
    without: Vec<String>,
}

/// A change to the parameters that are made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Set(String, String),
    Without(String),
}

impl ParameterArguments {
    /// Returns the parameters that all events of a device have in common.
    pub(crate) fn of_device(&self) -> Vec<(&'static str, &str)> {
        given([
            ("account_sid", &self.account_sid),
            ("service_sid", &self.service_sid),
            ("entity_identity", &self.entity_identity),
            ("factor_sid", &self.factor_sid),
            ("factor_friendly_name", &self.factor_friendly_name),
        ])
    }

    /// Returns those of a single event that have an option of their own.
    fn of_event(&self) -> Vec<(&'static str, &str)> {
        given([
            ("uuid", &self.uuid),
            ("factor_type", &self.factor_type),
            ("factor_metadata", &self.factor_metadata),
            ("challenge_sid", &self.challenge_sid),
            ("challenge_details", &self.challenge_details),
            ("challenge_hidden_details", &self.challenge_hidden_details),
            ("challenge_metadata", &self.challenge_metadata),
        ])
    }

    /// Returns all changes to a single event.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let named = self.of_device().into_iter().chain(self.of_event());
        let named = named.map(|(name, value)| Change::Set(name.to_owned(), value.to_owned()));
        let param = self.param.iter().cloned();
        named
            .chain(param.map(|(name, value)| Change::Set(name, value)))
            .chain(self.without.iter().cloned().map(Change::Without))
            .collect()
    }

    /// Returns the first option given that is not about a device.
    pub(crate) fn misfit(&self) -> Option<String> {
        let named = self.of_event().into_iter().next();
        named
            .map(|(name, _)| format!("--{}", name.replace('_', "-")))
            .or_else(|| self.param.first().map(|_| "--param".to_owned()))
            .or_else(|| self.without.first().map(|_| "--without".to_owned()))
    }
}

fn given<'a, const N: usize>(
    parameters: [(&'static str, &'a Option<String>); N],
) -> Vec<(&'static str, &'a str)> {
    let given = parameters.into_iter();
    given
        .filter_map(|(name, value)| Some((name, value.as_deref()?)))
        .collect()
}

pub(super) fn header(text: &str) -> Result<(String, String), String> {
    pair(text, ':').map(|(name, value)| (name, value.trim().to_owned()))
}

fn parameter(text: &str) -> Result<(String, String), String> {
    pair(text, '=')
}

fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.001..=100_000.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0.001 to 100000".to_owned()),
    }
}
