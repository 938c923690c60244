//! An answer to "why is it refused?".
//!
//! [`Receiver::diagnose`] takes a delivery that was refused, with whatever else is known about it, and tries named
//! hypotheses on what Twilio signed instead: another scheme, host or port, a trailing slash, a query in another
//! order, a parameter that a framework trimmed or added, another key. What reproduces the signature is certain, and the
//! report says in plain words what it means and what to change. The [`cookbook`] lists every [`Cause`].
//!
//! ```
//! use twilio_verify_webhooks::diagnosis::{Cause, Context, Verdict};
//! use twilio_verify_webhooks::{AuthToken, Delivery, Receiver};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let token = AuthToken::new("0123456789abcdef0123456789abcdef")?;
//! // Twilio calls the public URL, the receiver was built with the one behind the proxy.
//! let signature = token.sign("https://hooks.example.com/webhook", [("type", "factor.created")]);
//! let receiver = Receiver::builder("http://localhost:3000/webhook").auth_token(token).build()?;
//!
//! let headers = [
//!     ("Host", "localhost:3000"),
//!     ("X-Forwarded-Host", "hooks.example.com"),
//!     ("Content-Type", "application/x-www-form-urlencoded"),
//!     ("X-Twilio-Signature", &signature),
//! ];
//! let delivery = Delivery::new("POST", b"type=factor.created").headers(headers);
//! let diagnosis = receiver.diagnose(&delivery, &Context::new().headers(headers));
//!
//! assert_eq!(diagnosis.verdict, Verdict::Explained);
//! let causes: Vec<Cause> = diagnosis.causes.iter().map(|finding| finding.cause).collect();
//! assert_eq!(causes, [Cause::Scheme, Cause::Host, Cause::Port]);
//! println!("{diagnosis}");
//! # Ok(())
//! # }
//! ```
//!
//! `verify-webhooks diagnose`, of the package `twilio-verify-webhooks-cli`, does this for a captured request.
//!
//! # It accepts nothing
//!
//! A report is text for a person. Nothing in it holds parameters or becomes an event, and an explained delivery stays
//! refused until the configuration is mended. Do not act on a [`Verdict`]: even a signature that matches shows only that
//! this text was signed, not where its parameters begin and end, because Twilio signs them without anything in between.
//!
//! # It is for a person
//!
//! Refusing costs a handful of HMACs, a diagnosis up to [`MAX_TRIES`] of them over up to [`MAX_BYTES`] bytes. Do not
//! run it for every refused request, and do not answer a request with it: who may send requests and read reports could
//! find out what a captured signature was made for. Keep the request, and diagnose it yourself.
//!
//! # What it tries
//!
//! First everything as configured, then each difference alone, then those that occur together: what a proxy hides (the
//! scheme; scheme, host and port) with each second difference, two in the URL, two in the body. [`order`] lists the
//! stages and what they take. Two differences of which nothing in the request gives a hint, an unusual port and a
//! left-out parameter for example, are not tried together. What a framework in front of the receiver threw away cannot
//! be brought back; what leaves a trace can, and so can blank parameters and trimmed white space, because few were
//! possible.

mod cause;
mod comparison;
mod context;
mod exclusion;
mod form;
mod location;
mod neighbours;
mod observed;
mod permutations;
mod report;
mod search;
mod secret;
mod tags;
mod urls;
mod ways;

pub use self::cause::Cause;
pub use self::comparison::UrlPiece;
pub use self::context::Context;
pub use self::report::{Diagnosis, Finding, Likely, Verdict};
use self::search::{Candidate, Search};
use self::tags::Tags;
use self::urls::{Changes, Evidence, Urls};
use self::ways::Request;
use crate::algorithm::Algorithm;
use crate::delivery::Delivery;
use crate::error::{ConfigError, Refusal, SignatureError};
use crate::receiver::{
    AccountKeys, AccountReceiver, Endpoint, MatchedKey, Receiver, ReceiverBuilder, key_hint,
};
use crate::signature::{Key, SharedKey};

#[doc = include_str!("diagnosis/cookbook.md")]
pub mod cookbook {}

#[doc = include_str!("diagnosis/order.md")]
pub mod order {}

/// The most HMACs that a diagnosis computes.
pub const MAX_TRIES: usize = 10_000;

/// The most bytes that a diagnosis hashes: 64 MiB.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The longest body whose parameters a diagnosis looks at: 256 KiB. A genuine delivery has a few KiB.
pub const MAX_BODY: usize = 256 * 1024;

/// The longest path and query that a diagnosis looks at: 16 KiB.
pub const MAX_TARGET: usize = 16 * 1024;

impl Receiver {
    /// Finds out why a delivery is refused. See the [module](crate::diagnosis) for what it is for, and what it is
    /// not for.
    #[must_use]
    pub fn diagnose(&self, delivery: &Delivery<'_>, context: &Context<'_>) -> Diagnosis {
        let refusal = self.receive(delivery).err();
        diagnose(self.endpoint(), self.keys(), refusal, delivery, context)
    }
}

