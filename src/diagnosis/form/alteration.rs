use super::decoding::decode;
use super::json::{Escapes, Spacing, respell};
use super::repair::{respelled, spellings};
use super::writing::sorted;
use super::{Form, Parameter, is_of_users};
use crate::diagnosis::permutations::{pairs, selections};
use crate::diagnosis::{Cause, Finding};
use crate::params::Name;

/// Up to how many parameters every two of them are left out.
const MOST_PAIRED: usize = 24;

/// How many plus signs are looked at, and up to how many of one parameter in every selection.
const MOST_PLUSES: usize = 48;
const MOST_SELECTED: usize = 6;

/// How many parameters that hold JSON are looked at one by one.
const MOST_JSON: usize = 8;

/// Up to how many values with texts of users are changed two at a time.
const MOST_TEXTS: usize = 6;

/// How many blank parameters are added at most, if not all.
const MOST_BLANK: usize = 3;

/// How many changes of several parameters are tried.
const MOST_SEVERAL: usize = 700;

/// How many times blank ones of users and trimmed values are tried together before anything else.
const MOST_LIKELY: usize = 300;

/// How many times an added parameter and something else are tried together.
const MOST_ADDED: usize = 100;

/// White space that is trimmed from values.
const WHITE_SPACE: [&str; 4] = [" ", "\n", "\r\n", "\t"];

