use super::Parameter;
use super::charset::Charset;
use super::json::{Escapes, Spacing, respell};
use crate::diagnosis::Cause;
use crate::params::Name;

/// What may have to be undone in names and values, in all of them at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repair {
    Trim,
    Json(Spacing, Escapes),
    LineEnds(&'static str),
    /// Read what is not UTF-8 in this character set.
    Read(Charset),
    /// Undo that UTF-8 was read in this character set.
    Unread(Charset),
    Html,
    Blank,
    DocumentedOnly,
    DocumentedNames,
}

const SPACINGS: [Spacing; 6] = [
    Spacing::AsIs,
    Spacing::Compact,
    Spacing::Spaced,
    Spacing::Lines(0),
    Spacing::Lines(2),
    Spacing::Lines(4),
];

const ESCAPES: [Escapes; 8] = [
    Escapes::AsIs,
    Escapes::None,
    Escapes::Slashes,
    Escapes::NonAscii,
    Escapes::Both,
    Escapes::Html,
    Escapes::Gson,
    Escapes::DotNet,
];

impl Repair {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        [
            Self::Trim,
            Self::DocumentedOnly,
            Self::Blank,
            Self::LineEnds("\n"),
            Self::LineEnds("\r\n"),
            Self::Read(Charset::Latin1),
            Self::Read(Charset::Windows1252),
            Self::Unread(Charset::Latin1),
            Self::Unread(Charset::Windows1252),
            Self::Html,
            Self::DocumentedNames,
        ]
        .into_iter()
        .chain(spellings().map(|(spacing, escapes)| Self::Json(spacing, escapes)))
    }

    /// What is undone as a rule, so that it is tried together with more: letters that were read in another character set,
    /// JSON as programs print it.
    pub(super) const USUAL: [Self; 8] = [
        Self::Read(Charset::Latin1),
        Self::Read(Charset::Windows1252),
        Self::Unread(Charset::Latin1),
        Self::Unread(Charset::Windows1252),
        Self::Json(Spacing::Compact, Escapes::AsIs),
        Self::Json(Spacing::Compact, Escapes::None),
        Self::Json(Spacing::Spaced, Escapes::AsIs),
        Self::Json(Spacing::Spaced, Escapes::None),
    ];

    pub(super) const fn cause(self) -> Cause {
        match self {
            Self::Trim => Cause::WhiteSpaceAdded,
            Self::Json(..) => Cause::JsonRespelled,
            Self::LineEnds(_) => Cause::LineEnds,
            Self::Read(_) | Self::Unread(_) => Cause::CharacterSet,
            Self::Html => Cause::HtmlEscaped,
            Self::Blank => Cause::BlankReplaced,
            Self::DocumentedOnly => Cause::ParameterAdded,
            Self::DocumentedNames => Cause::NamesRewritten,
        }
    }

    /// Of the spellings of JSON only the usual ones are tried together with something else.
    pub(super) fn combines(self) -> bool {
        match self {
            Self::Json(Spacing::Compact | Spacing::Spaced, escapes) => {
                matches!(escapes, Escapes::AsIs | Escapes::None)
            }
            Self::Json(..) => false,
            _ => true,
        }
    }

    pub(super) fn apply(self, parameters: &[Parameter]) -> Vec<Parameter> {
        let values = |change: &dyn Fn(&[u8]) -> Option<Vec<u8>>| {
            let mut parameters = parameters.to_vec();
            for parameter in &mut parameters {
                if let Some(value) = change(&parameter.value) {
                    parameter.value = value;
                }
            }
            parameters
        };
        match self {
            Self::Trim => values(&|value| Some(value.trim_ascii().to_vec())),
            Self::Json(spacing, escapes) => values(&|value| respelled(value, spacing, escapes)),
            Self::LineEnds(end) => values(&|value| {
                let text = std::str::from_utf8(value).ok()?;
                let text = text.replace("\r\n", "\n").replace('\n', end);
                Some(text.into_bytes())
            }),
            Self::Read(charset) => values(&|value| charset.read(value)),
            Self::Unread(charset) => values(&|value| charset.unread(value)),
            Self::Html => values(&|value| {
                let text = std::str::from_utf8(value).ok()?;
                Some(unescape_html(text).into_bytes())
            }),
            Self::Blank => values(&|value| {
                const STAND_INS: [&[u8]; 7] = [
                    b"null",
                    b"NULL",
                    b"undefined",
                    b"None",
                    b"nil",
                    b"NaN",
                    b"[]",
                ];
                STAND_INS.contains(&value).then(Vec::new)
            }),
            Self::DocumentedOnly => parameters
                .iter()
                .filter(|parameter| parameter.documented().is_some())
                .cloned()
                .collect(),
            Self::DocumentedNames => parameters.iter().map(with_documented_name).collect(),
        }
    }
}

/// Lists the spellings of JSON that programs print.
pub(super) fn spellings() -> impl Iterator<Item = (Spacing, Escapes)> {
    let spellings = SPACINGS
        .into_iter()
        .flat_map(|spacing| ESCAPES.map(|escapes| (spacing, escapes)));
    // Without the one that changes nothing.
    spellings.skip(1)
}

pub(super) fn respelled(value: &[u8], spacing: Spacing, escapes: Escapes) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(value).ok()?;
    respell(text, spacing, escapes).map(String::into_bytes)
}

fn unescape_html(text: &str) -> String {
    const ENTITIES: [(&str, &str); 10] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&apos;", "'"),
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&#x27;", "'"),
        ("&#x2F;", "/"),
        ("&amp;", "&"),
    ];
    ENTITIES
        .into_iter()
        .fold(text.to_owned(), |text, (entity, plain)| {
            text.replace(entity, plain)
        })
}

/// Finds the documented name that differs only in case and separators.
fn with_documented_name(parameter: &Parameter) -> Parameter {
    let letters = |name: &[u8]| -> Vec<u8> {
        let letters = name.iter().filter(|byte| !b"_- .".contains(byte));
        letters.map(u8::to_ascii_lowercase).collect()
    };
    let name = Name::ALL
        .into_iter()
        .map(|name| name.as_str().as_bytes())
        .find(|name| letters(name) == letters(&parameter.name));
    Parameter {
        name: name.unwrap_or(&parameter.name).to_vec(),
        value: parameter.value.clone(),
    }
}
