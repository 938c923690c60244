//! The report as a person reads it.

use std::fmt;

use super::{Diagnosis, Finding, Likely, Verdict};
use crate::diagnosis::{Cause, MAX_TRIES};

impl Finding {
    /// The code, where it was found, and the difference.
    pub(super) fn short(&self) -> String {
        let mut text = self.cause.code().to_owned();
        if let Some(at) = &self.at {
            text.extend([" (", at, ")"]);
        }
        if let Some(difference) = self.difference() {
            text.extend([": ", &difference]);
        }
        text
    }

    fn difference(&self) -> Option<String> {
        let (configured, signed) = (self.configured.as_ref()?, self.signed.as_ref()?);
        Some(format!("here {configured}, signed {signed}"))
    }
}

impl Diagnosis {
    /// Says in a line what was found.
    #[must_use]
    pub fn summary(&self) -> String {
        let observed = |is: fn(Cause) -> bool| {
            let mut observations = self.observations.iter().map(|finding| finding.cause);
            observations.find(|cause| is(*cause))
        };
        if let Some(neighbour) = observed(Cause::is_neighbour)
            && self.verdict != Verdict::Accepted
        {
            return neighbour.meaning().to_owned();
        }
        let private = observed(|cause| cause == Cause::PrivateUrl);
        let found = match (self.verdict, self.causes.as_slice()) {
            (Verdict::Explained, [finding]) => match (finding.difference(), &finding.at) {
                (Some(difference), _) => format!("{} ({difference})", finding.cause.meaning()),
                (None, Some(at)) => format!("{} ({at})", finding.cause.meaning()),
                (None, None) => finding.cause.meaning().to_owned(),
            },
            (Verdict::Explained, findings) => {
                let shorts: Vec<String> = findings.iter().map(Finding::short).collect();
                let count = findings.len();
                format!(
                    "What was signed differs in {count} ways: {}.",
                    shorts.join("; ")
                )
            }
            (Verdict::Unsigned, _) => match self
                .observations
                .iter()
                .find(|finding| finding.cause.is_of_signature())
            {
                Some(finding) => finding.cause.meaning().to_owned(),
                None => self.verdict.meaning().to_owned(),
            },
            (Verdict::Unexplained, _) if self.telling().is_some() => {
                let telling = self.telling().map_or("", |finding| finding.cause.meaning());
                format!("Nothing that was tried makes the signature match. {telling}")
            }
            (Verdict::Unexplained, _) => {
                let likely = self.most_likely().meaning();
                let mut first = likely.chars();
                let initial = first.next().map(|c| c.to_ascii_lowercase());
                let rest = first.as_str();
                let initial: String = initial.into_iter().collect();
                format!(
                    "Nothing that was tried makes the signature match. Most likely is {initial}{rest}"
                )
            }
            (verdict, _) => verdict.meaning().to_owned(),
        };
        match private {
            Some(private) => format!("{} {found}", private.meaning()),
            None => found,
        }
    }

    /// Says in a line what to change, or what to do next.
    #[must_use]
    pub fn fix(&self) -> String {
        let neighbour = self
            .observations
            .iter()
            .find(|finding| finding.cause.is_neighbour());
        match (self.verdict, neighbour) {
            (Verdict::Accepted, _) => "Nothing to change.".to_owned(),
            (_, Some(neighbour)) => neighbour.cause.remedy().to_owned(),
            (Verdict::Explained, _) => self.remedies(&self.causes),
            (Verdict::Unexplained, _) => match self.telling() {
                Some(finding) => finding.cause.remedy().to_owned(),
                None => self.most_likely().step().to_owned(),
            },
            (verdict, _) => {
                let is_telling = |finding: &&Finding| {
                    let is_of_signature = finding.cause.is_of_signature();
                    finding.cause != Cause::PrivateUrl
                        && (verdict == Verdict::Signed || is_of_signature)
                };
                let first = self.observations.iter().find(is_telling);
                match first.map(std::slice::from_ref).unwrap_or_default() {
                    [] => "See why it is refused: the signature is not the reason.".to_owned(),
                    first => self.remedies(first),
                }
            }
        }
    }

