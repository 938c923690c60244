//! Other ways to spell the same characters in a URL.

use std::fmt::Write as _;

use crate::params::escaped;

/// Returns other spellings of a path or query, the same characters in each.
pub(super) fn spellings(text: &str) -> Vec<String> {
    let mut spellings = vec![
        recase(text, u8::to_ascii_uppercase),
        recase(text, u8::to_ascii_lowercase),
        decode(text, |byte| {
            byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
        }),
        decode(text, |byte| {
            byte.is_ascii_graphic() && !b"#%&+=?/\\".contains(&byte)
        }),
        decode(text, |byte| byte != b'%' && byte != b'#'),
        text.replace('+', "%20"),
        text.replace("%20", "+"),
        text.replace('+', "%2B"),
        text.replace("%2B", "+").replace("%2b", "+"),
        text.replace("%2B", "%20").replace("%2b", "%20"),
        text.replace('\'', "%27"),
        text.replace("%27", "'"),
        text.replace(' ', "%20"),
        encode(text, |byte| !byte.is_ascii_graphic()),
        encode(text, |byte| {
            !byte.is_ascii_graphic() || b"'@:,;!()*[]|".contains(&byte)
        }),
    ];
    let decoded = decode(text, |byte| byte != b'%' && byte != b'&' && byte != b'=');
    spellings.push(encode(&decoded.replace('+', " "), |byte| {
        !byte.is_ascii_alphanumeric() && !b"-._~&=/".contains(&byte)
    }));
    spellings.retain(|spelling| spelling != text);
    spellings
}

/// Returns a query as encoders of single values spell it, which escape slashes and question marks too.
pub(super) fn by_value(query: &str) -> Vec<String> {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~&=".contains(&byte);
    let decoded = decode(query, |byte| byte != b'%' && byte != b'&' && byte != b'=');
    let escaped = |space: &str| {
        let text = decoded.replace('+', " ");
        encode(&text, |byte| !kept(byte)).replace("%20", space)
    };
    let mut spellings = vec![escaped("%20"), escaped("+")];
    spellings.push(decode(query, |byte| byte == b'/' || byte == b'?'));
    spellings.retain(|spelling| spelling != query);
    spellings
}

/// Returns what a path or query says, whatever its spelling.
pub(super) fn decoded(text: &str) -> String {
    decode(text, |_| true)
}

/// How many plus signs of a text are looked at one by one.
const MOST_PLUSES: usize = 3;

/// Returns the text with some of its plus signs escaped, as spaces or as plus signs, if they are few.
pub(super) fn plus_signs(text: &str) -> Vec<String> {
    let pieces: Vec<&str> = text.split('+').collect();
    let (Some((first, rest)), 2..=MOST_PLUSES) =
        (pieces.split_first(), pieces.len().saturating_sub(1))
    else {
        return Vec::new();
    };
    let mut texts = vec![(*first).to_owned()];
    for piece in rest {
        let spelled =
            |text: &String| ["+", "%20", "%2B"].map(|sign| format!("{text}{sign}{piece}"));
        texts = texts.iter().flat_map(spelled).collect();
    }
    texts.retain(|other| other != text);
    texts
}

/// Changes the case of the digits in escapes.
fn recase(text: &str, case: fn(&u8) -> u8) -> String {
    let mut digits = 0_u8;
    text.chars()
        .map(|c| {
            let in_escape = digits > 0;
            digits = if c == '%' {
                2
            } else {
                digits.saturating_sub(1)
            };
            match u8::try_from(c) {
                Ok(byte) if in_escape && byte.is_ascii_hexdigit() => case(&byte).into(),
                _ => c,
            }
        })
        .collect()
}

/// Decodes the escapes of some bytes, if that leaves UTF-8.
fn decode(text: &str, which: impl Fn(u8) -> bool) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        match (byte, escaped(after)) {
            (b'%', Some((meant, after))) if which(meant) => {
                decoded.push(meant);
                rest = after;
            }
            _ => {
                decoded.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(decoded).unwrap_or_else(|_| text.to_owned())
}

/// Escapes some bytes.
fn encode(text: &str, which: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        let mut bytes = [0; 4];
        let bytes = c.encode_utf8(&mut bytes).as_bytes();
        if c != '%' && bytes.iter().any(|&byte| which(byte)) {
            for byte in bytes {
                // Writing to a String does not fail.
                let _ = write!(encoded, "%{byte:02X}");
            }
        } else {
            encoded.push(c);
        }
    }
    encoded
}
