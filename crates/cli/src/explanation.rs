//! A refusal in one sentence, and what to change.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use twilio_verify_webhooks::ServiceSid;
use twilio_verify_webhooks::diagnosis::{Cause, Diagnosis, Finding, Verdict};

use crate::output::visible;
use crate::pieces::Pieces;
use crate::reachable;
use crate::request::Request;
use crate::verification::{Outcome, Verification};

/// Why a request was refused, for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Explanation {
    /// What is the matter.
    pub(crate) sentence: String,
    /// What to change, the most likely first.
    pub(crate) steps: Vec<Step>,
    /// The names of the causes, as the cookbook lists them.
    pub(crate) causes: Vec<String>,
    /// The whole report of the diagnosis.
    pub(crate) diagnosis: Value,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) text: String,
    /// An option, header or command, ready to copy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) command: Option<String>,
}

impl Step {
    fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            command: None,
        }
    }

    fn with(text: impl Into<String>, command: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            command: Some(command.into()),
        }
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)?;
        for step in &self.steps {
            write!(f, "\n  {}", step.text)?;
            for line in step.command.iter().flat_map(|command| command.lines()) {
                write!(f, "\n    {line}")?;
            }
        }
        write!(f, "\nCauses: {}", self.causes.join(", "))
    }
}

/// Explains why a request is refused. Bounded, but costly.
pub(crate) fn explain(
    verification: &Verification,
    request: &Request,
    outcome: &Outcome,
) -> Explanation {
    if request.is_batch() {
        let signed = verification.signed_url(request);
        return of_batch(verification.url(), signed, outcome);
    }
    let diagnosis = verification.diagnose(request);
    let signed = verification.signed_url(request);
    let is_another = |signed: &String| signed != verification.url();
    let signed = signed
        .filter(|_| diagnosis.verdict == Verdict::Explained)
        .filter(is_another);
    let (sentence, steps) = match (&diagnosis.verdict, signed) {
        (_, Some(signed)) => other_url(verification.url(), &signed, &service(request), &diagnosis),
        (Verdict::Explained, None) => by_causes(&diagnosis.causes),
        (Verdict::Unexplained, None) => {
            let (sentence, steps) = unexplained(verification.url(), request, &diagnosis);
            (format!("{}{sentence}", other_refusal(outcome)), steps)
        }
        _ => at_first_sight(&diagnosis, outcome),
    };
    Explanation {
        sentence: visible(&sentence),
        steps,
        causes: causes(&diagnosis),
        diagnosis: serde_json::to_value(&diagnosis).unwrap_or_default(),
    }
}

/// A batch of Event Streams: what is signed is the destination and the hash of the body.
fn of_batch(configured: &str, signed: Option<String>, outcome: &Outcome) -> Explanation {
    let message = outcome.message().unwrap_or_default();
    let (sentence, steps) = match (signed, outcome) {
        (
            Some(signed),
            Outcome::Refused {
                signature: true, ..
            },
        ) => (
            format!("Twilio signed this batch for {signed}, and --url is {configured}."),
            vec![Step::with(
                "Give the destination as it is in the configuration of the sink:",
                format!("--url {}", shlex::try_quote(&signed).unwrap_or_default()),
            )],
        ),
        (
            None,
            Outcome::Refused {
                signature: true, ..
            },
        ) => (
            format!("This batch of Event Streams is refused: {message}."),
            vec![
                Step::new(
                    "Is --url the destination in the configuration of the sink, byte for byte?",
                ),
                Step::new("Is the AuthToken that of the account the sink belongs to?"),
                Step::new("Does anything in between change the body? Its bytes are signed."),
            ],
        ),
        _ => (
            format!("This batch of Event Streams is refused: {message}."),
            Vec::new(),
        ),
    };
    Explanation {
        sentence: visible(&sentence),
        steps,
        causes: Vec::new(),
        diagnosis: Value::Null,
    }
}