impl ReceiverBuilder {
    /// Finds out why a delivery is refused, or would be, by a receiver that cannot be built because its secret makes no
    /// key: a placeholder, a SID, a text of the wrong length. Give that text with [`Context::secret`].
    ///
    /// With a key it is [`Receiver::diagnose`] of the receiver that is built.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if something else than a key is missing or wrong.
    ///
    /// ```
    /// use twilio_verify_webhooks::diagnosis::{Cause, Context};
    /// use twilio_verify_webhooks::{Delivery, Receiver};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let headers = [
    ///     ("Content-Type", "application/x-www-form-urlencoded"),
    ///     ("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    /// ];
    /// let delivery = Delivery::new("POST", b"type=factor.created").headers(headers);
    /// let context = Context::new().headers(headers).secret("${TWILIO_AUTH_TOKEN}");
    ///
    /// let diagnosis = Receiver::builder("https://example.com/webhook").diagnose(&delivery, &context)?;
    /// assert_eq!(diagnosis.observations[0].cause, Cause::SecretPlaceholder);
    /// # Ok(())
    /// # }
    /// ```
    pub fn diagnose(
        &self,
        delivery: &Delivery<'_>,
        context: &Context<'_>,
    ) -> Result<Diagnosis, ConfigError> {
        match self.clone().build() {
            Ok(receiver) => return Ok(receiver.diagnose(delivery, context)),
            Err(ConfigError::NoKey) => {}
            Err(error) => return Err(error),
        }
        // Any key will do to find out what else is wrong: that none matches is known.
        let any = SharedKey::new("diagnosis", "any", Algorithm::HmacSha256)?;
        let receiver = self.clone().shared_key(any).build()?;
        let refusal = match receiver.receive(delivery) {
            Err(refusal) if !matches!(refusal, Refusal::Signature(_)) => refusal,
            Err(Refusal::Signature(error)) if !is_of_keys(&error) => error.into(),
            _ => Refusal::Signature(SignatureError::NoSuchKey {
                algorithm: Algorithm::HmacSha1,
                names_id: false,
            }),
        };
        Ok(diagnose(
            receiver.endpoint(),
            &[],
            Some(refusal),
            delivery,
            context,
        ))
    }
}

/// Tells whether an error depends on which keys there are.
const fn is_of_keys(error: &SignatureError) -> bool {
    matches!(
        error,
        SignatureError::NoSuchKey { .. } | SignatureError::Mismatch { .. }
    )
}

impl AccountReceiver {
    /// Finds out why a delivery is refused with the keys of an account. See the [module](crate::diagnosis) for what
    /// it is for, and what it is not for.
    #[must_use]
    pub fn diagnose(
        &self,
        keys: &AccountKeys,
        delivery: &Delivery<'_>,
        context: &Context<'_>,
    ) -> Diagnosis {
        let refusal = self.receive(delivery, |_| Some(keys)).err();
        diagnose(self.endpoint(), keys.keys(), refusal, delivery, context)
    }
}

fn diagnose(
    endpoint: &Endpoint,
    keys: &[Key],
    refusal: Option<Refusal>,
    delivery: &Delivery<'_>,
    context: &Context<'_>,
) -> Diagnosis {
    let mut diagnosis = Diagnosis {
        verdict: Verdict::Accepted,
        refusal,
        causes: Vec::new(),
        observations: Vec::new(),
        signed_origin: None,
        key: None,
        excluded: Vec::new(),
        tried_alone: Vec::new(),
        likely: Vec::new(),
        tries: 0,
        complete: true,
    };
    if diagnosis.refusal.is_none() {
        return diagnosis;
    }
    let tags = tags(delivery, context);
    diagnosis.observations = observed::observed(endpoint, keys, delivery, context, &tags);
    if tags.tags.is_empty() {
        diagnosis.verdict = Verdict::Unsigned;
        return diagnosis;
    }
    let request = Request::new(endpoint, delivery);
    let request = request.filter(|_| delivery.body.len() <= endpoint.body_limit.min(MAX_BODY));
    let Some(request) = request else {
        diagnosis.verdict = Verdict::Unexplained;
        diagnosis.complete = false;
        diagnosis.likely = vec![Likely::Untried, Likely::Forgery];
        return diagnosis;
    };
    let fragment = endpoint.address.fragment();
    let changes = Changes::new(&Evidence {
        base: &request.base,
        target: delivery.target,
        fragment,
        configured_query: request.configured.query.as_deref(),
        context,
    });
    let urls = Urls::new(&request.base, &changes);
    let (allowed, others) = candidates(keys, delivery, context);
    let outcome = Search::new(&request, urls, &tags.tags, &allowed, &others).run();
    diagnosis.tries = outcome.tries;
    diagnosis.complete = outcome.complete;
    match outcome.found {
        Some(found) => {
            diagnosis.signed_origin = signed_origin(&found);
            diagnosis.causes = with_port(found.findings, &request, &found.variant);
            diagnosis.key = Some(found.key.into());
            diagnosis.verdict = if diagnosis.causes.is_empty() {
                Verdict::Signed
            } else {
                Verdict::Explained
            };
        }
        None => {
            diagnosis.verdict = Verdict::Unexplained;
            let lost = request.form.with_lost_characters().into_iter();
            diagnosis
                .observations
                .extend(lost.map(|at| Finding::new(Cause::CharacterLost).at(at)));
            let unordered = request.form.unordered().into_iter();
            diagnosis
                .observations
                .extend(unordered.map(|at| Finding::new(Cause::JsonOrder).at(at)));
            let mut excluded = exclusion::excluded(&request, fragment, delivery, context);
            excluded.retain(|cause| !outcome.tried_alone.contains(cause));
            diagnosis.excluded = excluded;
            diagnosis.tried_alone = outcome.tried_alone.into_iter().collect();
            diagnosis.likely = likely(delivery, context, outcome.complete);
        }
    }
    diagnosis
}

