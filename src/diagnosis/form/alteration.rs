use super::decoding::decode;
use super::json::{Escapes, Spacing};
use super::repair::{respelled, spellings};
use super::writing::sorted;
use super::{Form, Parameter};
use crate::diagnosis::{Cause, Finding};
use crate::params::Name;

/// Up to how many parameters every two of them are left out.
const MOST_PAIRED: usize = 24;

/// How many plus signs are looked at, and up to how many of one parameter in every selection.
const MOST_PLUSES: usize = 48;
const MOST_SELECTED: usize = 6;

/// How many parameters that hold JSON are looked at one by one.
const MOST_JSON: usize = 8;

/// White space that is trimmed from values.
const WHITE_SPACE: [&str; 4] = [" ", "\n", "\r\n", "\t"];

/// What may have to be undone in one parameter, or two.
pub(in crate::diagnosis) enum Alteration {
    /// Leave out these.
    Drop(Vec<usize>),
    /// Add these, without a value.
    Blank(Vec<Name>),
    Append(usize, &'static str),
    Prepend(usize, &'static str),
    /// Take these plus signs of the body, all of them in one parameter, as such.
    Pluses(usize, Vec<usize>),
    /// Spell the JSON otherwise.
    Json(usize, Spacing, Escapes),
    /// Split the value at commas.
    Split(usize),
}

impl Alteration {
    /// Lists them, the likelier first.
    pub(in crate::diagnosis) fn all(form: &Form<'_>) -> Vec<Self> {
        let count = form.parameters.len();
        let one = || 0..count;
        let mut all: Vec<Self> = one().map(|position| Self::Drop(vec![position])).collect();
        let absent: Vec<Name> = Name::ALL
            .into_iter()
            .filter(|name| {
                form.parameters
                    .iter()
                    .all(|other| other.documented() != Some(*name))
            })
            .collect();
        all.extend(absent.iter().map(|name| Self::Blank(vec![*name])));
        for position in one() {
            all.extend(WHITE_SPACE.map(|space| Self::Append(position, space)));
            all.extend(WHITE_SPACE.map(|space| Self::Prepend(position, space)));
        }
        all.extend(pluses(form.body));
        let is_json = |parameter: &Parameter| parameter.value.starts_with(b"{");
        let json = form
            .parameters
            .iter()
            .enumerate()
            .filter(|(_, other)| is_json(other));
        for (position, _) in json.take(MOST_JSON) {
            let json = |(spacing, escapes)| Self::Json(position, spacing, escapes);
            all.extend(spellings().map(json));
        }
        all.extend(one().map(Self::Split));
        all.extend(pairs(&absent).map(|(a, b)| Self::Blank(vec![a, b])));
        all.push(Self::Blank(absent));
        if count <= MOST_PAIRED {
            let positions: Vec<usize> = one().collect();
            all.extend(pairs(&positions).map(|(a, b)| Self::Drop(vec![a, b])));
        }
        all
    }

    pub(in crate::diagnosis) fn findings(&self, form: &Form<'_>) -> Vec<Finding> {
        let finding = |cause, position: &usize| Finding::new(cause).at(form.label(*position));
        match self {
            Self::Drop(positions) => {
                let positions = positions.iter();
                positions
                    .map(|position| finding(Cause::ParameterAdded, position))
                    .collect()
            }
            Self::Blank(names) => {
                let at = |name: &Name| format!("parameter {}", name.as_str());
                let names = names.iter();
                names
                    .map(|name| Finding::new(Cause::BlankDropped).at(at(name)))
                    .collect()
            }
            Self::Append(position, _) | Self::Prepend(position, _) => {
                vec![finding(Cause::WhiteSpaceTrimmed, position)]
            }
            Self::Pluses(position, _) => vec![finding(Cause::PlusSigns, position)],
            Self::Json(position, ..) => vec![finding(Cause::JsonRespelled, position)],
            Self::Split(position) => vec![finding(Cause::ValuesJoined, position)],
        }
    }

    /// Returns the text that was signed, if it is another.
    pub(in crate::diagnosis) fn render(&self, form: &Form<'_>) -> Option<Vec<u8>> {
        let mut parameters = form.parameters.clone();
        match self {
            Self::Drop(positions) => {
                let mut position = 0..;
                parameters.retain(|_| position.next().is_some_and(|at| !positions.contains(&at)));
            }
            Self::Blank(names) => parameters.extend(names.iter().map(|name| Parameter {
                name: name.as_str().into(),
                value: Vec::new(),
            })),
            Self::Append(position, space) => {
                parameters
                    .get_mut(*position)?
                    .value
                    .extend_from_slice(space.as_bytes());
            }
            Self::Prepend(position, space) => {
                let value = &mut parameters.get_mut(*position)?.value;
                *value = [space.as_bytes(), value].concat();
            }
            Self::Pluses(_, places) => {
                let mut body = Vec::with_capacity(form.body.len());
                for (place, byte) in form.body.iter().enumerate() {
                    match byte {
                        b'+' if places.contains(&place) => body.extend_from_slice(b"%2B"),
                        _ => body.push(*byte),
                    }
                }
                parameters = decode(&body);
            }
            Self::Json(position, spacing, escapes) => {
                let value = &mut parameters.get_mut(*position)?.value;
                *value = respelled(value, *spacing, *escapes)?;
            }
            Self::Split(position) => {
                let Parameter { name, value } = parameters.get(*position)?.clone();
                // JSON is full of commas that join nothing.
                if value.starts_with(b"{") || !value.contains(&b',') {
                    return None;
                }
                parameters.remove(*position);
                parameters.extend(value.split(|byte| *byte == b',').map(|value| Parameter {
                    name: name.clone(),
                    value: value.to_vec(),
                }));
            }
        }
        let text = sorted(&parameters);
        (text != form.signed).then_some(text)
    }
}

/// Selects plus signs: of each parameter one by one, all, and if they are few every selection.
fn pluses(body: &[u8]) -> Vec<Alteration> {
    let (mut all, mut start, mut position, mut looked_at) = (Vec::new(), 0_usize, 0_usize, 0_usize);
    for piece in body.split(|byte| *byte == b'&') {
        let places = piece.iter().enumerate().filter(|(_, byte)| **byte == b'+');
        let places: Vec<usize> = places
            .map(|(place, _)| start.saturating_add(place))
            .take(MOST_PLUSES.saturating_sub(looked_at))
            .collect();
        looked_at = looked_at.saturating_add(places.len());
        let mut selections: Vec<Vec<usize>> = places.iter().map(|place| vec![*place]).collect();
        selections.push(places.clone());
        if (3..=MOST_SELECTED).contains(&places.len()) {
            selections = vec![Vec::new()];
            for place in places {
                let with = selections
                    .iter()
                    .map(|others| [others.as_slice(), &[place]].concat());
                selections = with.chain(selections.iter().cloned()).collect();
            }
        }
        let selections = selections.into_iter().filter(|places| !places.is_empty());
        all.extend(selections.map(|places| Alteration::Pluses(position, places)));
        start = start.saturating_add(piece.len()).saturating_add(1);
        position = position.saturating_add(usize::from(!piece.is_empty()));
    }
    all
}

fn pairs<T: Copy>(items: &[T]) -> impl Iterator<Item = (T, T)> {
    items.iter().enumerate().flat_map(move |(index, first)| {
        let others = items.iter().skip(index.saturating_add(1));
        others.map(move |second| (*first, *second))
    })
}