/// What may have to be undone in one parameter.
#[derive(Clone)]
enum Edit {
    /// Leave it out.
    Drop(usize),
    /// Add this one, without a value.
    Blank(Name),
    Append(usize, &'static str),
    Prepend(usize, &'static str),
    /// Take these plus signs of the body, all of them in one parameter, as such.
    Pluses(usize, Vec<usize>),
    /// Spell the JSON otherwise.
    Json(usize, Spacing, Escapes),
    /// The JSON with its members in another order.
    Order(usize, String),
    /// Split the value at commas.
    Split(usize),
}

impl Edit {
    /// Whether it is of a parameter that may well be so: users leave theirs blank.
    fn is_likely(&self) -> bool {
        match self {
            Self::Blank(name) => is_of_users(*name),
            _ => true,
        }
    }
}

/// What may have to be undone in one parameter, or in several.
pub(in crate::diagnosis) struct Alteration(Vec<Edit>);

impl Alteration {
    /// Lists those of one parameter, the likelier first.
    pub(super) fn one(form: &Form<'_>) -> Vec<Self> {
        let count = form.parameters.len();
        let one = || 0..count;
        let mut edits: Vec<Edit> = one().map(Edit::Drop).collect();
        edits.extend(form.absent().into_iter().map(Edit::Blank));
        for position in one() {
            edits.extend(WHITE_SPACE.map(|space| Edit::Append(position, space)));
            edits.extend(WHITE_SPACE.map(|space| Edit::Prepend(position, space)));
        }
        edits.extend(pluses(&form.body));
        for position in form.json().take(MOST_JSON) {
            let json = |(spacing, escapes)| Edit::Json(position, spacing, escapes);
            edits.extend(spellings().map(json));
            edits.extend(ordered(form, position));
        }
        edits.extend(one().map(Edit::Split));
        edits.into_iter().map(|edit| Self(vec![edit])).collect()
    }

    /// Lists those of several, the likelier first: blank ones dropped and values trimmed, as frameworks do together;
    /// members of all JSON in another order; parameters added.
    pub(super) fn several(form: &Form<'_>) -> Vec<Self> {
        let blanks: Vec<Vec<Edit>> = selections(&form.absent(), MOST_BLANK)
            .into_iter()
            .map(|names| names.into_iter().map(Edit::Blank).collect())
            .collect();
        let trims = trims(form);
        let is_several = |edits: &&Vec<Edit>| edits.len() > 1;
        let is_likely = |edits: &Vec<Edit>| edits.iter().all(Edit::is_likely);
        let (likely, unlikely): (Vec<_>, Vec<_>) = blanks
            .iter()
            .filter(is_several)
            .cloned()
            .partition(|edits| is_likely(edits) || edits.len() > MOST_BLANK);
        // The fewer first, whichever they are.
        let mut both: Vec<Vec<Edit>> = Vec::new();
        for blank in &blanks {
            both.extend(trims.iter().map(|trim| [blank.as_slice(), trim].concat()));
        }
        both.sort_by_key(Vec::len);
        let (mut likely_both, unlikely_both): (Vec<_>, Vec<_>) =
            both.into_iter().partition(is_likely);
        likely_both.truncate(MOST_LIKELY);
        let positions: Vec<usize> = (0..form.parameters.len()).collect();
        let dropped: Vec<Vec<Edit>> = if positions.len() <= MOST_PAIRED {
            let pairs = pairs(&positions);
            pairs
                .map(|(a, b)| vec![Edit::Drop(a), Edit::Drop(b)])
                .collect()
        } else {
            Vec::new()
        };
        let mut all = likely;
        all.extend(trims.iter().filter(is_several).cloned());
        all.extend(likely_both);
        all.extend(all_ordered(form));
        all.extend(added_and_more(form, &blanks, &trims));
        all.extend(dropped);
        all.extend(unlikely);
        all.extend(unlikely_both);
        all.truncate(MOST_SEVERAL);
        all.into_iter().map(Self).collect()
    }

    /// Lists what frameworks do as a rule: one blank parameter dropped, one value trimmed, both; one added.
    pub(super) fn frequent(form: &Form<'_>) -> Vec<Self> {
        let blanks = form.absent().into_iter().map(Edit::Blank);
        let blanks: Vec<Edit> = blanks.filter(Edit::is_likely).collect();
        let texts = form.texts().take(MOST_TEXTS);
        let trims: Vec<Edit> = texts.map(|at| Edit::Append(at, " ")).collect();
        let one = blanks.iter().chain(&trims);
        let mut all: Vec<Vec<Edit>> = one.map(|edit| vec![edit.clone()]).collect();
        for blank in &blanks {
            all.extend(trims.iter().map(|trim| vec![blank.clone(), trim.clone()]));
        }
        // Without any parameter, it is the body as a whole that was not signed.
        if form.parameters.len() > 1 {
            all.extend(unlisted(form).map(|at| vec![Edit::Drop(at)]));
        }
        all.into_iter().map(Self).collect()
    }

    /// The JSON of one parameter with its members in another order.
    pub(super) fn order(position: usize, text: String) -> Self {
        Self(vec![Edit::Order(position, text)])
    }

    pub(super) fn findings(&self, form: &Form<'_>) -> Vec<Finding> {
        let finding = |cause, position: &usize| Finding::new(cause).at(form.label(*position));
        let findings = self.0.iter().map(|edit| match edit {
            Edit::Drop(position) => finding(Cause::ParameterAdded, position),
            Edit::Blank(name) => {
                Finding::new(Cause::BlankDropped).at(format!("parameter {}", name.as_str()))
            }
            Edit::Append(position, _) | Edit::Prepend(position, _) => {
                finding(Cause::WhiteSpaceTrimmed, position)
            }
            Edit::Pluses(position, _) => finding(Cause::PlusSigns, position),
            Edit::Json(position, ..) | Edit::Order(position, _) => {
                finding(Cause::JsonRespelled, position)
            }
            Edit::Split(position) => finding(Cause::ValuesJoined, position),
        });
        findings.collect()
    }

    /// Returns the text that was signed, if it is another.
    pub(super) fn render(&self, form: &Form<'_>) -> Option<Vec<u8>> {
        let mut parameters = form.parameters.clone();
        let mut dropped = Vec::new();
        for edit in &self.0 {
            match edit {
                Edit::Drop(position) => dropped.push(*position),
                Edit::Blank(name) => parameters.push(Parameter {
                    name: name.as_str().into(),
                    value: Vec::new(),
                }),
                Edit::Append(position, space) => {
                    let parameter = parameters.get_mut(*position)?;
                    parameter.value.extend_from_slice(space.as_bytes());
                }
                Edit::Prepend(position, space) => {
                    let value = &mut parameters.get_mut(*position)?.value;
                    *value = [space.as_bytes(), value].concat();
                }
                Edit::Pluses(_, places) => parameters = with_plus_signs(&form.body, places),
                Edit::Json(position, spacing, escapes) => {
                    let value = &mut parameters.get_mut(*position)?.value;
                    *value = respelled(value, *spacing, *escapes)?;
                }
                Edit::Order(position, text) => {
                    parameters.get_mut(*position)?.value = text.clone().into_bytes();
                }
                Edit::Split(position) => {
                    let Parameter { name, value } = parameters.get(*position)?.clone();
                    // JSON is full of commas that join nothing.
                    if value.starts_with(b"{") || !value.contains(&b',') {
                        return None;
                    }
                    dropped.push(*position);
                    let values = value.split(|byte| *byte == b',');
                    parameters.extend(values.map(|value| Parameter {
                        name: name.clone(),
                        value: value.to_vec(),
                    }));
                }
            }
        }
        let mut position = 0..;
        parameters.retain(|_| position.next().is_some_and(|at| !dropped.contains(&at)));
        let text = sorted(&parameters);
        (text != form.signed).then_some(text)
    }
}

/// A parameter that Twilio does not list was added, and one is blank or trimmed.
fn added_and_more(form: &Form<'_>, blanks: &[Vec<Edit>], trims: &[Vec<Edit>]) -> Vec<Vec<Edit>> {
    let is_one = |edits: &&Vec<Edit>| edits.len() == 1;
    let others: Vec<&Vec<Edit>> = blanks.iter().chain(trims).filter(is_one).collect();
    let mut all: Vec<Vec<Edit>> = Vec::new();
    for position in unlisted(form) {
        let with = others
            .iter()
            .map(|other| [&[Edit::Drop(position)], other.as_slice()].concat());
        all.extend(with);
    }
    all.truncate(MOST_ADDED);
    all
}

/// The positions of the first parameters that Twilio does not list.
fn unlisted(form: &Form<'_>) -> impl Iterator<Item = usize> {
    let parameters = form.parameters.iter().enumerate();
    let unlisted = parameters.filter(|(_, parameter)| parameter.documented().is_none());
    unlisted.map(|(position, _)| position).take(MOST_TEXTS)
}

/// White space that was trimmed from one value with the text of a user, from two, or from all.
fn trims(form: &Form<'_>) -> Vec<Vec<Edit>> {
    let texts: Vec<usize> = form.texts().collect();
    let looked_at: Vec<usize> = texts.iter().copied().take(MOST_TEXTS).collect();
    let mut trims: Vec<Vec<Edit>> = Vec::new();
    for space in [" ", "\n"] {
        trims.extend(looked_at.iter().map(|at| vec![Edit::Append(*at, space)]));
        trims.extend(looked_at.iter().map(|at| vec![Edit::Prepend(*at, space)]));
    }
    for (a, b) in pairs(&looked_at) {
        trims.push(vec![Edit::Append(a, " "), Edit::Append(b, " ")]);
        trims.push(vec![Edit::Prepend(a, " "), Edit::Prepend(b, " ")]);
        trims.push(vec![Edit::Append(a, " "), Edit::Prepend(b, " ")]);
        trims.push(vec![Edit::Prepend(a, " "), Edit::Append(b, " ")]);
    }
    for at in &looked_at {
        trims.push(vec![Edit::Append(*at, " "), Edit::Prepend(*at, " ")]);
    }
    if texts.len() > 2 {
        trims.push(texts.iter().map(|at| Edit::Append(*at, " ")).collect());
    }
    trims
}

/// The JSON of one parameter in other orders, as it is printed and as it may have been.
fn ordered(form: &Form<'_>, position: usize) -> Vec<Edit> {
    let mut edits = Vec::new();
    for text in form.orders(position).texts {
        for (spacing, escapes) in [
            (Spacing::Compact, Escapes::AsIs),
            (Spacing::Compact, Escapes::None),
            (Spacing::Spaced, Escapes::AsIs),
        ] {
            let other = respell(&text, spacing, escapes).filter(|other| *other != text);
            edits.extend(other.map(|other| Edit::Order(position, other)));
        }
        edits.push(Edit::Order(position, text));
    }
    edits
}

/// The JSON of several parameters in other orders, if those are few.
fn all_ordered(form: &Form<'_>) -> Vec<Vec<Edit>> {
    let mut choices: Vec<Vec<Edit>> = vec![Vec::new()];
    for position in form.json().take(MOST_JSON) {
        let texts = form.orders(position).texts;
        let count = choices.len().saturating_mul(texts.len().saturating_add(1));
        if count > MOST_SEVERAL / 4 {
            return Vec::new();
        }
        let with = choices.iter().flat_map(|choice| {
            texts.iter().map(|text| {
                let mut choice = choice.clone();
                choice.push(Edit::Order(position, text.clone()));
                choice
            })
        });
        choices = choices.iter().cloned().chain(with).collect();
    }
    choices.retain(|choice| choice.len() > 1);
    choices
}

fn with_plus_signs(body: &[u8], places: &[usize]) -> Vec<Parameter> {
    let mut escaped = Vec::with_capacity(body.len());
    for (place, byte) in body.iter().enumerate() {
        match byte {
            b'+' if places.contains(&place) => escaped.extend_from_slice(b"%2B"),
            _ => escaped.push(*byte),
        }
    }
    decode(&escaped)
}

/// Selects plus signs: of each parameter one by one, all, and if they are few every selection.
fn pluses(body: &[u8]) -> Vec<Edit> {
    let (mut all, mut start, mut position, mut looked_at) = (Vec::new(), 0_usize, 0_usize, 0_usize);
    for piece in body.split(|byte| *byte == b'&') {
        let places = piece.iter().enumerate().filter(|(_, byte)| **byte == b'+');
        let places: Vec<usize> = places
            .map(|(place, _)| start.saturating_add(place))
            .take(MOST_PLUSES.saturating_sub(looked_at))
            .collect();
        looked_at = looked_at.saturating_add(places.len());
        let most = if places.len() <= MOST_SELECTED {
            places.len()
        } else {
            1
        };
        let mut selections = selections(&places, most);
        selections.push(places);
        selections.retain(|places| !places.is_empty());
        all.extend(
            selections
                .into_iter()
                .map(|places| Edit::Pluses(position, places)),
        );
        start = start.saturating_add(piece.len()).saturating_add(1);
        position = position.saturating_add(usize::from(!piece.is_empty()));
    }
    all
}
