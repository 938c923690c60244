use super::block::{BLOCK, Lanes, Places, equal};

/// The bounds of one parameter: in the form until it is decoded, then in the decoded text.
///
/// In half the room that offsets usually take, because a table of them is cleared for every delivery.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    start: u32,
    name_end: u32,
    end: u32,
}

impl Bounds {
    pub(crate) const NONE: Self = Self::new(0, 0, 0);

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "forms are shorter")]
    pub(crate) const fn new(start: usize, name_end: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            name_end: name_end as u32,
            end: end as u32,
        }
    }

    pub(crate) const fn start(self) -> usize {
        self.start as usize
    }

    pub(crate) const fn name_end(self) -> usize {
        self.name_end as usize
    }

    pub(crate) const fn end(self) -> usize {
        self.end as usize
    }
}

/// Finds the bounds of the parameters of a form, each with its first `=`, and returns how many there are.
///
/// Returns `None` if there are more than there is room for, if a name is empty, or if a byte is not ASCII.
#[inline(never)]
pub(crate) fn split(form: &[u8], found: &mut [Bounds]) -> Option<usize> {
    // A longer form has no bounds. No delivery is so long.
    u32::try_from(form.len()).ok()?;
    let mut found = Found {
        bounds: found,
        len: 0,
    };
    let (mut start, mut name_end) = (0, None);
    for (chunk, position) in form.chunks(BLOCK).zip((0_usize..).step_by(BLOCK)) {
        // A byte outside ASCII has its highest bit set, which is the one that counts.
        let is_mark = |bytes: Lanes| equal(bytes, b'&') | equal(bytes, b'=') | bytes;
        for place in Places::of_first(chunk, is_mark) {
            let here = position.wrapping_add(place);
            match chunk.get(place)? {
                b'=' => name_end = name_end.or(Some(here)),
                b'&' => {
                    let name_end = name_end.take().unwrap_or(here);
                    found.push(Bounds::new(start, name_end, here))?;
                    start = here.wrapping_add(1);
                }
                _ => return None,
            }
        }
    }
    if !form.is_empty() {
        let end = form.len();
        found.push(Bounds::new(start, name_end.unwrap_or(end), end))?;
    }
    Some(found.len)
}

struct Found<'b> {
    bounds: &'b mut [Bounds],
    len: usize,
}

impl Found<'_> {
    /// Adds a parameter, if there is room for it and it has a name.
    #[inline(always)]
    fn push(&mut self, bounds: Bounds) -> Option<()> {
        *self.bounds.get_mut(self.len)? = bounds;
        self.len = self.len.wrapping_add(1);
        (bounds.start < bounds.name_end).then_some(())
    }
}
