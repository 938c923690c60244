use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use super::{Cause, MAX_TRIES};
use crate::error::Refusal;

/// Why a delivery was refused, as far as it can be told.
///
/// It is a report for a person, printed by `Display` and serialised for machines. It holds no secret, no signature
/// and nothing that users wrote: hosts, ports, header names, names of documented parameters, positions, and the
/// labels given to a [`Context`](super::Context). Nothing in it leads to parameters or an event.
///
/// Serialised, it is an object with the members `verdict`, `refusal` (`status` and `message`), `causes` and
/// `observations` (each `cause`, `at`, `configured`, `signed`, `meaning`, `remedy`), `key`, `excluded`, `likely` (each
/// `what`, `meaning`), `tries` and `complete`. What is not known is null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What was found, in a word.
    pub verdict: Verdict,
    /// What the receiver answers to the delivery. `None` if it accepts it.
    #[serde(serialize_with = "refusal")]
    pub refusal: Option<Refusal>,
    /// What makes the signature match, all of it together. Certain: the signature proves it.
    pub causes: Vec<Finding>,
    /// What is wrong with the delivery at first sight, whatever the signature.
    pub observations: Vec<Finding>,
    /// The key that made the signature, if it matched.
    pub key: Option<Box<str>>,
    /// What was tried, alone and in pairs, and did not make the signature match. Empty if something did.
    pub excluded: Vec<Cause>,
    /// What may still be the matter, if nothing made the signature match.
    pub likely: Vec<Likely>,
    /// How many HMACs were computed to find that out, at most [`MAX_TRIES`].
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
                "The signature is right for this URL, key and text. The delivery is refused for another reason; if that is its parameters, Twilio sent them so, or someone cut a captured text into other ones."
            }
            Self::Explained => {
                "The signature was made with a key known here. What was signed differs from what the receiver goes by."
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
    /// What the receiver goes by, or what was received, where that can be shown.
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
        let mut object = serializer.serialize_struct("Finding", 6)?;
        object.serialize_field("cause", &self.cause)?;
        object.serialize_field("at", &self.at)?;
        object.serialize_field("configured", &self.configured)?;
        object.serialize_field("signed", &self.signed)?;
        object.serialize_field("meaning", self.cause.meaning())?;
        object.serialize_field("remedy", self.cause.remedy())?;
        object.end()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.cause)?;
        if let Some(at) = &self.at {
            write!(f, " ({at})")?;
        }
        if let (Some(configured), Some(signed)) = (&self.configured, &self.signed) {
            write!(f, ": here {configured}, signed {signed}")?;
        }
        write!(
            f,
            "\n    {}\n    Remedy: {}",
            self.cause.meaning(),
            self.cause.remedy()
        )
    }
}

/// What may be the matter when nothing that was tried makes the signature match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Likely {
    /// Another key.
    OtherKey,
    /// A change of the body that leaves no trace.
    AlteredBody,
    /// A URL that nothing here leads to.
    UnknownUrl,
    /// Something that the headers, path and query of the request would tell, which were not given.
    MissingContext,
    /// Something that was left out because the bounds of a diagnosis were reached.
    Untried,
    /// A forgery.
    Forgery,
}

impl Likely {
    /// Returns the name by which it is serialised.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OtherKey => "other_key",
            Self::AlteredBody => "altered_body",
            Self::UnknownUrl => "unknown_url",
            Self::MissingContext => "missing_context",
            Self::Untried => "untried",
            Self::Forgery => "forgery",
        }
    }

    /// Says what it means, and how to find out.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::OtherKey => {
                "Another key: of another account or sub-account, an AuthToken since replaced, a secondary one not promoted yet, or the secret of an API key in the AuthToken's place, which signs nothing. Give other keys to the diagnosis to have them tried."
            }
            Self::AlteredBody => {
                "A body that was changed on the way so that nothing tells how: a parameter lost, a value replaced. Compare it with the raw bytes at the outermost server."
            }
            Self::UnknownUrl => {
                "A URL that nothing here leads to. Read the one configured at Twilio, in the Console or with the Webhooks resource."
            }
            Self::MissingContext => {
                "Something that the request would tell: give its headers to the context, and its raw path and query to Delivery::target."
            }
            Self::Untried => {
                "Something that was not tried: the bounds of a diagnosis were reached."
            }
            Self::Forgery => "A forgery: then refusing it is right.",
        }
    }
}

impl Serialize for Likely {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Likely", 2)?;
        object.serialize_field("what", self.code())?;
        object.serialize_field("meaning", self.meaning())?;
        object.end()
    }
}

#[allow(clippy::ref_option, reason = "the signature is serde's")]
fn refusal<S: Serializer>(refusal: &Option<Refusal>, serializer: S) -> Result<S::Ok, S::Error> {
    let Some(refusal) = refusal else {
        return serializer.serialize_none();
    };
    let mut object = serializer.serialize_struct("Refusal", 2)?;
    object.serialize_field("status", &refusal.status())?;
    object.serialize_field("message", &refusal.to_string())?;
    object.end()
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.verdict.meaning())?;
        if let Some(refusal) = &self.refusal {
            writeln!(f, "Refused with {}: {refusal}", refusal.status())?;
        }
        if let Some(key) = &self.key {
            writeln!(f, "Signed with: {key}")?;
        }
        for (title, findings) in [
            ("What the signature shows", &self.causes),
            ("What the request shows", &self.observations),
        ] {
            if !findings.is_empty() {
                writeln!(f, "\n{title}:")?;
            }
            for finding in findings {
                writeln!(f, "  {finding}")?;
            }
        }
        if !self.likely.is_empty() {
            writeln!(f, "\nWhat remains:")?;
        }
        for likely in &self.likely {
            writeln!(f, "  {}", likely.meaning())?;
        }
        if !self.excluded.is_empty() {
            writeln!(f, "\nExcluded:")?;
            for row in self.excluded.chunks(6) {
                let row: Vec<&str> = row.iter().map(|cause| cause.code()).collect();
                writeln!(f, "  {}", row.join(", "))?;
            }
        }
        let stopped = if self.complete { "" } else { ", stopped there" };
        write!(f, "\n{} of at most {MAX_TRIES} tries{stopped}", self.tries)
    }
}
