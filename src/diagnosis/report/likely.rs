use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// What may be the matter when nothing that was tried makes the signature match, in the order in which to look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Likely {
    /// A URL that nothing here leads to.
    UnknownUrl,
    /// Another key.
    OtherKey,
    /// A change of the body that leaves no trace.
    AlteredBody,
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
            Self::UnknownUrl => "unknown_url",
            Self::OtherKey => "other_key",
            Self::AlteredBody => "altered_body",
            Self::MissingContext => "missing_context",
            Self::Untried => "untried",
            Self::Forgery => "forgery",
        }
    }

    /// Says what it means.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::UnknownUrl => "A URL that nothing here leads to.",
            Self::OtherKey => {
                "Another key: of another account, sub-account or region, an AuthToken since replaced, a secondary one not promoted yet, or the secret of an API key in the AuthToken's place, which signs nothing."
            }
            Self::AlteredBody => {
                "A body that was changed on the way so that nothing tells how: a parameter lost, a value replaced."
            }
            Self::MissingContext => "Something that the request would tell and that was not given.",
            Self::Untried => {
                "Something that was not tried: the bounds of a diagnosis were reached."
            }
            Self::Forgery => "A forgery: then refusing it is right.",
        }
    }

    /// Says what to do next to find out.
    #[must_use]
    pub const fn step(self) -> &'static str {
        match self {
            Self::UnknownUrl => {
                "Read the URL configured at Twilio, in the Console or with the Webhooks resource, and give it: --url for the receiver's, --other-url (Context::other_url) to have it tried."
            }
            Self::OtherKey => {
                "Give another token: --other-token (Context::other_key), one for each account that has a Verify Service."
            }
            Self::AlteredBody => {
                "Capture the raw bytes at the outermost server, before anything parses them, and diagnose those."
            }
            Self::MissingContext => {
                "Give all headers of the request to the context, and its raw path and query to Delivery::target."
            }
            Self::Untried => "Diagnose a shorter request, or with fewer keys.",
            Self::Forgery => "Nothing: keep the refusal.",
        }
    }
}

impl Serialize for Likely {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Likely", 3)?;
        object.serialize_field("what", self.code())?;
        object.serialize_field("meaning", self.meaning())?;
        object.serialize_field("step", self.step())?;
        object.end()
    }
}
