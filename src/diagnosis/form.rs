//! Which other text may have been signed for the parameters.

mod alteration;
mod decoding;
mod json;
mod repair;
mod writing;

pub(super) use self::alteration::Alteration;
use self::decoding::{Decoding, decode};
use self::repair::Repair;
use self::writing::Writing;
pub(super) use self::writing::sorted;
use super::Finding;
use crate::params::Name;

/// More parameters are not looked at one by one.
const MOST_PARAMETERS: usize = 64;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Parameter {
    pub(super) name: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl Parameter {
    fn documented(&self) -> Option<Name> {
        Name::of(&self.name)
    }
}

/// A form, decoded with indulgence: whatever a strict decoder refuses is taken as it stands.
pub(super) struct Form<'a> {
    pub(super) body: &'a [u8],
    pub(super) parameters: Vec<Parameter>,
    /// What is signed for it.
    pub(super) signed: Vec<u8>,
}

impl<'a> Form<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        let parameters = decode(body);
        let signed = sorted(&parameters);
        Self {
            body,
            parameters,
            signed,
        }
    }

    /// What is signed for these parameters and others.
    pub(super) fn signed_with(&self, others: &[Parameter]) -> Vec<u8> {
        sorted(&[self.parameters.as_slice(), others].concat())
    }

    /// Whether there are few enough parameters to look at each.
    pub(super) fn is_small(&self) -> bool {
        self.parameters.len() <= MOST_PARAMETERS
    }

    /// How a report names a parameter: by its name if Twilio documents it, else by its position in the form.
    fn label(&self, position: usize) -> String {
        match self
            .parameters
            .get(position)
            .and_then(Parameter::documented)
        {
            Some(name) => format!("parameter {}", name.as_str()),
            None => format!("parameter {position} of the form"),
        }
    }
}

/// One way in which the form as a whole may have been read or written otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Decoding(Decoding),
    Repair(Repair),
    Writing(Writing),
}

impl Step {
    fn all() -> impl Iterator<Item = Self> {
        let decodings = Decoding::ALL.into_iter().map(Self::Decoding);
        let repairs = Repair::all().map(Self::Repair);
        let writings = Writing::ALL.into_iter().map(Self::Writing);
        decodings.chain(repairs).chain(writings)
    }

    fn finding(self) -> Finding {
        match self {
            Self::Decoding(decoding) => decoding.cause().into(),
            Self::Repair(repair) => repair.cause().into(),
            Self::Writing(writing) => writing.finding(),
        }
    }

    fn combines(self) -> bool {
        match self {
            Self::Decoding(_) | Self::Writing(_) => true,
            Self::Repair(repair) => repair.combines(),
        }
    }

    /// Decoding comes before repair, and repair before writing.
    const fn stage(self) -> u8 {
        match self {
            Self::Decoding(_) => 0,
            Self::Repair(_) => 1,
            Self::Writing(_) => 2,
        }
    }
}

/// Steps of different stages, in their order.
#[derive(Clone)]
pub(super) struct Plan(Vec<Step>);

impl Plan {
    pub(super) fn one() -> impl Iterator<Item = Self> {
        Step::all().map(|step| Self(vec![step]))
    }

    pub(super) fn two() -> impl Iterator<Item = Self> {
        Step::all()
            .filter(|step| step.combines())
            .flat_map(|first| {
                Step::all()
                    .filter(move |second| second.combines() && first.stage() < second.stage())
                    .map(move |second| Self(vec![first, second]))
            })
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        self.0.iter().map(|step| step.finding()).collect()
    }

    /// Whether it is tried together with other URLs and keys.
    pub(super) fn combines(&self) -> bool {
        self.0.iter().all(|step| step.combines())
    }

    /// Returns the text that was signed, if every step makes a difference.
    pub(super) fn render(&self, form: &Form<'_>) -> Option<Vec<u8>> {
        let mut parameters = form.parameters.clone();
        let mut written = None;
        for step in &self.0 {
            match step {
                Step::Decoding(decoding) => {
                    let others = decoding.decode(form.body)?;
                    if others == parameters {
                        return None;
                    }
                    parameters = others;
                }
                Step::Repair(repair) => {
                    let others = repair.apply(&parameters);
                    if others == parameters {
                        return None;
                    }
                    parameters = others;
                }
                Step::Writing(writing) => {
                    let text = writing.write(&parameters);
                    if text == sorted(&parameters) {
                        return None;
                    }
                    written = Some(text);
                }
            }
        }
        let text = written.unwrap_or_else(|| sorted(&parameters));
        (text != form.signed).then_some(text)
    }
}
