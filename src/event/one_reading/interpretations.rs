//! Everything that a string to sign can say.

use std::ops::Range;

use super::super::absent::AbsentJson;
use super::extent::{self, Budget};
use super::places::{Places, Words, shortest_name};
use super::ways::{Difference, Open, Says, Way, Ways};
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

/// What comes next after a value.
enum Next {
    /// The documented name at a place, by its index.
    Documented(usize, Name),
    /// An unknown name, up to a place or farther, and where the first documented name of two words is after it.
    Unknown { from: usize, held: Option<usize> },
    /// The end of the string.
    End,
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
        let names = Name::ALL.into_iter();
        for name in names.filter(|&name| self.places.last(name).is_some()) {
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
        let object = self.object(name, start);
        let mut found = Some(());
        let mut see = |end, words| {
            let Some(next) = self.next(name, end, words) else {
                return;
            };
            let value = text.get(start..end).unwrap_or_default();
            let said = self.said(name, value, words, &next);
            let mut leave = |ways: &Ways| {
                ways.iter()
                    .try_for_each(|way| match way.shape.with(name, value) {
                        Some(shape) => self.leave(name, end, &next, way.and(said).with(shape)),
                        None => Some(()),
                    })
            };
            found = found.and_then(|()| leave(&direct));
            if !extent::is_overshot(name, value) {
                found = found.and_then(|()| leave(&open));
            }
        };
        match object {
            Some(end) => see(end, Words::One),
            None => extent::ends(text, places, name, start, budget, see)?,
        }
        found
    }

    /// Returns the end of a presented JSON object: it ends nowhere else.
    fn object(&self, name: Name, start: usize) -> Option<usize> {
        let value = self.params.documented(name).filter(|_| name.is_json())?;
        let is_here = value.as_ptr() == self.text.get(start..)?.as_ptr();
        (is_here && AbsentJson::of(value).is_none()).then_some(start.saturating_add(value.len()))
    }

    /// Returns what can come next after the value of a documented parameter.
    #[inline]
    fn next(&self, name: Name, end: usize, words: Words) -> Option<Next> {
        let rest = self.text.as_bytes().get(end..)?;
        match rest.first() {
            None => return (name == Name::Uuid).then_some(Next::End),
            Some(first) if !first.is_ascii_lowercase() => return None,
            Some(_) => {}
        }
        if Name::may_start(rest)
            && let Some(next) = self.next_documented(name, end)
        {
            return (!self.places.overlap(end, end)).then_some(next);
        }
        let from = end.saturating_add(shortest_name(rest, name, words)?);
        let held = self.places.first_joined(from);
        (!self.places.overlap(end, from)).then_some(Next::Unknown { from, held })
    }

    fn next_documented(&self, name: Name, end: usize) -> Option<Next> {
        let index = self.places.at(end)?;
        let next = self.places.all().get(index)?.name;
        follows(name)
            .contains(&next)
            .then_some(Next::Documented(index, next))
    }

    /// Returns what an interpretation with a value says.
    fn said(&self, name: Name, value: &str, words: Words, next: &Next) -> Says {
        let Some(presented) = self.params.documented(name) else {
            return Says::SomethingElse(Difference { name, position: 0 });
        };
        if presented == value {
            return Says::TheSame;
        }
        // A type that Twilio adds later may hold what could be an unknown name.
        let is_start = words == Words::Two
            && matches!(next, Next::Unknown { .. })
            && matches!(name, Name::Type | Name::FactorType)
            && presented.starts_with(value);
        if is_start {
            return Says::Less;
        }
        let position = u16::try_from(presented.len().min(value.len())).unwrap_or(u16::MAX);
        Says::SomethingElse(Difference { name, position })
    }

    /// Goes on after a value.
    fn leave(&mut self, name: Name, end: usize, next: &Next, way: Way) -> Option<()> {
        match *next {
            Next::End => self.all.push(way),
            Next::Documented(index, next) => {
                let way = way.and(self.skipped(name, next));
                self.direct.get_mut(index)?.push(way)
            }
            Next::Unknown { from, held } => self.leave_unknown(name, end, from, held, way),
        }
    }

    /// Goes on after an unknown parameter whose name lies between two places, or goes on after the second.
    fn leave_unknown(
        &mut self,
        name: Name,
        end: usize,
        from: usize,
        held: Option<usize>,
        way: Way,
    ) -> Option<()> {
        let holding = way.shape.holding().map(|shape| way.with(shape));
        if name == Name::Uuid {
            return match (held, holding) {
                (None, _) => self.all.push(way),
                (Some(_), Some(holding)) => self.all.push(holding),
                (Some(_), None) => Some(()),
            };
        }
        let unknown = self.text.get(end..from)?;
        for &next in follows(name).iter().filter(|next| unknown < next.as_str()) {
            let Some(last) = self.places.last(next).filter(|&last| last >= from) else {
                continue;
            };
            let skipped = self.skipped(name, next);
            let open = self.open.get_mut(next.index())?;
            open.add(from, held.unwrap_or(usize::MAX), way.and(skipped))?;
            if let (Some(held), Some(holding)) = (held.filter(|&held| held < last), holding) {
                let from = held.saturating_add(1);
                open.add(from, usize::MAX, holding.and(skipped))?;
            }
        }
        Some(())
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
