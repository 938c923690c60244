//! The parameters of a delivery: decoded once, signed and parsed from the same text.

mod buffer;
mod fault;
mod form;
mod name;
mod table;
mod unescape;

use std::fmt;
use std::ops::Range;

pub use self::buffer::Buffer;
pub(crate) use self::buffer::{Memory, Stack};
pub(crate) use self::form::{Decoded, Form, decode, room_for};
pub(crate) use self::name::Name;
pub(crate) use self::table::Table;
#[cfg(feature = "diagnosis")]
pub(crate) use self::unescape::escaped;
use crate::kernels::Bounds;

/// The decoded parameters of one delivery, in the order received: every name once, all of it UTF-8.
///
/// A view that borrows the [`Buffer`](crate::Buffer) it was decoded into. It does not show where the parameters came
/// from: those of a [`Verified`](crate::Verified) are signed, those of an
/// [`UnverifiedDelivery`](crate::UnverifiedDelivery) are not.
#[derive(Clone, Copy)]
pub struct Params<'b> {
    text: &'b str,
    table: &'b Table,
}

impl<'b> Params<'b> {
    /// Returns how many parameters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.table.len
    }

    /// Returns `true` if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.len == 0
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

    /// Returns an iterator over names and values, in the order received.
    #[must_use]
    pub fn iter(&self) -> ParamsIter<'b> {
        ParamsIter {
            params: *self,
            positions: 0..self.len(),
        }
    }

    /// Returns an iterator over the parameters in the order they are signed in: by the bytes of the name.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = Signed<'b>> + use<'b> {
        let Self { text, table } = *self;
        let known = table.sorted_names();
        table
            .sorted()
            .iter()
            .zip(known)
            .map(move |(&index, known)| Signed {
                known,
                text,
                bounds: table.bounds(index),
            })
    }

    /// Returns the name and value at a position in the order they are signed in.
    pub(crate) fn sorted_at(&self, position: usize) -> Option<(&'b str, &'b str)> {
        let index = *self.table.sorted().get(position)?;
        Some(self.pair(index))
    }

    fn pair(&self, index: u8) -> (&'b str, &'b str) {
        let Self { text, table } = *self;
        (table.name(index, text), table.value(index, text))
    }

    #[inline(always)]
    pub(crate) fn documented(&self, name: Name) -> Option<&'b str> {
        let index = self.table.documented(name)?;
        Some(self.table.value(index, self.text))
    }

    /// Returns the documented names that occur, a bit each.
    pub(crate) fn documented_names(&self) -> u16 {
        self.table.documented_names()
    }

    /// Tells whether every parameter has a documented name.
    pub(crate) fn all_documented(&self) -> bool {
        self.table.all_documented()
    }

    /// Returns names and values as they are signed: in order, without delimiters.
    pub(crate) fn text(&self) -> &'b str {
        self.text
    }
}

/// A parameter in the order signed.
#[derive(Clone, Copy)]
pub(crate) struct Signed<'b> {
    /// The name, if it is documented.
    pub(crate) known: Option<Name>,
    text: &'b str,
    bounds: Bounds,
}

impl<'b> Signed<'b> {
    pub(crate) fn name(&self) -> &'b str {
        let name = self.text.get(self.start()..self.name_end());
        name.unwrap_or_default()
    }

    pub(crate) fn value(&self) -> &'b str {
        let value = self.text.get(self.name_end()..self.end());
        value.unwrap_or_default()
    }

    /// Returns where it starts in [`text`](Params::text).
    pub(crate) fn start(&self) -> usize {
        self.bounds.start()
    }

    pub(crate) fn name_end(&self) -> usize {
        self.bounds.name_end()
    }

    pub(crate) fn end(&self) -> usize {
        self.bounds.end()
    }
}

impl<'b> IntoIterator for Params<'b> {
    type Item = (&'b str, &'b str);
    type IntoIter = ParamsIter<'b>;

    fn into_iter(self) -> ParamsIter<'b> {
        self.iter()
    }
}

impl<'b> IntoIterator for &Params<'b> {
    type Item = (&'b str, &'b str);
    type IntoIter = ParamsIter<'b>;

    fn into_iter(self) -> ParamsIter<'b> {
        self.iter()
    }
}

impl PartialEq for Params<'_> {
    /// Compares names and values in the order received.
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(*other)
    }
}

impl Eq for Params<'_> {}

/// Names and values of a delivery, in the order received: see [`Params::iter`].
#[derive(Debug, Clone)]
pub struct ParamsIter<'b> {
    params: Params<'b>,
    positions: Range<usize>,
}

impl<'b> Iterator for ParamsIter<'b> {
    type Item = (&'b str, &'b str);

    fn next(&mut self) -> Option<Self::Item> {
        let index = u8::try_from(self.positions.next()?).ok()?;
        Some(self.params.pair(index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.positions.size_hint()
    }
}

impl ExactSizeIterator for ParamsIter<'_> {}

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
