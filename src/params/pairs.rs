//! Where the parameters lie, and their order.

use super::Name;

/// The most parameters a delivery may have.
pub(crate) const MAX_PARAMS: usize = 64;

/// Where one parameter lies: in the form until it is decoded, then in the text.
///
/// In half the room that offsets usually take, because the table of them is cleared for every delivery.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    start: u32,
    name_end: u32,
    end: u32,
}

impl Bounds {
    const NONE: Self = Self::new(0, 0, 0);

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "forms are shorter")]
    pub(super) const fn new(start: usize, name_end: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            name_end: name_end as u32,
            end: end as u32,
        }
    }

    pub(super) const fn start(self) -> usize {
        self.start as usize
    }

    pub(super) const fn name_end(self) -> usize {
        self.name_end as usize
    }

    pub(super) const fn end(self) -> usize {
        self.end as usize
    }
}

/// The table of the parameters of one delivery, in the order received and in the order signed.
#[derive(Clone)]
pub(crate) struct Pairs {
    pub(super) received: [Bounds; MAX_PARAMS],
    pub(super) len: usize,
    /// Indices into `received`, ordered by name.
    pub(super) sorted: [u8; MAX_PARAMS],
    /// The documented names that are there, a bit each, the lowest for the first.
    names: u16,
    /// The index into `received` of each of them.
    documented: [u8; Name::ALL.len()],
}

impl Pairs {
    pub(crate) const fn new() -> Self {
        Self {
            received: [Bounds::NONE; MAX_PARAMS],
            len: 0,
            sorted: [0; MAX_PARAMS],
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

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Adds a parameter, if there is room for it and it has a name.
    #[inline(always)]
    pub(super) fn push(&mut self, bounds: Bounds) -> Option<()> {
        *self.received.get_mut(self.len)? = bounds;
        self.len = self.len.wrapping_add(1);
        (bounds.start < bounds.name_end).then_some(())
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

    /// Returns the index of a documented name, if it is there.
    #[inline]
    pub(super) fn documented(&self, name: Name) -> Option<u8> {
        if self.names & name.bit() == 0 {
            return None;
        }
        self.documented.get(name.index()).copied()
    }

    /// Tells whether a name is written otherwise than it is read.
    pub(super) fn has_escaped_name(&self, form: &[u8]) -> bool {
        let is_escaped = |bounds: &Bounds| {
            let name = form.get(bounds.start()..bounds.name_end());
            let mut bytes = name.unwrap_or_default().iter();
            bytes.any(|byte| matches!(byte, b'%' | b'+'))
        };
        !self.all_documented() && self.received().iter().any(is_escaped)
    }

    pub(super) fn all_documented(&self) -> bool {
        self.names.count_ones() as usize == self.len
    }

    /// Puts the parameters in the order received.
    pub(super) fn unsort(&mut self) {
        for (slot, index) in self.sorted.iter_mut().zip(0..) {
            *slot = index;
        }
    }

    /// Finds the documented names, orders the parameters by name, and refuses names that occur twice.
    ///
    /// The documented names are in order as they stand in their table, so the usual delivery needs no comparison.
    /// The error is the name, if it is documented, and the index of the second one.
    pub(super) fn sort(&mut self, text: &[u8]) -> Result<(), (Option<Name>, u8)> {
        self.names = 0;
        for (index, bounds) in (0_u8..).zip(self.received.iter().take(self.len)) {
            let name = text.get(bounds.start()..bounds.name_end());
            let Some(name) = name.and_then(Name::of) else {
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
        if known < self.len {
            return self.sort_others(known, text);
        }
        Ok(())
    }

    /// Orders the parameters by name when some have undocumented ones.
    fn sort_others(&mut self, known: usize, text: &[u8]) -> Result<(), (Option<Name>, u8)> {
        let mut sorted = self.sorted;
        let name = |index: u8| {
            let bounds = self.bounds(index);
            text.get(bounds.start()..bounds.name_end())
                .unwrap_or_default()
        };
        let others = (0_u8..).take(self.len);
        let others = others.filter(|&index| Name::of(name(index)).is_none());
        for (slot, index) in sorted.iter_mut().skip(known).zip(others) {
            *slot = index;
        }
        let all = sorted.get_mut(..self.len).unwrap_or_default();
        all.sort_unstable_by(|&a, &b| name(a).cmp(name(b)).then(a.cmp(&b)));
        for neighbours in all.windows(2) {
            if let &[first, second] = neighbours
                && name(first) == name(second)
            {
                return Err((None, second));
            }
        }
        self.sorted = sorted;
        Ok(())
    }
}
