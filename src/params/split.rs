use super::Pairs;
use super::pairs::Bounds;
use crate::block::{BLOCK, Lanes, Places, equal};

/// Finds where the parameters lie in the form, each with its first `=`. Of what is wrong it only says that something
/// is.
#[inline(never)]
pub(super) fn split(form: &[u8], pairs: &mut Pairs) -> Option<()> {
    pairs.clear();
    // What is longer has no bounds. No delivery is.
    u32::try_from(form.len()).ok()?;
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
                    pairs.push(Bounds::new(start, name_end, here))?;
                    start = here.wrapping_add(1);
                }
                _ => return None,
            }
        }
    }
    if form.is_empty() {
        return Some(());
    }
    let end = form.len();
    pairs.push(Bounds::new(start, name_end.unwrap_or(end), end))
}
