//! Decides that documented parameters of known types have one reading: two copies of their grammar run over the same
//! string, and no string is accepted by both with different parameters.
//!
//! The grammar accepts all that the receiver does, and more, which can only add strings with two readings:
//!
//! - Friendly names and uuids are of any length, and identities of any from 8. Nothing is lost: a longer one has more
//!   places to end, not fewer.
//! - JSON is nested two deep, its numbers are any of their characters and its escapes any character. Where an object ends is
//!   decided by its outermost braces and by its strings; deeper nesting repeats what two levels show.
//! - All characters that no rule tells apart are one: those outside ASCII, and those of a SID, of which there are as many
//!   as in a SID.

use std::collections::{HashMap, VecDeque};

const NAMES: [&str; 13] = [
    "account_sid",
    "challenge_details",
    "challenge_hidden_details",
    "challenge_metadata",
    "challenge_sid",
    "entity_identity",
    "factor_friendly_name",
    "factor_metadata",
    "factor_sid",
    "factor_type",
    "service_sid",
    "type",
    "uuid",
];
const TYPES: [&str; 5] = [
    "challenge.approved",
    "challenge.denied",
    "factor.created",
    "factor.deleted",
    "factor.verified",
];
const FACTOR_TYPES: [&str; 3] = ["passkeys", "push", "totp"];
/// Every character that a rule tells from others.
const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz_.-0ACFVY \"\\{}[]:,é";

const ALL: u16 = 0x1fff;
/// Of a factor event: fewer names, so that a string is found soon.
const VERSION_1: u16 = 1 | 1 << 5 | 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12;
const VERSION_2: u16 = VERSION_1 | 1 << 6 | 1 << 7 | 1 << 9;

/// What may be taken out of the grammar.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Rule {
    SidsAreSids,
    IdentitiesHaveTheirCharacters,
    FriendlyNamesHoldNoName,
    JsonIsComplete,
    TypesAreKnown,
}