/// Scheme, host and port that were signed, where one of them is another.
fn signed_origin(found: &search::Match) -> Option<Box<str>> {
    let is_of_origin = |finding: &Finding| {
        matches!(
            finding.cause,
            Cause::Scheme | Cause::Host | Cause::HostSpelling | Cause::Port
        )
    };
    let location = location::Location::new(&found.variant)?;
    let location::Location {
        scheme, host, port, ..
    } = location;
    let origin = found.findings.iter().any(is_of_origin);
    origin.then(|| format!("{scheme}{host}{port}").into_boxed_str())
}

/// Reads every line of the signature header that is known: a delivery keeps the first.
fn tags(delivery: &Delivery<'_>, context: &Context<'_>) -> Tags {
    let lines = delivery.signature;
    let mut known: Vec<&[u8]> = lines.first.into_iter().collect();
    if lines.count > 1 {
        for line in &context.signatures {
            if !known.contains(line) {
                known.push(line);
            }
        }
    }
    Tags::new(&known, lines.count)
}

/// Lists the keys that the receiver may use for the delivery, and all others that are known.
fn candidates<'k>(
    keys: &'k [Key],
    delivery: &Delivery<'_>,
    context: &'k Context<'_>,
) -> (Vec<Candidate<'k>>, Vec<Candidate<'k>>) {
    let settings = key_hint(delivery.signature_settings).ok();
    let (mut allowed, mut others) = (Vec::new(), Vec::new());
    for (position, key) in keys.iter().enumerate() {
        let name = MatchedKey::new(position, key).to_string();
        match settings {
            Some(settings) if settings.allows(key) => allowed.push(Candidate {
                key,
                name,
                findings: Vec::new(),
            }),
            _ => others.push(Candidate {
                key,
                findings: vec![Finding::new(Cause::SettingsHeader).at(name.clone())],
                name,
            }),
        }
    }
    let mut known: Vec<String> = keys.iter().map(fingerprint).collect();
    for offered in &context.keys {
        let key = &offered.key;
        if known.contains(&fingerprint(key)) {
            continue;
        }
        known.push(fingerprint(key));
        let mut findings = offered.findings.clone();
        let is_labelled = findings
            .iter()
            .any(|finding| finding.cause == Cause::OtherKey);
        if !is_labelled
            && !keys.is_empty()
            && !keys
                .iter()
                .any(|known| known.algorithm() == key.algorithm())
        {
            findings.push(Finding::new(Cause::SecretAlgorithm).at(key.algorithm().as_str()));
        } else if findings.is_empty() {
            findings.push(Finding::new(Cause::OtherKey).at("the secret given"));
        }
        let label = findings.iter().find_map(|finding| finding.at.clone());
        let name = match label {
            Some(label) if is_labelled => label.into_owned(),
            _ => format!("the secret given, with {}", key.algorithm()),
        };
        others.push(Candidate {
            key,
            name,
            findings,
        });
    }
    (allowed, others)
}

/// What a key makes of nothing, the same for keys that are the same.
fn fingerprint(key: &Key) -> String {
    key.sign::<&str, &str>("", [])
}

/// Where another host was signed without the configured port, the port is another too.
fn with_port(mut findings: Vec<Finding>, request: &Request<'_>, variant: &str) -> Vec<Finding> {
    let other_host = findings
        .iter()
        .position(|finding| finding.cause == Cause::Host);
    let named = findings.iter().any(|finding| finding.cause == Cause::Port);
    let here = &request.base.port;
    if let (Some(host), false) = (other_host, named || here.is_empty()) {
        let signed = location::Location::new(variant).map(|location| location.port);
        if let Some(signed) = signed.filter(|signed| signed != here) {
            let finding = urls::other_port(here, &signed);
            findings.insert(host.saturating_add(1), finding);
        }
    }
    findings
}

fn likely(delivery: &Delivery<'_>, context: &Context<'_>, complete: bool) -> Vec<Likely> {
    let mut likely = vec![Likely::UnknownUrl, Likely::OtherKey, Likely::AlteredBody];
    if delivery.target.is_none() || context.hosts.is_empty() {
        likely.push(Likely::MissingContext);
    }
    if !complete {
        likely.push(Likely::Untried);
    }
    likely.push(Likely::Forgery);
    likely
}