fn causes(diagnosis: &Diagnosis) -> Vec<String> {
    let findings = diagnosis.causes.iter().chain(&diagnosis.observations);
    findings
        .map(|finding| finding.cause.code().to_owned())
        .collect()
}

/// The URL that was signed is known, and it is another.
fn other_url(
    configured: &str,
    signed: &str,
    service: &str,
    diagnosis: &Diagnosis,
) -> (String, Vec<Step>) {
    let beside = Pieces::of(configured).beside(&Pieces::of(signed));
    let differing: Vec<&str> = beside
        .iter()
        .filter(|piece| piece.differs())
        .map(|piece| piece.name)
        .collect();
    let others = diagnosis
        .causes
        .iter()
        .filter(|finding| !is_of_url(finding.cause));
    let mut sentence = format!(
        "Twilio signed this delivery for {signed}, and --url is {configured}: the {} {}.",
        joined(&differing),
        if differing.len() == 1 {
            "differs"
        } else {
            "differ"
        },
    );
    let mut steps = vec![
        Step::with(
            "Start listen with the URL that Twilio calls, and give your application the same:",
            format!("verify-webhooks listen --url {}", quoted(signed)),
        ),
        Step::with(
            "Or, if the other URL is the right one, change the webhook at Twilio:",
            format!(
                "verify-webhooks webhooks update YW… --service {service} --url {}",
                quoted(configured)
            ),
        ),
    ];
    if differing
        .iter()
        .any(|piece| ["scheme", "host", "port"].contains(piece))
    {
        steps.push(Step::with(
            "An application that rebuilds the URL from the request needs these from the proxy in front of it (nginx):",
            "proxy_set_header Host $http_host;\nproxy_set_header X-Forwarded-Proto $scheme;",
        ));
    }
    if differing
        .iter()
        .any(|piece| ["path", "query"].contains(piece))
    {
        steps.push(Step::with(
            "An application that rebuilds the URL from the request needs path and query as they came (nginx, without a path or slash after the port):",
            "proxy_pass http://127.0.0.1:3000;",
        ));
    }
    for finding in others {
        sentence.push(' ');
        sentence.push_str(finding.cause.meaning());
        steps.push(Step::new(finding.cause.remedy()));
    }
    (sentence, steps)
}

/// The Service that a request names, for a command. Anyone can have written it.
fn service(request: &Request) -> String {
    let sid = request.param("service_sid");
    let sid = sid.filter(|sid| sid.parse::<ServiceSid>().is_ok());
    sid.map_or_else(|| "VA…".to_owned(), String::from)
}

/// The signature shows what is different, and that is not the URL alone.
fn by_causes(findings: &[Finding]) -> (String, Vec<Step>) {
    let sentences: Vec<String> = findings.iter().map(sentence).collect();
    let steps = findings.iter().map(step).collect();
    (sentences.join(" "), steps)
}

/// The signature matches nothing that was tried.
fn unexplained(configured: &str, request: &Request, diagnosis: &Diagnosis) -> (String, Vec<Step>) {
    let (observed, mut steps) = by_causes(&diagnosis.observations);
    let seen = Pieces::seen(request);
    let here = Pieces::of(configured);
    let mut sentence = String::new();
    if !observed.is_empty() {
        sentence = format!("{observed} ");
    }
    let is_public = reachable::not_from_twilio(&seen.url()).is_none();
    if seen.host != here.host && !seen.host.is_empty() && is_public {
        sentence.push_str(&format!(
            "The request came for the host {} while --url names {}, and no key given here made its signature for either: another AuthToken signed it, its body was changed on the way, or it is forged.",
            seen.host, here.host
        ));
        steps.push(Step::with(
            "If the tunnel has a new address, start listen with it:",
            format!("verify-webhooks listen --url {}", quoted(&seen.url())),
        ));
        steps.push(Step::with(
            "and tell Twilio:",
            format!(
                "verify-webhooks webhooks update YW… --service {} --url {}",
                service(request),
                quoted(&seen.url())
            ),
        ));
    } else {
        sentence.push_str(
            "No key given here made this signature for this URL and body: another AuthToken signed it, the body was changed on the way, or it is forged.",
        );
    }
    steps.push(Step::with(
        "Give the AuthToken of the account, or sub-account, that the Verify Service belongs to:",
        "TWILIO_AUTH_TOKEN=… verify-webhooks listen …",
    ));
    for likely in &diagnosis.likely {
        steps.push(Step::new(likely.meaning()));
    }
    (sentence, steps)
}

