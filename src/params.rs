//! The parameters of a delivery: decoded once, signed and parsed from the same text.

mod decode;
mod name;

use std::fmt;
use std::ops::Range;

pub(crate) use self::decode::{SLACK, decode};
pub(crate) use self::name::Name;
use crate::error::FormError;

/// The most parameters a delivery may have.
pub(crate) const MAX_PARAMS: usize = 64;

/// Where one parameter lies in the decoded text, its value right after its name.
///
/// In half the room that offsets usually take, because the table of them is cleared for every delivery. No form is
/// so long that an offset in it would not fit.
#[derive(Clone, Copy)]
pub(crate) struct Pair {
    start: u32,
    name_end: u32,
    end: u32,
    /// Where the parameter starts in the form as received.
    position: u32,
}

impl Pair {
    const EMPTY: Self = Self {
        start: 0,
        name_end: 0,
        end: 0,
        position: 0,
    };

    #[inline(always)]
    fn new(start: usize, name_end: usize, end: usize, position: usize) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: narrow(start),
            name_end: narrow(name_end),
            end: narrow(end),
            position: narrow(position),
        }
    }

    fn name(self, text: &str) -> &str {
        text.get(self.start as usize..self.name_end as usize)
            .unwrap_or_default()
    }

    fn value(self, text: &str) -> &str {
        text.get(self.name_end as usize..self.end as usize)
            .unwrap_or_default()
    }

    fn name_and_value(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize)
            .unwrap_or_default()
    }

    /// Where the name lies, and where the value does.
    fn bounds(self) -> [Range<usize>; 2] {
        let [start, name_end, end] =
            [self.start, self.name_end, self.end].map(|offset| offset as usize);
        [start..name_end, name_end..end]
    }

    fn position(self) -> usize {
        self.position as usize
    }
}

/// The table of the parameters of one delivery, in the order received and in the order signed.
#[derive(Clone)]
pub(crate) struct Pairs {
    received: [Pair; MAX_PARAMS],
    len: usize,
    /// Indices into `received`, ordered by name.
    sorted: [u8; MAX_PARAMS],
    /// The index into `received` of each documented name that is there.
    documented: [Option<u8>; Name::ALL.len()],
}

impl Pairs {
    pub(crate) const fn new() -> Self {
        Self {
            received: [Pair::EMPTY; MAX_PARAMS],
            len: 0,
            sorted: [0; MAX_PARAMS],
            documented: [None; Name::ALL.len()],
        }
    }

    fn received(&self) -> &[Pair] {
        self.received.get(..self.len).unwrap_or_default()
    }

    fn clear(&mut self) {
        self.len = 0;
        self.documented = [None; Name::ALL.len()];
    }

    /// Adds a parameter.
    #[inline(always)]
    fn push(&mut self, pair: Pair, name: &[u8]) -> Result<(), FormError> {
        let position = pair.position();
        let (Some(slot), Ok(index)) = (self.received.get_mut(self.len), u8::try_from(self.len))
        else {
            let limit = MAX_PARAMS;
            return Err(FormError::TooManyParameters { limit });
        };
        if name.is_empty() {
            return Err(FormError::EmptyName { position });
        }
        if let Some(name) = Name::of(name)
            && let Some(known) = self.documented.get_mut(name.index())
        {
            if known.is_some() {
                let name = Some(name.as_str());
                return Err(FormError::RepeatedName { name, position });
            }
            *known = Some(index);
        }
        *slot = pair;
        self.len = self.len.saturating_add(1);
        Ok(())
    }

    fn pair(&self, index: u8) -> Pair {
        let pair = self.received.get(usize::from(index));
        pair.copied().unwrap_or(Pair::EMPTY)
    }

