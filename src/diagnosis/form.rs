//! Which other text may have been signed for the parameters.

mod alteration;
mod charset;
mod decoding;
mod json;
mod repair;
mod writing;

use std::borrow::Cow;

use self::alteration::Alteration;
use self::charset::has_lost_character;
use self::decoding::{Decoding, decode};
use self::json::{Orders, orders};
use self::repair::Repair;
use self::writing::Writing;
pub(super) use self::writing::sorted;
use super::{Cause, Finding};
use crate::params::Name;

/// More parameters are not looked at one by one.
const MOST_PARAMETERS: usize = 64;

/// Of how many parameters with JSON other orders of members are tried together with more, and how many orders of each.
const MOST_USUAL: usize = 2;
const MOST_USUAL_ORDERS: usize = 5;

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

/// A form, decoded with indulgence: whatever a strict decoder refuses is taken as it is.
pub(super) struct Form<'a> {
    pub(super) body: Cow<'a, [u8]>,
    pub(super) parameters: Vec<Parameter>,
    /// What is signed for it.
    pub(super) signed: Vec<u8>,
}

/// What the body may have been before something was done to it.
pub(super) struct Reading {
    pub(super) finding: Finding,
    pub(super) form: Form<'static>,
}

impl<'a> Form<'a> {
    pub(super) fn new(body: &'a [u8]) -> Self {
        Self::with(body.into(), decode(body))
    }

    fn with(body: Cow<'a, [u8]>, parameters: Vec<Parameter>) -> Self {
        let signed = sorted(&parameters);
        Self {
            body,
            parameters,
            signed,
        }
    }

    /// Lists the other bodies that this one may have been.
    pub(super) fn readings(&self) -> Vec<Reading> {
        let mut readings: Vec<Reading> = Vec::new();
        for decoding in Decoding::ALL
            .into_iter()
            .filter(|decoding| decoding.is_searched())
        {
            let Some(parameters) = decoding.decode(&self.body) else {
                continue;
            };
            let is_known = readings
                .iter()
                .any(|other| other.form.parameters == parameters);
            if parameters != self.parameters && !is_known {
                let body = decoding.body(&self.body).unwrap_or_default();
                readings.push(Reading {
                    finding: decoding.cause().into(),
                    form: Form::with(body.into(), parameters),
                });
            }
        }
        readings
    }

    /// Lists the forms that this one may have been before its letters were read in another character set, or its JSON was
    /// printed anew.
    pub(super) fn before_usual(&self) -> Vec<Reading> {
        let mut readings: Vec<Reading> = Vec::new();
        let mut add = |finding: Finding, parameters: Vec<Parameter>| {
            let mut known = readings.iter().map(|other| &other.form.parameters);
            if parameters != self.parameters && known.all(|other| *other != parameters) {
                let form = Form::with(Cow::Borrowed(b""), parameters);
                readings.push(Reading { finding, form });
            }
        };
        for repair in Repair::USUAL {
            add(repair.cause().into(), repair.apply(&self.parameters));
        }
        for (position, text) in self.usual_orders() {
            let mut parameters = self.parameters.clone();
            if let Some(parameter) = parameters.get_mut(position) {
                parameter.value = text.into_bytes();
            }
            let finding = Finding::new(Cause::JsonRespelled).at(self.label(position));
            add(finding, parameters);
        }
        readings
    }

    /// The first parameters with JSON, each with its members in the first other orders.
    fn usual_orders(&self) -> Vec<(usize, String)> {
        let positions = self.json().take(MOST_USUAL);
        let orders = positions.flat_map(|position| {
            let texts = self
                .orders(position)
                .texts
                .into_iter()
                .take(MOST_USUAL_ORDERS);
            texts.map(move |text| (position, text)).collect::<Vec<_>>()
        });
        orders.collect()
    }

    /// What is signed for these parameters and others.
    pub(super) fn signed_with(&self, others: &[Parameter]) -> Vec<u8> {
        sorted(&[self.parameters.as_slice(), others].concat())
    }

    /// Whether there are few enough parameters to look at each.
    pub(super) fn is_small(&self) -> bool {
        self.parameters.len() <= MOST_PARAMETERS
    }

    /// How a report names a parameter: by its name if Twilio lists it, else by its position in the form.
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

    /// The names that Twilio lists and the form does not have, those of values that users write first.
    fn absent(&self) -> Vec<Name> {
        let has = |name| {
            self.parameters
                .iter()
                .any(|other| other.documented() == Some(name))
        };
        let mut absent: Vec<Name> = Name::ALL.into_iter().filter(|name| !has(*name)).collect();
        absent.sort_by_key(|name| !is_of_users(*name));
        absent
    }

    /// The positions of parameters that hold JSON.
    fn json(&self) -> impl Iterator<Item = usize> {
        let parameters = self.parameters.iter().enumerate();
        parameters
            .filter(|(_, parameter)| parameter.value.starts_with(b"{"))
            .map(|(position, _)| position)
    }

    /// The positions of parameters whose values users write, which white space may have been trimmed from.
    fn texts(&self) -> impl Iterator<Item = usize> {
        let parameters = self.parameters.iter().enumerate();
        parameters
            .filter(|(_, parameter)| match parameter.documented() {
                None => true,
                Some(name) => is_of_users(name),
            })
            .map(|(position, _)| position)
    }