/// Says why a delivery is refused, where that is not its signature.
fn other_refusal(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Refused {
            message,
            signature: false,
            ..
        } => format!("The delivery is refused: {message}. "),
        _ => String::new(),
    }
}

/// The signature is not what is wrong, or there is none.
fn at_first_sight(diagnosis: &Diagnosis, outcome: &Outcome) -> (String, Vec<Step>) {
    let (sentence, mut steps) = by_causes(&diagnosis.observations);
    if !sentence.is_empty() {
        return (sentence, steps);
    }
    let message = match outcome {
        Outcome::Refused { message, .. } => message.as_str(),
        Outcome::Accepted { .. } => "accepted",
    };
    if diagnosis.verdict == Verdict::Signed {
        steps.push(Step::new(
            "The signature is right, and the parameters are not an event: if Twilio sent them so, please report it with the copy for a report.",
        ));
    }
    (format!("The delivery is refused: {message}."), steps)
}

/// A finding in words, with what it found.
fn sentence(finding: &Finding) -> String {
    let meaning = finding.cause.meaning().trim_end_matches('.');
    let at = finding
        .at
        .as_deref()
        .map_or(String::new(), |at| format!(" ({at})"));
    match (&finding.configured, &finding.signed) {
        (Some(here), Some(signed)) => format!("{meaning}{at}: here {here}, signed {signed}."),
        _ => format!("{meaning}{at}."),
    }
}

/// What to do about a finding.
fn step(finding: &Finding) -> Step {
    let remedy = finding.cause.remedy();
    match finding.cause {
        Cause::GetDelivery => Step::with(remedy, "--get"),
        Cause::SecretWhiteSpace | Cause::SecretQuotes | Cause::SecretAssignment => {
            Step::with(remedy, "TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef")
        }
        Cause::SignatureMissing => Step::with(remedy, "proxy_pass_request_headers on;"),
        _ => Step::new(remedy),
    }
}

fn is_of_url(cause: Cause) -> bool {
    use Cause::{
        Credentials, Fragment, Host, HostSpelling, IndexPage, OtherUrl, PathCase, PathEscapes,
        PathPrefix, PathRewritten, PathSlashes, Port, QueryEscapes, QueryExtra, QueryMissing,
        QueryOrder, QueryRewritten, QuestionMark, Scheme, TrailingSlashExtra, TrailingSlashMissing,
        UrlNormalised,
    };
    matches!(
        cause,
        Scheme
            | Host
            | HostSpelling
            | Port
            | TrailingSlashMissing
            | TrailingSlashExtra
            | PathPrefix
            | PathRewritten
            | PathCase
            | PathEscapes
            | PathSlashes
            | IndexPage
            | QueryMissing
            | QueryExtra
            | QueryOrder
            | QueryEscapes
            | QueryRewritten
            | QuestionMark
            | Credentials
            | Fragment
            | UrlNormalised
            | OtherUrl
    )
}

fn joined(words: &[&str]) -> String {
    match words {
        [] => "spelling".to_owned(),
        [word] => (*word).to_owned(),
        [first, last] => format!("{first} and {last}"),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Quotes a word for a POSIX shell.
pub(crate) fn quoted(word: &str) -> String {
    shlex::try_quote(word).map_or_else(|_| "…".to_owned(), Cow::into_owned)
}
