//! Everything that a string to sign can say.

use std::ops::Range;

use super::extent::{self, Budget};
use super::places::{Places, Words, shortest_name};
use super::shape::Shape;
use super::ways::{Difference, Open, Ways};
use crate::limits;
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
/// The documented names are taken in order, and the places of each in the string. What is kept of a place is which sets
/// of parameters lead there, and whether they say something else than the presented ones. So each place is looked at
/// once, however many ways lead to it.
pub(super) fn find(params: Params<'_>, places: &Places) -> Outcome {
    let mut search = Search {
        text: params.text(),
        places,
        params,
        presented: Name::ALL.into_iter().fold(0, |names, name| {
            names | params.documented(name).map_or(0, |_| name.bit())
        }),
        direct: [Ways::NONE; limits::MAX_NAME_OCCURRENCES],
        open: [Open::NONE; Name::ALL.len()],
        all: Ways::NONE,
    };
    match search.run() {
        None => Outcome::TooLong,
        Some(()) if !search.all.say_the_same() => Outcome::None,
        Some(()) => match search.all.difference() {
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
    /// What leads to each place from a documented parameter that ends there.
    direct: [Ways; limits::MAX_NAME_OCCURRENCES],
    /// What leads to each name from an unknown parameter.
    open: [Open; Name::ALL.len()],
    /// What leads to the end of the string.
    all: Ways,
}

/// The value of a documented parameter, as far as the string shows where it ends.
struct Value {
    name: Name,
    range: Range<usize>,
    words: Words,
}

/// Each step is `None` if that takes too long.
impl Search<'_> {
    fn run(&mut self) -> Option<()> {
        if self.places.at(0) == Some(0)
            && let Some(first) = self.direct.first_mut()
        {
            *first = Ways::START;
        }
        let mut budget = Budget::of(self.text);
        for name in Name::ALL {
            for (index, place) in self.places.all().iter().enumerate() {
                if place.name == name {
                    self.go_on(index, place.start..place.end(), name, &mut budget)?;
                }
            }
        }
        Some(())
    }

    /// Goes on from a documented name at a place, if anything leads there.
    fn go_on(
        &mut self,
        index: usize,
        place: Range<usize>,
        name: Name,
        budget: &mut Budget,
    ) -> Option<()> {
        let direct = self.direct.get(index).copied().unwrap_or(Ways::NONE);
        let open = self.open.get(name.index());
        let open = match open.filter(|_| !self.places.overlap(place.start, place.start)) {
            Some(open) => open.at(place.start)?,
            None => Ways::NONE,
        };
        if direct.is_none() && open.is_none() {
            return Some(());
        }
        let (text, places) = (self.text, self.places);
        let start = place.end;
        let mut ends = Some(());
        extent::ends(text, places, name, start, budget, |end, words| {
            let value = text.get(start..end).unwrap_or_default();
            let ways = match extent::is_overshot(name, value) {
                true => Some(direct),
                false => direct.or(&open),
            };
            let value = Value {
                name,
                range: start..end,
                words,
            };
            ends = ends.and_then(|()| self.leave(value, &ways?));
        })?;
        ends
    }

    /// Goes on after a value.
    fn leave(&mut self, value: Value, ways: &Ways) -> Option<()> {
        let Value { name, range, words } = value;
        let end = range.end;
        let value = self.text.get(range).unwrap_or_default();
        let presented = self.params.documented(name);
        let ways = ways.with(|shape| shape.with(name, value));
        if ways.is_none() {
            return Some(());
        }
        let is_same = presented == Some(value);
        // A type that Twilio adds later may hold what could be an unknown name.
        let is_start = words == Words::Two
            && matches!(name, Name::Type | Name::FactorType)
            && presented.is_some_and(|presented| presented.starts_with(value));
        let position = presented.map_or(0, |presented| presented.len().min(value.len()));
        let position = u16::try_from(position).unwrap_or(u16::MAX);
        let differing = ways.differing(Difference { name, position })?;
        let less = ways.less()?;
        let (after_documented, after_unknown) = match (is_same, is_start) {
            (true, _) => (&ways, &ways),
            (false, true) => (&differing, &less),
            (false, false) => (&differing, &differing),
        };
        if name == Name::Uuid && end == self.text.len() {
            self.all = self.all.or(after_documented)?;
        }
        if self.places.overlap(end, end) {
            return Some(());
        }
        let documented = self.places.at(end).and_then(|index| {
            let next = self.places.all().get(index)?.name;
            follows(name).contains(&next).then_some((index, next))
        });
        let Some((index, next)) = documented else {
            return self.follow_unknown(name, end, words, after_unknown);
        };
        let ways = self.skipping(name, next, after_documented)?;
        let direct = self.direct.get_mut(index)?;
        *direct = direct.or(&ways)?;
        Some(())
    }

    /// Goes on to documented names after an unknown parameter, if one could start where a value ends.
    fn follow_unknown(&mut self, name: Name, end: usize, words: Words, ways: &Ways) -> Option<()> {
        let rest = self.text.get(end..).unwrap_or_default();
        let Some(len) = shortest_name(rest.as_bytes(), name, words) else {
            return Some(());
        };
        let from = end.saturating_add(len);
        if self.places.overlap(end, from) {
            return Some(());
        }
        let held = self.places.first_joined(from);
        if name == Name::Uuid {
            let ways = match held {
                None => *ways,
                Some(_) => ways.with(Shape::holding),
            };
            self.all = self.all.or(&ways)?;
        }
        let unknown = rest.get(..len)?;
        for &next in follows(name).iter().filter(|next| unknown < next.as_str()) {
            let ways = self.skipping(name, next, ways)?;
            let open = self.open.get_mut(next.index())?;
            open.add(from, held.unwrap_or(usize::MAX), &ways)?;
            if let Some(held) = held {
                let from = held.saturating_add(1);
                open.add(from, usize::MAX, &ways.with(Shape::holding))?;
            }
        }
        Some(())
    }

    /// What is said if one documented parameter comes next after another.
    fn skipping(&self, name: Name, next: Name, ways: &Ways) -> Option<Ways> {
        let up_to_name = name.bit().wrapping_shl(1).wrapping_sub(1);
        let before_next = next.bit().wrapping_sub(1);
        let skipped = self.presented & before_next & !up_to_name;
        match Name::ALL.get(skipped.trailing_zeros() as usize) {
            Some(&name) => ways.differing(Difference { name, position: 0 }),
            None => Some(*ways),
        }
    }
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
