//! The bounds of the parameters, and their order.

use super::Name;
use super::unescape::{is_escaped, unescape};
use crate::kernels::{Bounds, split};
use crate::limits::{MAX_NAME_LENGTH, MAX_PARAMETERS};

/// Why the parameters of a form have no order.
pub(super) enum Disorder {
    /// A name occurs twice: which, if it is a known one, and the index of the second.
    Repeated(Option<Name>, u8),
    /// The index of a parameter whose name is too long.
    LongName(u8),
}

/// The table of the parameters of one delivery, in the order received and in the order signed.
#[derive(Clone)]
pub(crate) struct Table {
    pub(super) received: [Bounds; MAX_PARAMETERS],
    pub(super) len: usize,
    /// Indices into `received`, ordered by name.
    pub(super) sorted: [u8; MAX_PARAMETERS],
    /// The parameters with unknown names, a bit each, the lowest for the first in `received`.
    others: u64,
    /// The documented names that occur, a bit each, the lowest for the first.
    names: u16,
    /// The index into `received` of each of them.
    documented: [u8; Name::ALL.len()],
}

impl Table {
    pub(crate) const fn new() -> Self {
        Self {
            received: [Bounds::NONE; MAX_PARAMETERS],
            len: 0,
            sorted: [0; MAX_PARAMETERS],
            others: 0,
            names: 0,
            documented: [0; Name::ALL.len()],
        }
    }

    pub(super) fn received(&self) -> &[Bounds] {
        self.received.get(..self.len).unwrap_or_default()
    }

    pub(super) fn sorted(&self) -> &[u8] {
        self.sorted.get(..self.len).unwrap_or_default()
    }

    /// Finds the parameters of a form, or that something is wrong with it.
    pub(super) fn split(&mut self, form: &[u8]) -> Option<()> {
        self.len = split(form, &mut self.received)?;
        Some(())
    }

    pub(super) fn bounds(&self, index: u8) -> Bounds {
        let bounds = self.received.get(usize::from(index));
        bounds.copied().unwrap_or(Bounds::NONE)
    }

    pub(super) fn name<'b>(&self, index: u8, text: &'b str) -> &'b str {
        let bounds = self.bounds(index);
        text.get(bounds.start()..bounds.name_end())
            .unwrap_or_default()
    }

    pub(super) fn value<'b>(&self, index: u8, text: &'b str) -> &'b str {
        let bounds = self.bounds(index);
        text.get(bounds.name_end()..bounds.end())
            .unwrap_or_default()
    }

    /// Returns the index of a documented name, if it occurs.
    #[inline]
    pub(super) fn documented(&self, name: Name) -> Option<u8> {
        if self.names & name.bit() == 0 {
            return None;
        }
        self.documented.get(name.index()).copied()
    }

    pub(super) fn all_documented(&self) -> bool {
        self.others == 0
    }

    /// Finds the documented names, orders the parameters of a form by name, and refuses names that occur twice.
    ///
    /// The documented names are in order in their table, so the usual delivery needs no comparison.
    pub(super) fn sort(&mut self, form: &[u8]) -> Result<(), Disorder> {
        self.names = 0;
        let mut others = 0_u64;
        for (index, bounds) in (0_u8..).zip(self.received.iter().take(self.len)) {
            let name = name_in(*bounds, form);
            let Some(name) = Name::of(name).or_else(|| escaped_name(name)) else {
                if is_long(name) {
                    return Err(Disorder::LongName(index));
                }
                others |= 1_u64.unbounded_shl(index.into());
                continue;
            };
            if self.names & name.bit() != 0 {
                return Err(Disorder::Repeated(Some(name), index));
            }
            self.names |= name.bit();
            if let Some(slot) = self.documented.get_mut(name.index()) {
                *slot = index;
            }
        }
        let mut names = self.names;
        let mut known = 0_usize;
        for slot in &mut self.sorted {
            if names == 0 {
                break;
            }
            let index = self.documented.get(names.trailing_zeros() as usize);
            *slot = index.copied().unwrap_or_default();
            names &= names.wrapping_sub(1);
            known = known.wrapping_add(1);
        }
        self.others = others;
        match others {
            0 => Ok(()),
            _ => self.sort_others(known, form),
        }
    }

    /// Orders the parameters by name when some are unknown.
    #[cold]
    fn sort_others(&mut self, known: usize, form: &[u8]) -> Result<(), Disorder> {
        let others = self.others;
        let others = (0..).filter(|&index| others & 1_u64.unbounded_shl(u32::from(index)) != 0);
        let free = self.sorted.iter_mut().take(self.len).skip(known);
        for (slot, index) in free.zip(others) {
            *slot = index;
        }
        let mut written = [&[][..]; MAX_PARAMETERS];
        for (slot, bounds) in written.iter_mut().zip(self.received()) {
            *slot = name_in(*bounds, form);
        }
        if !written.iter().any(|name| is_escaped(name)) {
            return self.sort_by(|index| written.get(index).copied().unwrap_or_default());
        }
        // Each is decoded once, not for each comparison.
        let mut decoded = [DecodedName::EMPTY; MAX_PARAMETERS];
        for (slot, name) in decoded.iter_mut().zip(written) {
            *slot = DecodedName::new(name);
        }
        self.sort_by(|index| decoded.get(index).map_or(&[][..], DecodedName::as_bytes))
    }

    /// Orders the parameters by the names that belong to their indices.
    fn sort_by<'n>(&mut self, name: impl Fn(usize) -> &'n [u8]) -> Result<(), Disorder> {
        let name = |index: u8| name(usize::from(index));
        let all = self.sorted.get_mut(..self.len).unwrap_or_default();
        all.sort_unstable_by(|&a, &b| name(a).cmp(name(b)).then(a.cmp(&b)));
        for neighbours in all.windows(2) {
            if let &[first, second] = neighbours
                && name(first) == name(second)
            {
                return Err(Disorder::Repeated(None, second));
            }
        }
        Ok(())
    }
}

fn name_in(bounds: Bounds, form: &[u8]) -> &[u8] {
    let name = form.get(bounds.start()..bounds.name_end());
    name.unwrap_or_default()
}

/// The bytes of a name, in place.
#[derive(Clone, Copy)]
struct DecodedName {
    bytes: [u8; MAX_NAME_LENGTH],
    len: usize,
}

impl DecodedName {
    const EMPTY: Self = Self {
        bytes: [0; MAX_NAME_LENGTH],
        len: 0,
    };

    /// Decodes a name that is not too long.
    fn new(written: &[u8]) -> Self {
        let mut decoded = Self::EMPTY;
        for (slot, byte) in decoded.bytes.iter_mut().zip(bytes(written)) {
            *slot = byte;
            decoded.len = decoded.len.saturating_add(1);
        }
        decoded
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Tells whether a name has more bytes than one may have, decoded. It is looked at no further than that.
fn is_long(written: &[u8]) -> bool {
    written.len() > MAX_NAME_LENGTH && bytes(written).nth(MAX_NAME_LENGTH).is_some()
}

/// Returns the documented name that is written with escapes.
#[cold]
fn escaped_name(written: &[u8]) -> Option<Name> {
    let mut name = [0; Name::LONGEST];
    let mut len = 0_usize;
    for byte in bytes(written) {
        *name.get_mut(len)? = byte;
        len = len.saturating_add(1);
    }
    Name::of(name.get(..len)?)
}

/// Returns an iterator over the decoded bytes of a name.
fn bytes(name: &[u8]) -> impl Iterator<Item = u8> {
    unescape(name).map(|(_, byte)| byte)
}
