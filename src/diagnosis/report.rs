//! What a diagnosis says.

mod likely;
mod text;

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub use self::likely::Likely;
use super::Cause;
use crate::error::Refusal;

/// Why a delivery was refused, as far as it can be told.
///
/// It is a report for a person, printed by `Display` and serialised for machines. It holds no secret, no signature
/// and nothing that users wrote: hosts, ports, header names, names of parameters that Twilio lists, positions, and the
/// labels given to a [`Context`](super::Context). Nothing in it leads to parameters or an event.
///
/// Printed, its first line says [what was found](Self::summary), its second [what to change](Self::fix), its third how
/// the delivery is refused; the rest follows after a blank line.
///
/// # What is stable
///
/// Serialised, it is an object with the members `verdict`, `summary`, `fix`, `refusal` (`status` and `message`),
/// `causes` and `observations` (each `cause`, `at`, `configured`, `signed`, `meaning`, `remedy`, `option`),
/// `signed_origin`, `key`, `excluded`, `tried_alone`, `likely` (each `what`, `meaning`, `step`), `tries` and
/// `complete`. What is not known is null. The members, verdicts and [codes](Cause::code) keep their names and meaning,
/// and more may come. Everything else is text for people (`summary`, `fix`, `message`, `at`, `meaning`, `remedy`,
/// `option`, `step`), and how many `tries` it took: they may change with any release.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found, in a word.
    pub verdict: Verdict,
    /// What the receiver answers to the delivery. `None` if it accepts it.
    pub refusal: Option<Refusal>,
    /// What makes the signature match, all of it together. Certain: the signature proves it.
    pub causes: Vec<Finding>,
    /// What is wrong with the delivery at first sight, whatever the signature.
    pub observations: Vec<Finding>,
    /// Scheme, host and port of the URL that was signed, if one of them is among the causes: `https://example.com`.
    pub signed_origin: Option<Box<str>>,
    /// The key that made the signature, if it matched.
    pub key: Option<Box<str>>,
    /// What cannot be the matter with this request, whatever else is: nothing in it can have been changed so. Empty
    /// if the signature matched.
    pub excluded: Vec<Cause>,
    /// What was tried with nothing else, and did not make the signature match. Together with something that was not
    /// tried it may be there all the same. Empty if the signature matched.
    pub tried_alone: Vec<Cause>,
    /// What may still be the matter, if nothing made the signature match, with the next step for each, in the order in
    /// which to take them.
    pub likely: Vec<Likely>,
    /// How many HMACs were computed to find that out, at most [`MAX_TRIES`](super::MAX_TRIES).
    pub tries: usize,
    /// Whether all there is to try was tried, or enough to find out.
    pub complete: bool,
}

/// What a diagnosis comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// The receiver accepts the delivery. There is nothing to explain.
    Accepted,
    /// The signature matches as configured, and the delivery is refused for another reason. Names and values are signed
    /// without anything between them, so this does not say that they came from Twilio as they are.
    Signed,
    /// The signature matches once the [causes](Diagnosis::causes) are taken into account.
    Explained,
    /// There is no signature that could be compared.
    Unsigned,
    /// Nothing that was tried makes the signature match.
    Unexplained,
}

impl Verdict {
    /// Says what it means.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Accepted => "The receiver accepts this delivery: there is nothing to mend.",
            Self::Signed => {
                "The signature is right for this URL, key and text. The delivery is refused for another reason; if that is its parameters, Twilio sent them so, or someone split a captured text into other ones."
            }
            Self::Explained => {
                "The signature was made with a key known here. What was signed differs from what the receiver is configured with."
            }
            Self::Unsigned => "There is no signature that could be compared.",
            Self::Unexplained => "Nothing that was tried makes the signature match.",
        }
    }
}

/// A cause, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What is different.
    pub cause: Cause,
    /// Where: the header that led to it, a parameter, a label given to the context.
    pub at: Option<Cow<'static, str>>,
    /// What the receiver is configured with, or what was received, where that can be shown.
    pub configured: Option<Cow<'static, str>>,
    /// What was signed, where that can be shown.
    pub signed: Option<Cow<'static, str>>,
}

impl Finding {
    pub(super) const fn new(cause: Cause) -> Self {
        Self {
            cause,
            at: None,
            configured: None,
            signed: None,
        }
    }

    pub(super) fn at(mut self, at: impl Into<Cow<'static, str>>) -> Self {
        self.at = Some(at.into());
        self
    }

    pub(super) fn differs(
        mut self,
        configured: impl Into<Cow<'static, str>>,
        signed: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.configured = Some(configured.into());
        self.signed = Some(signed.into());
        self
    }
}

impl From<Cause> for Finding {
    fn from(cause: Cause) -> Self {
        Self::new(cause)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Finding", 7)?;
        object.serialize_field("cause", &self.cause)?;
        object.serialize_field("at", &self.at)?;
        object.serialize_field("configured", &self.configured)?;
        object.serialize_field("signed", &self.signed)?;
        object.serialize_field("meaning", self.cause.meaning())?;
        object.serialize_field("remedy", self.cause.remedy())?;
        object.serialize_field("option", self.cause.option())?;
        object.end()
    }
}

/// The answer to a refused delivery, as a report shows it.
struct Answer<'r>(&'r Refusal);

impl Serialize for Answer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Refusal", 2)?;
        object.serialize_field("status", &self.0.status())?;
        object.serialize_field("message", &self.0.to_string())?;
        object.end()
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Diagnosis", 13)?;
        object.serialize_field("verdict", &self.verdict)?;
        object.serialize_field("summary", &self.summary())?;
        object.serialize_field("fix", &self.fix())?;
        object.serialize_field("refusal", &self.refusal.as_ref().map(Answer))?;
        object.serialize_field("causes", &self.causes)?;
        object.serialize_field("observations", &self.observations)?;
        object.serialize_field("signed_origin", &self.signed_origin)?;
        object.serialize_field("key", &self.key)?;
        object.serialize_field("excluded", &self.excluded)?;
        object.serialize_field("tried_alone", &self.tried_alone)?;
        object.serialize_field("likely", &self.likely)?;
        object.serialize_field("tries", &self.tries)?;
        object.serialize_field("complete", &self.complete)?;
        object.end()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n    {}\n    Remedy: {}",
            self.short(),
            self.cause.meaning(),
            self.cause.remedy()
        )
    }
}
