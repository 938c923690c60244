//! Text that was read in another character set.

/// What Windows-1252 has from 0x80 to 0x9F; zero where it has nothing.
const WINDOWS: [u16; 32] = [
    0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039,
    0x0152, 0, 0x017D, 0, 0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC,
    0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// ISO-8859-1.
    Latin1,
    Windows1252,
}

impl Charset {
    fn decode(self, byte: u8) -> char {
        let place = usize::from(byte.wrapping_sub(0x80));
        let windows = WINDOWS.get(place).copied().filter(|&c| c != 0);
        match (self, windows) {
            (Self::Windows1252, Some(c)) => char::from_u32(c.into()).unwrap_or(char::from(byte)),
            _ => char::from(byte),
        }
    }

    fn encode(self, c: char) -> Option<u8> {
        if self == Self::Windows1252 {
            let place = WINDOWS
                .iter()
                .position(|&known| known != 0 && u32::from(known) == u32::from(c));
            if let Some(place) = place {
                return u8::try_from(place.saturating_add(0x80)).ok();
            }
        }
        u8::try_from(c).ok()
    }

    /// Reads what is not UTF-8 in this character set.
    pub(super) fn read(self, value: &[u8]) -> Option<Vec<u8>> {
        match std::str::from_utf8(value) {
            Ok(_) => None,
            Err(_) => {
                let text: String = value.iter().map(|&byte| self.decode(byte)).collect();
                Some(text.into_bytes())
            }
        }
    }

    /// Undoes that UTF-8 was read in this character set and written in UTF-8 once more.
    pub(super) fn unread(self, value: &[u8]) -> Option<Vec<u8>> {
        let chars = std::str::from_utf8(value).ok()?.chars();
        let bytes: Vec<u8> = chars.map(|c| self.encode(c)).collect::<Option<_>>()?;
        std::str::from_utf8(&bytes).is_ok().then_some(bytes)
    }
}

/// Tells whether a value has a replacement character, or a question mark within a word.
pub(super) fn has_lost_character(value: &[u8]) -> bool {
    let text = String::from_utf8_lossy(value);
    let chars: Vec<char> = text.chars().collect();
    let in_word = chars.windows(3).any(|three| {
        matches!(three, [before, '?', after] if before.is_alphabetic() && after.is_alphabetic())
    });
    std::str::from_utf8(value).is_ok() && (in_word || chars.contains(&'\u{fffd}'))
}