    /// Orders the parameters by name and refuses names that occur twice.
    ///
    /// The documented names are in order as they stand in their table, so the usual delivery needs no comparison.
    fn sort(&mut self, text: &str) -> Result<(), FormError> {
        let mut sorted = self.sorted;
        let mut known = 0_usize;
        for (slot, index) in sorted.iter_mut().zip(self.documented.iter().flatten()) {
            *slot = *index;
            known = known.saturating_add(1);
        }
        if known < self.len {
            let name = |index: u8| self.pair(index).name(text);
            let is_other = |index: &u8| Name::of(name(*index).as_bytes()).is_none();
            let others = (0_u8..).take(self.len).filter(is_other);
            for (slot, index) in sorted.iter_mut().skip(known).zip(others) {
                *slot = index;
            }
            let sorted = sorted.get_mut(..self.len).unwrap_or_default();
            sorted.sort_unstable_by(|&a, &b| name(a).cmp(name(b)).then(a.cmp(&b)));
            for neighbours in sorted.windows(2) {
                if let &[first, second] = neighbours
                    && name(first) == name(second)
                {
                    let position = self.pair(second).position();
                    return Err(FormError::RepeatedName {
                        name: None,
                        position,
                    });
                }
            }
        }
        self.sorted = sorted;
        Ok(())
    }
}

/// The decoded parameters of one delivery: every name once, all of it UTF-8.
///
/// A view that borrows the [`Buffer`](crate::Buffer) it was decoded into. Having one says nothing about where it
/// came from: look at how you got it.
#[derive(Clone, Copy)]
pub struct Params<'b> {
    text: &'b str,
    pairs: &'b Pairs,
}

impl<'b> Params<'b> {
    /// Returns how many parameters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len
    }

    /// Tells whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pairs.len == 0
    }

    /// Returns the value of a parameter. Names are compared byte by byte.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'b str> {
        match Name::of(name.as_bytes()) {
            Some(name) => self.documented(name),
            None => self
                .iter()
                .find(|&(other, _)| other == name)
                .map(|(_, value)| value),
        }
    }

    /// Goes through names and values in the order received.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'b str, &'b str)> + use<'b> {
        let text = self.text;
        self.pairs
            .received()
            .iter()
            .map(move |pair| (pair.name(text), pair.value(text)))
    }

    /// Goes through names and values in the order they are signed in: by the bytes of the name.
    pub(crate) fn sorted(&self) -> impl ExactSizeIterator<Item = (&'b str, &'b str)> + use<'b> {
        let text = self.text;
        self.sorted_pairs()
            .map(move |pair| (pair.name(text), pair.value(text)))
    }

    pub(crate) fn documented(&self, name: Name) -> Option<&'b str> {
        let index = self.pairs.documented.get(name.index()).copied().flatten()?;
        Some(self.pairs.pair(index).value(self.text))
    }

    /// Tells whether every parameter has a documented name.
    pub(crate) fn all_documented(&self) -> bool {
        self.pairs.documented.iter().flatten().count() == self.pairs.len
    }

    /// Writes names and values in signed order, without delimiters, and returns how many bytes that took.
    pub(crate) fn write_signed(&self, out: &mut [u8]) -> usize {
        let mut len = 0_usize;
        for pair in self.sorted_pairs() {
            let piece = pair.name_and_value(self.text).as_bytes();
            let end = len.saturating_add(piece.len());
            if let Some(room) = out.get_mut(len..end) {
                room.copy_from_slice(piece);
                len = end;
            }
        }
        len
    }

    fn sorted_pairs(&self) -> impl ExactSizeIterator<Item = Pair> + use<'b> {
        let pairs = self.pairs;
        let sorted = pairs.sorted.get(..pairs.len).unwrap_or_default();
        sorted.iter().map(move |&index| pairs.pair(index))
    }
}

impl fmt::Debug for Params<'_> {
    /// Shows the documented names and counts the others: values are user data, and other names may be.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Name::ALL
            .into_iter()
            .filter(|&name| self.documented(name).is_some());
        f.debug_struct("Params")
            .field(
                "documented",
                &names.clone().map(Name::as_str).collect::<Vec<_>>(),
            )
            .field("others", &self.len().saturating_sub(names.count()))
            .finish()
    }
}
