use super::fault::{bad_escape, bad_utf8, first_fault, start_of};
use super::table::Disorder;
use super::unescape::unescape;
use super::{Memory, Name, Params, Table};
use crate::error::FormError;
use crate::kernels::{Pieces, SLACK, Writer, Written};
use crate::limits::MAX_NAME_LENGTH;

/// An `application/x-www-form-urlencoded` text (WHATWG URL, section 5.1) whose parameters are found and in order.
///
/// What that standard's parser repairs or drops is refused: bad escapes, bad UTF-8, unescaped non-ASCII, empty names.
/// A name may occur once. Escapes are decoded later, with all names and values, in the order of the names and without
/// `&` and `=`: as they are signed.
pub(crate) struct Form<'f, 'p> {
    text: &'f [u8],
    table: &'p mut Table,
}

impl<'f, 'p> Form<'f, 'p> {
    /// Finds the parameters and their order.
    #[inline(always)]
    pub(crate) fn new(text: &'f [u8], table: &'p mut Table) -> Result<Self, FormError> {
        table.split(text).ok_or_else(|| first_fault(text))?;
        table.sort(text).map_err(|disorder| match disorder {
            Disorder::Repeated(name, index) => FormError::RepeatedName {
                name: name.map(Name::as_str),
                position: start_of(index, text),
            },
            Disorder::LongName(index) => FormError::LongName {
                limit: MAX_NAME_LENGTH,
                position: start_of(index, text),
            },
            Disorder::BadEscape => bad_escape(text),
        })?;
        Ok(Self { text, table })
    }

    /// Decodes it into the [room for it](room_for).
    #[inline(always)]
    fn decode(self, room: &'p mut [u8]) -> Result<Decoded<'p>, FormError> {
        let Self { text: form, table } = self;
        let written = write_all(form, room, table).ok_or_else(|| bad_escape(form))?;
        let bytes = room.get(..written.len).unwrap_or_default();
        let text = match written.is_ascii {
            true => None,
            false => Some(utf8(bytes, table).ok_or_else(|| {
                let position = bad_utf8(form).unwrap_or_default();
                FormError::NotUtf8 { position }
            })?),
        };
        Ok(Decoded { bytes, text, table })
    }

    /// Decodes it piece by piece, in a KiB of stack, and hands the pieces out.
    ///
    /// Do not trust them until it has succeeded.
    pub(crate) fn pieces(&self, take: impl FnMut(&[u8])) -> Result<(), FormError> {
        let form = self.text;
        let mut writer = Writer::new(form, Pieces::new(take));
        for &index in self.table.sorted() {
            let bounds = self.table.bounds(index);
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
        let bounds = self.table.bounds(self.table.documented(name)?);
        let value = self.text.get(bounds.name_end()..bounds.end())?;
        let value = value.strip_prefix(b"=").unwrap_or(value);
        Some(unescape(value).map(|(_, byte)| byte))
    }
}

/// Returns how much room a form takes when it is decoded.
pub(crate) const fn room_for(form: &[u8]) -> usize {
    form.len().saturating_add(SLACK)
}

/// Decodes a form.
#[inline(always)]
pub(crate) fn decode<'m>(
    form: &[u8],
    memory: &'m mut impl Memory,
) -> Result<Decoded<'m>, FormError> {
    let (room, table) = memory.room(room_for(form));
    Form::new(form, table)?.decode(room)
}

/// Writes all parameters, and their bounds in the text into the table.
#[inline(never)]
fn write_all(form: &[u8], room: &mut [u8], table: &mut Table) -> Option<Written> {
    let mut writer = Writer::new(form, room);
    for index in table.sorted.iter().take(table.len) {
        let slot = table.received.get_mut(usize::from(*index))?;
        *slot = writer.write(*slot)?;
    }
    writer.finish()
}

/// Checks that each name and each value is UTF-8, not just their concatenation.
fn utf8<'p>(text: &'p [u8], table: &Table) -> Option<&'p str> {
    let text = std::str::from_utf8(text).ok()?;
    let received = table.received().iter();
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
    table: &'p Table,
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
            table: self.table,
        }
    }
}
