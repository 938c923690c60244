//! What leads to a place in the string to sign.

use std::mem::discriminant;

use super::shape::Shape;
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
    says: Says,
}

impl Way {
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

/// The interpretations up to a place: not more than a few kinds, or it would take too long.
#[derive(Clone, Copy)]
pub(super) struct Ways([Option<Way>; Self::MOST]);

impl Ways {
    const MOST: usize = 16;

    pub(super) const NONE: Self = Self([None; Self::MOST]);

    /// Where the string starts.
    pub(super) const START: Self = {
        let mut ways = [None; Self::MOST];
        if let Some(first) = ways.first_mut() {
            *first = Some(Way {
                shape: Shape::NONE,
                says: Says::TheSame,
            });
        }
        Self(ways)
    };

    pub(super) fn iter(&self) -> impl Iterator<Item = Way> {
        self.0.iter().map_while(|way| *way)
    }

    pub(super) fn is_none(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Tells whether one of them says what the presented one says.
    pub(super) fn say_the_same(&self) -> bool {
        self.iter().any(|way| way.says == Says::TheSame)
    }

    pub(super) fn difference(&self) -> Option<Difference> {
        self.iter().find_map(|way| match way.says {
            Says::SomethingElse(difference) => Some(difference),
            Says::TheSame | Says::Less => None,
        })
    }

    /// Adds one; `None` if there are too many.
    pub(super) fn push(&mut self, way: Way) -> Option<()> {
        let like = |slot: &&mut Option<Way>| slot.is_none_or(|other| other.is_like(&way));
        self.0.iter_mut().find(like)?.get_or_insert(way);
        Some(())
    }
}

/// From where to where a documented parameter may start after an unknown one.
#[derive(Clone, Copy)]
pub(super) struct Open([Option<Opening>; Self::MOST]);

#[derive(Clone, Copy)]
struct Opening {
    from: usize,
    to: usize,
    way: Way,
}

impl Open {
    const MOST: usize = 24;

    pub(super) const NONE: Self = Self([None; Self::MOST]);

    /// Adds one; `None` if there are too many.
    pub(super) fn add(&mut self, from: usize, to: usize, way: Way) -> Option<()> {
        let like = |slot: &&mut Option<Opening>| {
            slot.is_none_or(|other| other.to == to && other.way.is_like(&way))
        };
        let slot = self.0.iter_mut().find(like)?;
        let opening = slot.get_or_insert(Opening { from, to, way });
        opening.from = opening.from.min(from);
        Some(())
    }

    /// Returns what leads to a place; `None` if that is too much.
    pub(super) fn at(&self, start: usize) -> Option<Ways> {
        let mut ways = Ways::NONE;
        for opening in self.0.iter().map_while(|opening| *opening) {
            if (opening.from..=opening.to).contains(&start) {
                ways.push(opening.way)?;
            }
        }
        Some(ways)
    }
}
