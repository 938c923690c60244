//! What leads to a place in the string to sign.

use std::mem::discriminant;

use super::places::Place;
use super::shape::Shape;
use crate::limits;
use crate::params::Name;

/// Where another interpretation begins to say something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) name: Name,
    /// Where the values part, in bytes of the value presented.
    pub(super) position: u16,
}

/// What an interpretation says, beside the presented one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Says {
    TheSame,
    /// The same, but that a type that is not known ends earlier.
    Less,
    SomethingElse(Difference),
}

/// One or more interpretations up to a place.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) shape: Shape,
    pub(super) says: Says,
}

impl Way {
    /// Where the string starts.
    pub(super) const START: Self = Self {
        shape: Shape::NONE,
        says: Says::TheSame,
    };

    pub(super) fn with(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// With what it says from here on, unless it has said something else before.
    pub(super) fn and(self, says: Says) -> Self {
        let says = match (self.says, says) {
            (Says::SomethingElse(_), _) | (_, Says::TheSame) => self.says,
            (_, says) => says,
        };
        Self { says, ..self }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.shape == other.shape && discriminant(&self.says) == discriminant(&other.says)
    }
}

/// A list with room for so many.
#[derive(Clone, Copy)]
struct List<T, const MOST: usize> {
    all: [T; MOST],
    len: usize,
}

impl<T: Copy, const MOST: usize> List<T, MOST> {
    const fn filled(with: T) -> Self {
        Self {
            all: [with; MOST],
            len: 0,
        }
    }

    fn all(&self) -> &[T] {
        self.all.get(..self.len).unwrap_or_default()
    }

    fn all_mut(&mut self) -> &mut [T] {
        self.all.get_mut(..self.len).unwrap_or_default()
    }

    /// Adds one; `None` if there is no room.
    fn push(&mut self, item: T) -> Option<()> {
        *self.all.get_mut(self.len)? = item;
        self.len = self.len.saturating_add(1);
        Some(())
    }
}

/// The interpretations up to a place: one of each kind.
pub(super) struct Ways(List<Way, 16>);

impl Ways {
    pub(super) const fn none() -> Self {
        Self(List::filled(Way::START))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Way> {
        self.0.all().iter().copied()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.len == 0
    }

    /// Adds one; `None` if there are too many.
    fn push(&mut self, way: Way) -> Option<()> {
        if self.iter().any(|other| other.is_like(&way)) {
            return Some(());
        }
        self.0.push(way)
    }
}

/// What leads to the places of documented names.
pub(super) struct Leading {
    /// The last in `direct` for each place, counted from one.
    last: [u8; limits::MAX_NAME_OCCURRENCES],
    /// The ways on which a documented parameter ends at the place, each with the one before it in the list of the place.
    direct: List<(Way, u8), 128>,
    /// The ways on which an unknown parameter may end at the place.
    open: List<Open, 48>,
    /// The documented names after these, a bit each.
    open_names: u16,
}

/// From where to where a documented parameter may start after an unknown one.
#[derive(Clone, Copy)]
struct Open {
    name: Name,
    from: usize,
    to: usize,
    way: Way,
}

impl Leading {
    pub(super) const fn new() -> Self {
        Self {
            last: [0; limits::MAX_NAME_OCCURRENCES],
            direct: List::filled((Way::START, 0)),
            open: List::filled(Open {
                name: Name::AccountSid,
                from: 0,
                to: 0,
                way: Way::START,
            }),
            open_names: 0,
        }
    }

    /// Adds a way to the place of an index; `None` if there are too many.
    pub(super) fn add(&mut self, index: usize, way: Way) -> Option<()> {
        let last = self.last.get_mut(index)?;
        let mut at = *last;
        while let Some((other, before)) = direct(&self.direct, at) {
            if other.is_like(&way) {
                return Some(());
            }
            at = before;
        }
        self.direct.push((way, *last))?;
        *last = u8::try_from(self.direct.len).ok()?;
        Some(())
    }

    /// Adds a way to every place of a name from one place to another; `None` if there are too many.
    pub(super) fn open(&mut self, name: Name, from: usize, to: usize, way: Way) -> Option<()> {
        let mut like = self
            .open
            .all_mut()
            .iter_mut()
            .filter(|open| open.name == name && open.to == to && open.way.is_like(&way));
        if let Some(open) = like.next() {
            open.from = open.from.min(from);
            return Some(());
        }
        self.open_names |= name.bit();
        self.open.push(Open {
            name,
            from,
            to,
            way,
        })
    }

    /// Finds the ways on which a documented parameter ends at the place of an index; `None` if there are too many.
    pub(super) fn directly(&self, index: usize, ways: &mut Ways) -> Option<()> {
        ways.0.len = 0;
        let mut at = self.last.get(index).copied().unwrap_or_default();
        while let Some((way, before)) = direct(&self.direct, at) {
            ways.0.push(way)?;
            at = before;
        }
        Some(())
    }

    /// Finds the ways on which an unknown parameter ends at a place; `None` if there are too many.
    pub(super) fn openly(&self, place: Place, ways: &mut Ways) -> Option<()> {
        ways.0.len = 0;
        // Nothing ends within a documented name.
        if place.is_overlapped || self.open_names & place.name.bit() == 0 {
            return Some(());
        }
        for open in self.open.all() {
            if open.name == place.name && (open.from..=open.to).contains(&place.start) {
                ways.push(open.way)?;
            }
        }
        Some(())
    }
}

fn direct(all: &List<(Way, u8), 128>, counted: u8) -> Option<(Way, u8)> {
    let index = usize::from(counted).checked_sub(1)?;
    all.all().get(index).copied()
}