/// Where in a value a string is, after one more character.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum At {
    Name(usize),
    Sid(usize),
    Identity(usize),
    /// How much of a name of two words it ends with: an index into the table of their starts.
    FriendlyName(usize),
    Json(Json),
    /// An index into the known types, and how much of it.
    Known(usize, usize),
    AnyType,
    Uuid,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Json {
    Null(usize),
    /// White space before the object.
    Start,
    Done,
    /// The objects (`true`) and arrays around it, and what comes next.
    In(Option<bool>, Next),
    /// Without the rule that it is complete.
    Any,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Next {
    FirstKey,
    Key,
    Colon,
    Value,
    FirstValue,
    String { is_key: bool, is_escaped: bool },
    Literal,
    Comma,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct State {
    /// The documented names so far, a bit each, the last of them included.
    names: u16,
    /// Those with a value that says something: blank JSON does not.
    said: u16,
    is_push: bool,
    last: usize,
    at: At,
}

struct Grammar {
    without: Option<Rule>,
    /// The names there may be, a bit each.
    names: u16,
    /// The starts of names of two words.
    starts: Vec<&'static str>,
}

fn is_json(name: usize) -> bool {
    [1, 2, 3, 7].contains(&name)
}

impl Grammar {
    fn new(without: Option<Rule>, names: u16) -> Self {
        let mut starts: Vec<&str> = NAMES[..11]
            .iter()
            .flat_map(|name| (0..=name.len()).map(move |len| &name[..len]))
            .collect();
        starts.sort_unstable();
        starts.dedup();
        Self {
            without,
            names,
            starts,
        }
    }

    fn has(&self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    /// All states after one more character.
    fn step(&self, state: State, c: char) -> Vec<State> {
        let mut next: Vec<State> = self.within(state, c).collect();
        if self.is_complete(state) {
            let last = match state.last {
                10 => 11,
                11 => 12,
                12 => return next,
                _ => 10,
            };
            let names = (state.last + 1..=last).filter(|&name| self.names & 1 << name != 0);
            let names = names.filter(|&name| NAMES[name].starts_with(c));
            next.extend(names.map(|name| State {
                names: state.names | 1 << name,
                said: if self.says_something(state) {
                    state.said | 1 << state.last
                } else {
                    state.said
                },
                is_push: state.is_push || state.last == 9 && matches!(state.at, At::Known(1, 4)),
                last: name,
                at: At::Name(1),
            }));
        }
        next
    }

    fn says_something(&self, state: State) -> bool {
        !matches!(state.at, At::Name(_) | At::Json(Json::Null(_)))
    }

    /// Tells whether the value may end here.
    fn is_complete(&self, state: State) -> bool {
        match state.at {
            At::Name(len) => len == NAMES[state.last].len() && is_json(state.last),
            At::Sid(len) => len == 34 || !self.has(Rule::SidsAreSids),
            At::Identity(len) => len >= 8,
            At::Known(index, len) => self.known(state.last)[index].len() == len,
            At::Json(json) => matches!(json, Json::Null(4) | Json::Done | Json::Any),
            At::FriendlyName(_) | At::AnyType | At::Uuid => true,
        }
    }

    fn known(&self, name: usize) -> &'static [&'static str] {
        if name == 9 { &FACTOR_TYPES } else { &TYPES }
    }

    /// The states within the same name and value.
    fn within(&self, state: State, c: char) -> impl Iterator<Item = State> {
        let mut found: Vec<At> = Vec::new();
        match state.at {
            At::Name(len) if len < NAMES[state.last].len() => {
                found.extend(
                    NAMES[state.last][len..]
                        .starts_with(c)
                        .then_some(At::Name(len + 1)),
                );
            }
            At::Name(_) => found.extend(self.start(state.last, c)),
            At::Sid(1) => {
                let prefix = match state.last {
                    0 => 'C',
                    4 => 'C',
                    8 => 'F',
                    _ => 'A',
                };
                found.extend((c == prefix).then_some(At::Sid(2)));
            }
            At::Sid(_) if !self.has(Rule::SidsAreSids) => found.push(At::Sid(2)),
            At::Sid(len) if len < 34 => {
                found.extend(c.is_ascii_alphanumeric().then_some(At::Sid(len + 1)));
            }
            At::Sid(_) => {}
            At::Identity(len) => {
                found.extend(self.in_identity(c).then_some(At::Identity(8.min(len + 1))));
            }
            At::FriendlyName(start) => found.extend(self.friendly_name(start, c)),
            At::Json(json) => found.extend(json.step(c).map(At::Json)),
            At::Known(index, len) => {
                // Types that start alike are told apart where they differ.
                let start = &self.known(state.last)[index][..len];
                let is_like = |known: &str| {
                    known
                        .strip_prefix(start)
                        .is_some_and(|rest| rest.starts_with(c))
                };
                let known = self
                    .known(state.last)
                    .iter()
                    .position(|known| is_like(known));
                found.extend(known.map(|index| At::Known(index, len + 1)));
            }
            At::AnyType => {
                found.extend((c.is_ascii_lowercase() || c == '.').then_some(At::AnyType));
            }
            At::Uuid => found.push(At::Uuid),
        }
        found.into_iter().map(move |at| State { at, ..state })
    }

    /// The start of a value.
    fn start(&self, name: usize, c: char) -> Option<At> {
        match name {
            0 | 4 | 8 | 10 => {
                let prefix = match name {
                    0 => 'A',
                    10 => 'V',
                    _ => 'Y',
                };
                (c == prefix).then_some(At::Sid(1))
            }
            5 => self.in_identity(c).then_some(At::Identity(1)),
            6 => self.friendly_name(0, c),
            9 | 11 => {
                if !self.has(Rule::TypesAreKnown) && name == 11 {
                    return c.is_ascii_lowercase().then_some(At::AnyType);
                }
                let index = self
                    .known(name)
                    .iter()
                    .position(|known| known.starts_with(c))?;
                Some(At::Known(index, 1))
            }
            12 => Some(At::Uuid),
            _ if !self.has(Rule::JsonIsComplete) => Some(At::Json(Json::Any)),
            _ => match c {
                'n' => Some(At::Json(Json::Null(1))),
                ' ' => Some(At::Json(Json::Start)),
                '{' => Some(At::Json(Json::In(None, Next::FirstKey))),
                _ => None,
            },
        }
    }

    fn in_identity(&self, c: char) -> bool {
        c.is_ascii_alphanumeric() || c == '-' || !self.has(Rule::IdentitiesHaveTheirCharacters)
    }

    fn friendly_name(&self, start: usize, c: char) -> Option<At> {
        if !self.has(Rule::FriendlyNamesHoldNoName) {
            return Some(At::FriendlyName(0));
        }
        let mut text = self
            .starts
            .get(start)
            .map_or(String::new(), |start| (*start).to_owned());
        text.push(c);
        let mut ends = text.char_indices().map(|(at, _)| &text[at..]).chain([""]);
        let end = ends.find_map(|end| self.starts.binary_search(&end).ok())?;
        (!NAMES[..11].contains(&self.starts[end])).then_some(At::FriendlyName(end))
    }

    /// Tells whether an event consists of these parameters.
    fn accepts(&self, state: State) -> bool {
        if state.last != 12 || !matches!(state.at, At::Uuid) {
            return false;
        }
        let has = |name: usize| state.names & 1 << name != 0;
        let says = |name: usize| state.said & 1 << name != 0;
        let is_v2 = [1, 2, 3, 6, 7, 9].into_iter().any(has);
        let is_challenge = has(4) && (!state.is_push || says(1));
        let is_factor = ![1, 2, 3, 4]
            .into_iter()
            .any(|name| has(name) && says(name) || name == 4 && has(4));
        has(0)
            && has(5)
            && has(8)
            && has(10)
            && has(11)
            && (!is_v2 || has(6) && has(9))
            && (is_challenge || is_factor)
    }
}

impl Json {
    fn step(self, c: char) -> Option<Self> {
        use Next::*;

        let (outer, next) = match self {
            Self::Any => return Some(Self::Any),
            Self::Null(len) => return "null"[len..].starts_with(c).then_some(Self::Null(len + 1)),
            Self::Start if c == '{' => return Some(Self::In(None, FirstKey)),
            Self::Start | Self::Done => return (c == ' ').then_some(self),
            Self::In(outer, next) => (outer, next),
        };
        let to = |next| Some(Self::In(outer, next));
        // The kind of the innermost: without an inner one it is the object itself.
        let in_object = outer.unwrap_or(true);
        let closed = || match outer {
            None => Some(Self::Done),
            Some(_) => Some(Self::In(None, Comma)),
        };
        match (next, c) {
            (
                String {
                    is_key,
                    is_escaped: true,
                },
                _,
            ) => to(String {
                is_key,
                is_escaped: false,
            }),
            (String { is_key, .. }, '\\') => to(String {
                is_key,
                is_escaped: true,
            }),
            (String { is_key: true, .. }, '"') => to(Colon),
            (String { is_key: false, .. }, '"') => to(Comma),
            (String { .. }, _) => Some(self),
            (Literal, ',' | '}' | ']' | ' ') => Self::In(outer, Comma).step(c),
            (Literal, c) if c.is_ascii_alphanumeric() || "-.".contains(c) => Some(self),
            (Literal, _) => None,
            (_, ' ') => Some(self),
            (FirstKey, '}') => closed(),
            (FirstKey | Key, '"') => to(String {
                is_key: true,
                is_escaped: false,
            }),
            (Colon, ':') => to(Value),
            (FirstValue, ']') => closed(),
            (Value | FirstValue, '"') => to(String {
                is_key: false,
                is_escaped: false,
            }),
            (Value | FirstValue, '{') if outer.is_none() => Some(Self::In(Some(true), FirstKey)),
            (Value | FirstValue, '[') if outer.is_none() => Some(Self::In(Some(false), FirstValue)),
            (Value | FirstValue, c) if c.is_ascii_alphanumeric() || c == '-' => to(Literal),
            (Comma, ',') if in_object => to(Key),
            (Comma, ',') => to(Value),
            (Comma, '}') if in_object => closed(),
            (Comma, ']') if !in_object => closed(),
            _ => None,
        }
    }
}

/// Two states, the lower first, and whether they have split the string in two ways.
type Pair = (usize, usize, bool);

/// What a character belongs to: a name or a value, and which.
fn label(state: State) -> (usize, bool) {
    let is_name = matches!(state.at, At::Name(_));
    (state.last, is_name)
}

/// The states that are reached, numbered, with what follows each.
struct States<'g> {
    grammar: &'g Grammar,
    numbers: HashMap<State, usize>,
    states: Vec<State>,
    /// For each state, and each character, the states after it.
    next: Vec<Vec<Vec<usize>>>,
}

impl States<'_> {
    fn number(&mut self, state: State) -> usize {
        let states = &mut self.states;
        *self.numbers.entry(state).or_insert_with(|| {
            states.push(state);
            states.len() - 1
        })
    }

    fn next(&mut self, number: usize) -> &[Vec<usize>] {
        while self.next.len() <= number {
            let state = self.states[self.next.len()];
            let next = ALPHABET.chars().map(|c| {
                let next = self.grammar.step(state, c);
                next.into_iter().map(|state| self.number(state)).collect()
            });
            let next = next.collect();
            self.next.push(next);
        }
        &self.next[number]
    }
}

