//! Everything that a string to sign can say.

use std::mem::{Discriminant, discriminant};
use std::ops::Range;
use std::ptr;

use super::super::absent::AbsentJson;
use super::extent::{self, Budget};
use super::places::{Place, Places, Words, shortest_name};
use super::ways::{Difference, Leading, Says, Way, Ways};
use crate::params::{Name, Params};

/// What the interpretations of a string have in common with the one that was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All documented parameters say what they say there.
    Only,
    /// It is none.
    None,
    /// There is one that says something else.
    Other(Difference),
    /// That would take too long to find out.
    TooLong,
}

/// Finds the interpretations of a string.
///
/// The places of documented names are taken in order. What is kept of a place is which sets of parameters lead there, and
/// whether they say something else than the presented ones. So each place is looked at once, however many ways lead to it.
pub(super) fn find(params: Params<'_>, places: &Places) -> Outcome {
    let mut search = Search {
        text: params.text(),
        places,
        params,
        presented: params.documented_names(),
        leading: const { Leading::new() },
        left: None,
        is_found: false,
        difference: None,
    };
    match search.run() {
        None => Outcome::TooLong,
        Some(()) if !search.is_found => Outcome::None,
        Some(()) => match search.difference {
            Some(difference) => Outcome::Other(difference),
            None => Outcome::Only,
        },
    }
}

struct Search<'t> {
    text: &'t str,
    places: &'t Places,
    params: Params<'t>,
    /// The documented names that are presented, a bit each.
    presented: u16,
    leading: Leading,
    /// What the last value led to.
    left: Option<(usize, usize, Discriminant<Says>, bool)>,
    /// Whether a way to the end says what is presented.
    is_found: bool,
    /// What another way to the end says.
    difference: Option<Difference>,
}

/// What comes next after a value.
enum Next {
    /// The documented name at a place, by its index.
    Documented(usize, Name),
    /// An unknown name, up to a place or farther, the documented names that may come after it, and the first documented name
    /// of two words from there on.
    Unknown {
        from: usize,
        later: &'static [Name],
        held: Option<Place>,
    },
    /// The end of the string.
    End,
}