    /// The remedies of some findings, each once. Where pieces of the URL differ there is one for all of them.
    fn remedies(&self, findings: &[Finding]) -> String {
        let mut remedies: Vec<String> = Vec::new();
        let of_url = findings.iter().filter(|finding| finding.cause.is_of_url());
        match (of_url.count(), &self.signed_origin) {
            (0, _) => {}
            (_, Some(origin)) => remedies.push(format!(
                "Configure the receiver (Receiver::builder, --url) with the URL exactly as it is at Twilio: it starts with {origin}."
            )),
            (1, None) => {}
            (_, None) => remedies.push(
                "Configure the receiver (Receiver::builder, --url) with the URL exactly as it is at Twilio.".to_owned(),
            ),
        }
        let says_url = !remedies.is_empty();
        let rest = findings.iter().map(|finding| finding.cause);
        for cause in rest.filter(|cause| !(says_url && cause.is_of_url())) {
            let remedy = cause.remedy().to_owned();
            if !remedies.contains(&remedy) {
                remedies.push(remedy);
            }
        }
        remedies.join(" ")
    }

    /// What is plain to see and explains by itself that nothing matches: what is wrong with a secret, which is known before
    /// it is tried, then another region, then a body that lacks something.
    fn telling(&self) -> Option<&Finding> {
        let rank = |cause: Cause| match cause {
            cause if is_of_secret(cause) => Some(0),
            Cause::OtherRegion => Some(1),
            Cause::BodyLength => Some(2),
            Cause::CharacterLost => Some(3),
            _ => None,
        };
        let ranked = self.observations.iter();
        let ranked = ranked.filter_map(|finding| Some((rank(finding.cause)?, finding)));
        ranked
            .min_by_key(|(rank, _)| *rank)
            .map(|(_, finding)| finding)
    }

    /// What to look at first, given what was seen.
    fn most_likely(&self) -> Likely {
        let sees = |cause: Cause| {
            self.observations
                .iter()
                .any(|finding| finding.cause == cause)
        };
        let has = |likely: Likely| self.likely.contains(&likely);
        let body = [
            Cause::BodyEmpty,
            Cause::BodyLength,
            Cause::CharacterLost,
            Cause::ContentEncoded,
            Cause::ContentTypeJson,
            Cause::ContentTypeMultipart,
        ];
        let of_key = self.observations.iter().any(|finding| {
            is_of_secret(finding.cause)
                || matches!(finding.cause, Cause::OtherRegion | Cause::SharedKeyUnknown)
        });
        match () {
            () if !has(Likely::UnknownUrl) => Likely::Untried,
            () if of_key => Likely::OtherKey,
            () if sees(Cause::PrivateUrl) => Likely::UnknownUrl,
            () if body.into_iter().any(sees) => Likely::AlteredBody,
            () => Likely::UnknownUrl,
        }
    }
}

fn is_of_secret(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::SecretIsSid | Cause::SecretPlaceholder | Cause::SecretIsApiKey | Cause::SecretLength
    )
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.summary())?;
        writeln!(f, "Fix: {}", self.fix())?;
        match &self.refusal {
            Some(refusal) => write!(f, "Refused with {}: {refusal}", refusal.status())?,
            None => write!(f, "Accepted")?,
        }
        if let Some(key) = &self.key {
            write!(f, "; signed with {key}")?;
        }
        writeln!(f)?;
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
            writeln!(f, "\nWhat remains, and the next step for each:")?;
        }
        for likely in &self.likely {
            writeln!(f, "  {}\n    {}", likely.meaning(), likely.step())?;
        }
        for (title, causes) in [
            ("Tried alone, did not explain it", &self.tried_alone),
            ("Excluded", &self.excluded),
        ] {
            if !causes.is_empty() {
                writeln!(f, "\n{title}:")?;
            }
            for row in causes.chunks(6) {
                let row: Vec<&str> = row.iter().map(|cause| cause.code()).collect();
                writeln!(f, "  {}", row.join(", "))?;
            }
        }
        let stopped = if self.complete { "" } else { ", stopped there" };
        write!(f, "\n{} of at most {MAX_TRIES} tries{stopped}", self.tries)
    }
}
