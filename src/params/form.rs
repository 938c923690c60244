use super::fault::{bad_escape, bad_utf8, first_fault, start_of};
use super::split::split;
use super::unescape::unescape;
use super::write::{Pieces, SLACK, Writer, Written};
use super::{Name, Pairs, Params};
use crate::error::FormError;

/// An `application/x-www-form-urlencoded` text (WHATWG URL, section 5.1) whose parameters are found and in order.
///
/// What that standard's parser repairs or drops is refused: bad escapes, bad UTF-8, unescaped non-ASCII, parameters
/// without a name. A name may occur once. Escapes are only looked at when names and values are decoded, all of
/// them in the order of the names, one after the other without `&` and `=`: as they are signed.
pub(crate) struct Form<'f, 'p> {
    text: &'f [u8],
    pairs: &'p mut Pairs,
}

impl<'f, 'p> Form<'f, 'p> {
    /// Finds the parameters and their order.
    #[inline(always)]
    pub(crate) fn new(text: &'f [u8], pairs: &'p mut Pairs) -> Result<Self, FormError> {
        split(text, pairs).ok_or_else(|| first_fault(text))?;
        pairs
            .sort(text)
            .map_err(|(name, index)| FormError::RepeatedName {
                name: name.map(Name::as_str),
                position: start_of(index, text),
            })?;
        Ok(Self { text, pairs })
    }

    /// How much room the decoded text takes.
    pub(crate) fn room(&self) -> usize {
        self.text.len().saturating_add(SLACK)
    }

    /// Decodes it into a room of that size.
    #[inline(always)]
    pub(crate) fn decode(self, room: &'p mut [u8]) -> Result<Decoded<'p>, FormError> {
        let Self { text: form, pairs } = self;
        let written = write_all(form, room, pairs).ok_or_else(|| bad_escape(form))?;
        let bytes = room.get(..written.len).unwrap_or_default();
        let text = match written.is_ascii {
            true => None,
            false => Some(utf8(bytes, pairs).ok_or_else(|| {
                let position = bad_utf8(form).unwrap_or_default();
                FormError::NotUtf8 { position }
            })?),
        };
        Ok(Decoded { bytes, text, pairs })
    }

    /// Decodes it piece by piece, in little room, and hands the pieces out.
    ///
    /// They are not to be trusted before it has succeeded.
    pub(crate) fn pieces(&self, take: impl FnMut(&[u8])) -> Result<(), FormError> {
        let form = self.text;
        let mut writer = Writer::new(form, Pieces::new(take));
        for &index in self.pairs.sorted() {
            let bounds = self.pairs.bounds(index);
            writer.write(bounds).ok_or_else(|| bad_escape(form))?;
        }
        let written = writer.finish().ok_or_else(|| bad_escape(form))?;
        if written.is_ascii {
            return Ok(());
        }
        bad_utf8(form).map_or(Ok(()), |position| Err(FormError::NotUtf8 { position }))
    }

    /// Returns the bytes of a documented parameter's value.
    pub(crate) fn documented(&self, name: Name) -> Option<impl Iterator<Item = u8> + use<'f>> {
        let bounds = self.pairs.bounds(self.pairs.documented(name)?);
        let value = self.text.get(bounds.name_end()..bounds.end())?;
        let value = value.strip_prefix(b"=").unwrap_or(value);
        Some(unescape(value).map(|(_, byte)| byte))
    }
}

/// Writes all parameters and notes where they lie in the text.
#[inline(never)]
fn write_all(form: &[u8], room: &mut [u8], pairs: &mut Pairs) -> Option<Written> {
    let mut writer = Writer::new(form, room);
    for index in pairs.sorted.iter().take(pairs.len) {
        let slot = pairs.received.get_mut(usize::from(*index))?;
        *slot = writer.write(*slot)?;
    }
    writer.finish()
}

/// Checks that each name and each value is UTF-8, not just their concatenation.
fn utf8<'p>(text: &'p [u8], pairs: &Pairs) -> Option<&'p str> {
    let text = std::str::from_utf8(text).ok()?;
    let received = pairs.received().iter();
    let mut bounds = received.flat_map(|bounds| [bounds.name_end(), bounds.end()]);
    bounds
        .all(|bound| text.is_char_boundary(bound))
        .then_some(text)
}

/// Parameters as they are signed.
pub(crate) struct Decoded<'p> {
    bytes: &'p [u8],
    /// Known to be text already, unless all of it is ASCII.
    text: Option<&'p str>,
    pairs: &'p Pairs,
}

impl<'p> Decoded<'p> {
    /// Returns names and values in order, without delimiters.
    pub(crate) fn signed(&self) -> &'p [u8] {
        self.bytes
    }

    /// Returns them as texts.
    pub(crate) fn params(&self) -> Params<'p> {
        let ascii = || std::str::from_utf8(self.bytes).unwrap_or_default();
        Params {
            text: self.text.unwrap_or_else(ascii),
            pairs: self.pairs,
        }
    }
}