/// Each step is `None` if that takes too long.
impl Search<'_> {
    fn run(&mut self) -> Option<()> {
        if self.places.at(0) == Some(0) {
            self.leading.add(0, Way::START)?;
        }
        let mut budget = Budget::of(self.text);
        // In one place, as to copy them takes time.
        let (mut direct, mut open) = const { (Ways::none(), Ways::none()) };
        for (index, place) in self.places.all().iter().enumerate() {
            self.leading.directly(index, &mut direct)?;
            self.leading.openly(*place, &mut open)?;
            if !(direct.is_empty() && open.is_empty()) {
                self.go_on(*place, [&direct, &open], &mut budget)?;
            }
        }
        Some(())
    }

    /// Goes on from a documented name at a place.
    fn go_on(&mut self, place: Place, ways: [&Ways; 2], budget: &mut Budget) -> Option<()> {
        let (name, start) = (place.name, place.end());
        let (text, places) = (self.text, self.places);
        let presented = self.params.documented(name);
        let is_here = |value: &&str| {
            let here = text.get(start..).map(str::as_ptr);
            here == Some(value.as_ptr())
        };
        self.left = None;
        let mut see = |end, words| self.end(name, presented, start..end, words, ways);
        match presented.filter(is_here) {
            // A presented SID or JSON object ends nowhere else.
            Some(value) if name.is_sid() || name.is_json() && AbsentJson::of(value).is_none() => {
                see(start.saturating_add(value.len()), Words::One)
            }
            _ => {
                let presented = presented.map(str::len);
                extent::ends(text, places, name, start, presented, budget, see)
            }
        }
    }

    /// Goes on after a value of a documented parameter, on the ways that lead to it from a documented and from an unknown
    /// one.
    fn end(
        &mut self,
        name: Name,
        presented: Option<&str>,
        value: Range<usize>,
        words: Words,
        [direct, open]: [&Ways; 2],
    ) -> Option<()> {
        let end = value.end;
        let Some(next) = self.next(name, end, words) else {
            return Some(());
        };
        let value = self.text.get(value)?;
        let said = said(name, presented, value, words, &next);
        let is_overshot = words != Words::One && extent::is_overshot(name, value);
        // Ends within one word mostly lead to the same.
        if let Next::Unknown { from, later, .. } = next {
            let left = (from, later.len(), discriminant(&said), is_overshot);
            if self.left.replace(left) == Some(left) {
                return Some(());
            }
        }
        let open = open.iter().filter(|_| !is_overshot);
        for way in direct.iter().chain(open) {
            if let Some(shape) = way.shape.with(name, value) {
                self.leave(name, &next, way.and(said).with(shape))?;
            }
        }
        Some(())
    }

    /// Returns what can come next after the value of a documented parameter.
    #[inline(always)]
    fn next(&self, name: Name, end: usize, words: Words) -> Option<Next> {
        let rest = self.text.as_bytes().get(end..)?;
        match rest.first() {
            None => return (name == Name::Uuid).then_some(Next::End),
            Some(first) if !first.is_ascii_lowercase() => return None,
            Some(_) => {}
        }
        if let Some(index) = self.places.at(end)
            && let Some(place) = self.places.all().get(index)
            && follows(name).contains(&place.name)
        {
            return (!place.is_overlapped).then_some(Next::Documented(index, place.name));
        }
        let from = end.saturating_add(shortest_name(rest, name, words)?);
        if self.places.overlap(end, from) {
            return None;
        }
        let unknown = self.text.get(end..from)?;
        let later = follows(name);
        let first = later.partition_point(|later| later.as_str() <= unknown);
        Some(Next::Unknown {
            from,
            later: later.get(first..).unwrap_or_default(),
            held: self.places.first_joined(from),
        })
    }

    /// Goes on after a value.
    fn leave(&mut self, name: Name, next: &Next, way: Way) -> Option<()> {
        match *next {
            Next::End => self.arrive(way),
            Next::Documented(index, next) => {
                let way = way.and(self.skipped(name, next));
                self.leading.add(index, way)?;
            }
            Next::Unknown { held, .. } if name == Name::Uuid => match held {
                None => self.arrive(way),
                Some(_) => {
                    if let Some(shape) = way.shape.holding() {
                        self.arrive(way.with(shape));
                    }
                }
            },
            Next::Unknown { from, later, held } => {
                self.leave_unknown(name, from, later, held, way)?;
            }
        }
        Some(())
    }

    /// Goes on after an unknown parameter whose name ends at a place or after it.
    fn leave_unknown(
        &mut self,
        name: Name,
        from: usize,
        later: &[Name],
        held: Option<Place>,
        way: Way,
    ) -> Option<()> {
        let holding = way.shape.holding();
        for &next in later {
            let Some(last) = self.places.last(next).filter(|&last| last >= from) else {
                continue;
            };
            let way = way.and(self.skipped(name, next));
            // Up to the first name of two words, then with that one in the value.
            if !next.is_joined() || held.is_some_and(|held| held.name == next) {
                let to = held.map_or(usize::MAX, |held| held.start);
                self.leading.open(next, from, to, way)?;
            }
            if let (Some(held), Some(shape)) = (held.filter(|held| held.start < last), holding)
                && shape.is_start(next)
            {
                let from = held.start.saturating_add(1);
                self.leading.open(next, from, usize::MAX, way.with(shape))?;
            }
        }
        Some(())
    }

    /// Reaches the end of the string.
    fn arrive(&mut self, way: Way) {
        match way.says {
            Says::TheSame => self.is_found = true,
            Says::Less => {}
            Says::SomethingElse(difference) => {
                self.difference.get_or_insert(difference);
            }
        }
    }

    /// Returns what is said if one documented parameter comes next after another.
    fn skipped(&self, name: Name, next: Name) -> Says {
        let up_to_name = name.bit().wrapping_shl(1).wrapping_sub(1);
        let before_next = next.bit().wrapping_sub(1);
        let skipped = self.presented & before_next & !up_to_name;
        match Name::ALL.get(skipped.trailing_zeros() as usize) {
            Some(&name) => Says::SomethingElse(Difference { name, position: 0 }),
            None => Says::TheSame,
        }
    }
}

/// Returns what an interpretation with a value says, beside the value presented.
fn said(name: Name, presented: Option<&str>, value: &str, words: Words, next: &Next) -> Says {
    let Some(presented) = presented else {
        return Says::SomethingElse(Difference { name, position: 0 });
    };
    if ptr::eq(presented, value) || presented == value {
        return Says::TheSame;
    }
    // A type that Twilio adds later may hold what could be an unknown name.
    let is_start = words != Words::One
        && matches!(next, Next::Unknown { .. })
        && matches!(name, Name::Type | Name::FactorType)
        && presented.starts_with(value);
    if is_start {
        return Says::Less;
    }
    let position = u16::try_from(presented.len().min(value.len())).unwrap_or(u16::MAX);
    Says::SomethingElse(Difference { name, position })
}

/// The documented names that may come next after another: every event has the last three.
fn follows(name: Name) -> &'static [Name] {
    const ALL: &[Name] = &Name::ALL;
    let last = match name {
        Name::Uuid => return &[],
        Name::Type => Name::Uuid,
        Name::ServiceSid => Name::Type,
        _ => Name::ServiceSid,
    };
    let range = name.index().saturating_add(1)..=last.index();
    ALL.get(range).unwrap_or_default()
}