    /// Whether Twilio lists the name of every parameter, and there is one.
    pub(super) fn is_listed(&self) -> bool {
        let mut parameters = self.parameters.iter();
        !self.parameters.is_empty() && parameters.all(|parameter| parameter.documented().is_some())
    }

    /// Tells whether something holds for the value of a parameter.
    pub(super) fn any_value(&self, is: impl Fn(&[u8]) -> bool) -> bool {
        self.parameters.iter().any(|parameter| is(&parameter.value))
    }

    fn orders(&self, position: usize) -> Orders {
        let value = self.parameters.get(position);
        let value = value.and_then(|parameter| std::str::from_utf8(&parameter.value).ok());
        orders(value.unwrap_or_default())
    }

    /// Names the parameters with JSON whose members were not tried in every order.
    pub(super) fn unordered(&self) -> Vec<String> {
        let positions = self.json().filter(|position| !self.orders(*position).all);
        positions.map(|position| self.label(position)).collect()
    }

    /// Names the parameters in which a character seems to be lost.
    pub(super) fn with_lost_characters(&self) -> Vec<String> {
        let has_lost = |position: &usize| {
            let parameter = self.parameters.get(*position);
            parameter.is_some_and(|parameter| {
                // Names of devices ask no questions.
                let is_name = parameter.documented() == Some(Name::FactorFriendlyName);
                has_lost_character(&parameter.value) || (is_name && parameter.value.contains(&b'?'))
            })
        };
        let positions = self.texts().filter(has_lost);
        positions.map(|position| self.label(position)).collect()
    }
}

/// Whether users write the value of a parameter, or leave it blank.
const fn is_of_users(name: Name) -> bool {
    matches!(
        name,
        Name::FactorFriendlyName
            | Name::FactorMetadata
            | Name::ChallengeDetails
            | Name::ChallengeHiddenDetails
            | Name::ChallengeMetadata
    )
}

/// Another text that may have been signed for a form.
pub(super) enum Change {
    Plan(Plan),
    Alteration(Alteration),
}

impl Change {
    /// The form read, mended or written otherwise as a whole.
    pub(super) fn whole() -> Vec<Self> {
        Plan::one().map(Self::Plan).collect()
    }

    /// The same in two ways.
    pub(super) fn whole_twice() -> Vec<Self> {
        Plan::two().map(Self::Plan).collect()
    }

    /// What was done to the body, undone.
    pub(super) fn done_to_body(form: &Form<'_>) -> Vec<Self> {
        let steps = Step::all().filter(|step| step.is_done_to_body());
        let plans = steps.map(|step| Self::Plan(Plan(vec![step])));
        let orders = form.usual_orders().into_iter();
        let orders = orders.map(|(position, text)| Alteration::order(position, text));
        plans.chain(orders.map(Self::Alteration)).collect()
    }

    /// What frameworks do to parameters as a rule: a blank one dropped, one trimmed, both, one added.
    pub(super) fn frequent(form: &Form<'_>) -> Vec<Self> {
        let alterations = Alteration::frequent(form).into_iter();
        alterations.map(Self::Alteration).collect()
    }

    /// One parameter changed.
    pub(super) fn one_parameter(form: &Form<'_>) -> Vec<Self> {
        let alterations = Alteration::one(form).into_iter();
        alterations.map(Self::Alteration).collect()
    }

    /// Several parameters changed.
    pub(super) fn several_parameters(form: &Form<'_>) -> Vec<Self> {
        let alterations = Alteration::several(form).into_iter();
        alterations.map(Self::Alteration).collect()
    }

    pub(super) fn findings(&self, form: &Form<'_>) -> Vec<Finding> {
        match self {
            Self::Plan(plan) => plan.findings(),
            Self::Alteration(alteration) => alteration.findings(form),
        }
    }

    /// Returns the text that was signed, if it is another.
    pub(super) fn render(&self, form: &Form<'_>) -> Option<Vec<u8>> {
        match self {
            Self::Plan(plan) => plan.render(form),
            Self::Alteration(alteration) => alteration.render(form),
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

    /// Whether it is tried together with what a proxy hides and another path.
    fn is_done_to_body(self) -> bool {
        match self {
            Self::Decoding(decoding) => decoding.is_searched(),
            Self::Repair(repair) => Repair::USUAL.contains(&repair),
            Self::Writing(_) => false,
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
    fn one() -> impl Iterator<Item = Self> {
        Step::all().map(|step| Self(vec![step]))
    }

    fn two() -> impl Iterator<Item = Self> {
        Step::all()
            .filter(|step| step.combines())
            .flat_map(|first| {
                Step::all()
                    .filter(move |second| second.combines() && first.stage() < second.stage())
                    .map(move |second| Self(vec![first, second]))
            })
    }

    fn findings(&self) -> Vec<Finding> {
        self.0.iter().map(|step| step.finding()).collect()
    }

    /// Returns the text that was signed, if every step makes a difference.
    fn render(&self, form: &Form<'_>) -> Option<Vec<u8>> {
        let mut parameters = form.parameters.clone();
        let mut written = None;
        for step in &self.0 {
            match step {
                Step::Decoding(decoding) => {
                    let others = decoding.decode(&form.body)?;
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
