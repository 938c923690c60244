use super::Parameter;
use crate::diagnosis::{Cause, Finding};

/// How names and values may have been put together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Writing {
    Unsorted,
    IgnoringCase,
    FirstValue,
    LastValue,
    JoinedValues,
    EveryValue,
}

impl Writing {
    pub(super) const ALL: [Self; 6] = [
        Self::Unsorted,
        Self::IgnoringCase,
        Self::FirstValue,
        Self::LastValue,
        Self::JoinedValues,
        Self::EveryValue,
    ];

    pub(super) fn finding(self) -> Finding {
        let at = match self {
            Self::Unsorted => return Cause::Unsorted.into(),
            Self::IgnoringCase => return Cause::SortedIgnoringCase.into(),
            Self::FirstValue => "the first value alone",
            Self::LastValue => "the last value alone",
            Self::JoinedValues => "the values joined with commas",
            Self::EveryValue => "a value as often as it is there",
        };
        Finding::new(Cause::RepeatedMerged).at(at)
    }

    pub(super) fn write(self, parameters: &[Parameter]) -> Vec<u8> {
        let mut sorted = parameters.to_vec();
        match self {
            Self::Unsorted => return concat(parameters),
            Self::IgnoringCase => {
                sorted.sort_unstable();
                sorted.dedup();
                sorted.sort_by_cached_key(|parameter| parameter.name.to_ascii_lowercase());
                return concat(&sorted);
            }
            // Stable: the values of a name stay in the order of the form.
            _ => sorted.sort_by(|a, b| a.name.cmp(&b.name)),
        }
        let mut merged: Vec<Parameter> = Vec::new();
        for parameter in sorted {
            let Some(last) = merged.last_mut().filter(|last| last.name == parameter.name) else {
                merged.push(parameter);
                continue;
            };
            match self {
                Self::FirstValue => {}
                Self::LastValue => *last = parameter,
                Self::JoinedValues => {
                    last.value.push(b',');
                    last.value.extend(parameter.value);
                }
                _ => merged.push(parameter),
            }
        }
        concat(&merged)
    }
}

/// Twilio's rule: by the bytes of the names, each distinct value of a name once, in the order of their bytes.
pub(in crate::diagnosis) fn sorted(parameters: &[Parameter]) -> Vec<u8> {
    let mut sorted = parameters.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    concat(&sorted)
}

fn concat(parameters: &[Parameter]) -> Vec<u8> {
    let pieces = parameters
        .iter()
        .flat_map(|parameter| [parameter.name.as_slice(), &parameter.value]);
    pieces.collect::<Vec<_>>().concat()
}
