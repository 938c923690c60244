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

/// One or more interpretations up to a place.
#[derive(Clone, Copy)]
struct Way {
    shape: Shape,
    says: Says,
}

/// What an interpretation says, beside the presented one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    TheSame,
    /// The same, but that a type that is not known ends earlier.
    Less,
    SomethingElse(Difference),
}

impl Way {
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

    fn iter(&self) -> impl Iterator<Item = Way> {
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

    fn push(&mut self, way: Way) -> Option<()> {
        let like = |slot: &&mut Option<Way>| slot.is_none_or(|other| other.is_like(&way));
        self.0.iter_mut().find(like)?.get_or_insert(way);
        Some(())
    }

    pub(super) fn or(mut self, other: &Self) -> Option<Self> {
        other.iter().try_for_each(|way| self.push(way))?;
        Some(self)
    }

    /// With what one more parameter makes of each shape, if that can be.
    pub(super) fn with(&self, more: impl Fn(Shape) -> Option<Shape>) -> Self {
        let mut ways = Self::NONE;
        for way in self.iter() {
            if let Some(shape) = more(way.shape) {
                // As many as before, or fewer.
                let _ = ways.push(Way { shape, ..way });
            }
        }
        ways
    }

    /// From here on, all of them say something else.
    pub(super) fn differing(&self, difference: Difference) -> Option<Self> {
        self.saying(|says| match says {
            Says::TheSame | Says::Less => Says::SomethingElse(difference),
            Says::SomethingElse(_) => says,
        })
    }

    /// From here on, all of them say less, if not something else.
    pub(super) fn less(&self) -> Option<Self> {
        self.saying(|says| match says {
            Says::TheSame | Says::Less => Says::Less,
            Says::SomethingElse(_) => says,
        })
    }

    fn saying(&self, change: impl Fn(Says) -> Says) -> Option<Self> {
        let mut ways = Self::NONE;
        for way in self.iter() {
            let says = change(way.says);
            ways.push(Way { says, ..way })?;
        }
        Some(ways)
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
    const MOST: usize = 32;

    pub(super) const NONE: Self = Self([None; Self::MOST]);

    pub(super) fn add(&mut self, from: usize, to: usize, ways: &Ways) -> Option<()> {
        for way in ways.iter() {
            let like = |slot: &&mut Option<Opening>| {
                slot.is_none_or(|other| other.to == to && other.way.is_like(&way))
            };
            let slot = self.0.iter_mut().find(like)?;
            let opening = slot.get_or_insert(Opening { from, to, way });
            opening.from = opening.from.min(from);
        }
        Some(())
    }

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
