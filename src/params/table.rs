//! The bounds of the parameters, and their order.

use super::Name;
use crate::kernels::{Bounds, SLACK, Writer, split};
use crate::limits::{MAX_NAME_LENGTH, MAX_PARAMETERS};

/// Why the parameters of a form have no order.
pub(super) enum Disorder {
    /// A name occurs twice: which, if it is a known one, and the index of the second.
    Repeated(Option<Name>, u8),
    /// The index of a parameter whose name is too long.
    LongName(u8),
    /// A name has a bad escape.
    BadEscape,
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

    /// Returns an iterator over the documented names in the order signed, `None` for each that is unknown.
    pub(super) fn sorted_names(&self) -> impl Iterator<Item = Option<Name>> + use<'_> {
        let mut names = self.names;
        self.sorted().iter().map(move |&index| {
            if self.others & 1_u64.unbounded_shl(index.into()) != 0 {
                return None;
            }
            let name = Name::ALL.get(names.trailing_zeros() as usize);
            names &= names.wrapping_sub(1);
            name.copied()
        })
    }

    pub(super) fn documented_names(&self) -> u16 {
        self.names
    }

    pub(super) fn all_documented(&self) -> bool {
        self.others == 0
    }

    /// Finds the documented names, orders the parameters of a form by name, and refuses names that occur twice.
    ///
    /// The documented names are in order in their table, so the usual delivery needs no comparison.
    pub(super) fn sort(&mut self, form: &[u8]) -> Result<(), Disorder> {
        let name = |_, bounds| name_in(bounds, form);
        match self.find_documented(name, is_escaped)? {
            Found::All => Ok(()),
            Found::Some(known) => self.sort_others(known, name),
            Found::Escaped => self.sort_escaped(form),
        }
    }

    /// Orders the parameters when names are written with escapes: all are decoded first, each once.
    #[cold]
    fn sort_escaped(&mut self, form: &[u8]) -> Result<(), Disorder> {
        let names = DecodedNames::new(form, self.received())?;
        let name = |index, _| names.get(index);
        match self.find_documented(name, |_| false)? {
            Found::Some(known) => self.sort_others(known, name),
            Found::All | Found::Escaped => Ok(()),
        }
    }

    /// Finds the documented names, which come first in the order for now.
    #[inline(always)]
    fn find_documented<'n>(
        &mut self,
        name: impl Fn(u8, Bounds) -> &'n [u8],
        is_escaped: impl Fn(&[u8]) -> bool,
    ) -> Result<Found, Disorder> {
        self.names = 0;
        let mut others = 0_u64;
        for (index, bounds) in (0_u8..).zip(self.received.iter().take(self.len)) {
            let text = name(index, *bounds);
            let Some(name) = Name::of(text) else {
                if text.len() > LONGEST_WRITTEN {
                    return Err(Disorder::LongName(index));
                }
                if is_escaped(text) {
                    return Ok(Found::Escaped);
                }
                if text.len() > MAX_NAME_LENGTH {
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
        Ok(match others {
            0 => Found::All,
            _ => Found::Some(known),
        })
    }

    /// Orders the parameters by name when some are unknown.
    #[cold]
    fn sort_others<'n>(
        &mut self,
        known: usize,
        name: impl Fn(u8, Bounds) -> &'n [u8],
    ) -> Result<(), Disorder> {
        let others = self.others;
        let others = (0..).filter(|&index| others & 1_u64.unbounded_shl(u32::from(index)) != 0);
        let sorted = self.sorted.get_mut(..self.len).unwrap_or_default();
        for (slot, index) in sorted.iter_mut().skip(known).zip(others) {
            *slot = index;
        }
        let received = &self.received;
        merge(sorted, known, |index| {
            let bounds = received.get(usize::from(index));
            bounds.map_or(&[][..], |bounds| name(index, *bounds))
        })
    }
}

/// Which of the names are documented.
enum Found {
    All,
    /// So many.
    Some(usize),
    /// Not known yet, as one is written with escapes.
    Escaped,
}

/// Orders the parameters after the first few, which are in order, and merges both.
fn merge<'n>(
    sorted: &mut [u8],
    in_order: usize,
    name: impl Fn(u8) -> &'n [u8],
) -> Result<(), Disorder> {
    let Some((known, others)) = sorted.split_at_mut_checked(in_order) else {
        return Ok(());
    };
    others.sort_unstable_by(|&a, &b| name(a).cmp(name(b)).then(a.cmp(&b)));
    for neighbours in others.windows(2) {
        if let &[first, second] = neighbours
            && name(first) == name(second)
        {
            return Err(Disorder::Repeated(None, second));
        }
    }
    let mut merged = [0; MAX_PARAMETERS];
    let mut slots = merged.iter_mut();
    let mut known = known.iter().copied().peekable();
    for &other in &*others {
        let before = name(other);
        while let Some(index) = known.next_if(|&index| name(index) < before) {
            slots.next().into_iter().for_each(|slot| *slot = index);
        }
        slots.next().into_iter().for_each(|slot| *slot = other);
    }
    for (slot, index) in slots.zip(known) {
        *slot = index;
    }
    for (slot, index) in sorted.iter_mut().zip(merged) {
        *slot = index;
    }
    Ok(())
}

fn name_in(bounds: Bounds, form: &[u8]) -> &[u8] {
    let name = form.get(bounds.start()..bounds.name_end());
    name.unwrap_or_default()
}

/// How many bytes the longest name has if all of it is escaped.
const LONGEST_WRITTEN: usize = 3 * MAX_NAME_LENGTH;

/// Tells whether a name has escapes.
fn is_escaped(name: &[u8]) -> bool {
    name.iter().any(|byte| matches!(byte, b'%' | b'+'))
}

/// The names of a form, one after the other.
struct DecodedNames {
    text: [u8; Self::ROOM],
    bounds: [Bounds; MAX_PARAMETERS],
}

impl DecodedNames {
    /// For all names, the last of them too long, and what decoding takes beside.
    const ROOM: usize = MAX_PARAMETERS * MAX_NAME_LENGTH + LONGEST_WRITTEN + SLACK;

    fn new(form: &[u8], received: &[Bounds]) -> Result<Self, Disorder> {
        let mut text = [0; Self::ROOM];
        let mut bounds = [Bounds::NONE; MAX_PARAMETERS];
        let mut writer = Writer::new(form, &mut text[..]);
        for ((index, written), decoded) in (0..).zip(received).zip(&mut bounds) {
            let (start, end) = (written.start(), written.name_end());
            if end.saturating_sub(start) > LONGEST_WRITTEN {
                return Err(Disorder::LongName(index));
            }
            let name = writer.write(Bounds::new(start, end, end));
            *decoded = name.ok_or(Disorder::BadEscape)?;
            if decoded.end().saturating_sub(decoded.start()) > MAX_NAME_LENGTH {
                return Err(Disorder::LongName(index));
            }
        }
        writer.finish().ok_or(Disorder::BadEscape)?;
        Ok(Self { text, bounds })
    }

    fn get(&self, index: u8) -> &[u8] {
        let bounds = self.bounds.get(usize::from(index));
        let bounds = bounds.copied().unwrap_or(Bounds::NONE);
        let name = self.text.get(bounds.start()..bounds.end());
        name.unwrap_or_default()
    }
}