/// Returns a string that both copies accept with different parameters, if there is one.
fn two_readings(grammar: &Grammar) -> Option<String> {
    let mut states = States {
        grammar,
        numbers: HashMap::new(),
        states: Vec::new(),
        next: Vec::new(),
    };
    let first = states.number(State {
        names: 1,
        said: 0,
        is_push: false,
        last: 0,
        at: At::Name(1),
    });
    // A pair of states, the lower first, and whether they have split the string in two ways: where it comes from, by
    // which character.
    let start = (first, first, false);
    let mut before: HashMap<Pair, (Pair, char)> = HashMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(pair) = open.pop_front() {
        let (one, other, differ) = pair;
        if differ
            && [one, other]
                .iter()
                .all(|&state| grammar.accepts(states.states[state]))
        {
            let mut text = Vec::new();
            let mut at = pair;
            while let Some(&(previous, c)) = before.get(&at) {
                text.push(c);
                at = previous;
            }
            text.push('a');
            return Some(text.iter().rev().collect());
        }
        let next = states.next(one).to_vec();
        let others = states.next(other).to_vec();
        for (c, (next, others)) in ALPHABET.chars().zip(next.iter().zip(&others)) {
            for (&one, &other) in next
                .iter()
                .flat_map(|one| others.iter().map(move |other| (one, other)))
            {
                let differ = differ || label(states.states[one]) != label(states.states[other]);
                let next = (one.min(other), one.max(other), differ);
                if next != start && !before.contains_key(&next) {
                    before.insert(next, (pair, c));
                    open.push_back(next);
                }
            }
        }
    }
    None
}

#[test]
fn documented_parameters_have_one_reading() {
    assert_eq!(two_readings(&Grammar::new(None, ALL)), None);
}

#[test]
fn without_any_of_its_rules_a_string_has_two_readings() {
    for (rule, names) in [
        (Rule::SidsAreSids, VERSION_1),
        (Rule::IdentitiesHaveTheirCharacters, VERSION_1),
        (Rule::FriendlyNamesHoldNoName, VERSION_2),
        (Rule::JsonIsComplete, VERSION_2),
        (Rule::TypesAreKnown, VERSION_1),
    ] {
        let text = two_readings(&Grammar::new(Some(rule), names));
        println!("without {rule:?}: {text:?}");
        assert!(text.is_some(), "{rule:?}");
    }
}
