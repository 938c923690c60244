//! The bounds of the parameters, and their order.

use std::cmp::Ordering;

use super::Name;
use super::unescape::{is_escaped, unescape};
use crate::kernels::{Bounds, split};
use crate::limits::MAX_PARAMETERS;

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
    /// The documented names are listed in order, so the usual delivery needs no comparison.
    /// The error is the name, if it is documented, and the index of the second one.
    pub(super) fn sort(&mut self, form: &[u8]) -> Result<(), (Option<Name>, u8)> {
        self.names = 0;
        let mut others = 0_u64;
        for (index, bounds) in (0_u8..).zip(self.received.iter().take(self.len)) {
            let name = name_in(*bounds, form);
            let Some(name) = Name::of(name).or_else(|| escaped_name(name)) else {
                others |= 1_u64.unbounded_shl(index.into());
                continue;
            };
            if self.names & name.bit() != 0 {
                return Err((Some(name), index));
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
    fn sort_others(&mut self, known: usize, form: &[u8]) -> Result<(), (Option<Name>, u8)> {
        let (received, others) = (&self.received, self.others);
        let name = |index: u8| {
            let bounds = received.get(usize::from(index));
            bounds.map_or(&[][..], |bounds| name_in(*bounds, form))
        };
        let others = (0..).filter(|&index| others & 1_u64.unbounded_shl(u32::from(index)) != 0);
        let free = self.sorted.iter_mut().take(self.len).skip(known);
        for (slot, index) in free.zip(others) {
            *slot = index;
        }
        let all = self.sorted.get_mut(..self.len).unwrap_or_default();
        let order: fn(&[u8], &[u8]) -> Ordering =
            match all.iter().any(|&index| is_escaped(name(index))) {
                false => |one, other| one.cmp(other),
                true => |one, other| bytes(one).cmp(bytes(other)),
            };
        all.sort_unstable_by(|&a, &b| order(name(a), name(b)).then(a.cmp(&b)));
        for neighbours in all.windows(2) {
            if let &[first, second] = neighbours
                && order(name(first), name(second)).is_eq()
            {
                return Err((None, second));
            }
        }
        Ok(())
    }
}

fn name_in(bounds: Bounds, form: &[u8]) -> &[u8] {
    let name = form.get(bounds.start()..bounds.name_end());
    name.unwrap_or_default()
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
