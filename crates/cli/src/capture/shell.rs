//! The words of a shell command, as far as copied curl commands need it.

/// Splits a POSIX command into words: quotes, `$'…'` as bash and browsers write it, `\` before a line end, comments, and
/// `"$(printf '…')"` and `printf '…' |`, as this tool writes bytes that are not text. `None` if a quote is not closed.
pub(super) fn words(command: &str) -> Option<Vec<Vec<u8>>> {
    let mut words = Vec::new();
    let mut word: Option<Vec<u8>> = None;
    let mut rest = command.bytes().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => match rest.next() {
                Some(b'\n') | None => {}
                Some(b'\r') => {
                    rest.next_if_eq(&b'\n');
                }
                Some(byte) => word.get_or_insert_default().push(byte),
            },
            b'\'' => single(&mut rest, word.get_or_insert_default())?,
            b'"' => double(&mut rest, word.get_or_insert_default())?,
            b'$' if rest.next_if_eq(&b'\'').is_some() => {
                ansi(&mut rest, word.get_or_insert_default())?;
            }
            b'#' if word.is_none() => while rest.next_if(|byte| *byte != b'\n').is_some() {},
            b'|' | b';' | b'&' => {
                words.extend(word.take());
                words.push(vec![byte]);
            }
            byte if byte.is_ascii_whitespace() => words.extend(word.take()),
            byte => word.get_or_insert_default().push(byte),
        }
    }
    words.extend(word);
    Some(words)
}

type Bytes<'b> = std::iter::Peekable<std::str::Bytes<'b>>;

fn single(rest: &mut Bytes<'_>, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match rest.next()? {
            b'\'' => return Some(()),
            byte => word.push(byte),
        }
    }
}

fn double(rest: &mut Bytes<'_>, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match rest.next()? {
            b'"' => return Some(()),
            b'\\' => match rest.next()? {
                b'\n' => {}
                byte @ (b'"' | b'\\' | b'$' | b'`') => word.push(byte),
                byte => word.extend([b'\\', byte]),
            },
            b'$' if rest.next_if_eq(&b'(').is_some() => {
                let mut printf = Vec::new();
                for expected in b"printf '" {
                    rest.next_if_eq(expected)?;
                }
                single(rest, &mut printf)?;
                rest.next_if_eq(&b')')?;
                word.extend(printed(&printf));
            }
            byte => word.push(byte),
        }
    }
}

/// What `printf` makes of a format with octal escapes alone.
pub(super) fn printed(format: &[u8]) -> Vec<u8> {
    let mut printed = Vec::new();
    let mut rest = format;
    while let [byte, after @ ..] = rest {
        let octal = after
            .get(..3)
            .filter(|_| *byte == b'\\')
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 8).ok());
        match octal {
            Some(byte) => {
                printed.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                printed.push(*byte);
                rest = after;
            }
        }
    }
    printed
}

/// `$'…'` with the escapes that bash knows.
fn ansi(rest: &mut Bytes<'_>, word: &mut Vec<u8>) -> Option<()> {
    loop {
        match rest.next()? {
            b'\'' => return Some(()),
            b'\\' => match rest.next()? {
                b'n' => word.push(b'\n'),
                b'r' => word.push(b'\r'),
                b't' => word.push(b'\t'),
                b'x' => word.push(u8::try_from(digits(rest, 2)?).ok()?),
                b'u' => {
                    let c = char::from_u32(digits(rest, 4)?)?;
                    word.extend(c.encode_utf8(&mut [0; 4]).bytes());
                }
                byte => word.push(byte),
            },
            byte => word.push(byte),
        }
    }
}

fn digits(rest: &mut Bytes<'_>, most: usize) -> Option<u32> {
    let mut digits = String::new();
    while digits.len() < most
        && let Some(digit) = rest.next_if(u8::is_ascii_hexdigit)
    {
        digits.push(char::from(digit));
    }
    u32::from_str_radix(&digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        for (command, expected) in [
            ("a  b\tc\n", &["a", "b", "c"][..]),
            ("'a b'c \"d\\\"e\"", &["a bc", "d\"e"]),
            ("a \\\n  b \\\r\n c", &["a", "b", "c"]),
            ("# comment 'x\na", &["a"]),
            ("a#b", &["a#b"]),
            ("$'it\\'s\\n\\x41\\u00e9'", &["it's\nAé"]),
            ("'' a", &["", "a"]),
            ("'it'\\''s'", &["it's"]),
            ("\"a\\b\"", &["a\\b"]),
            ("\"$(printf 'a\\047\\101')\"", &["a'A"]),
            ("a|b", &["a", "|", "b"]),
        ] {
            let expected: Vec<_> = expected
                .iter()
                .map(|word| word.as_bytes().to_vec())
                .collect();
            assert_eq!(words(command), Some(expected), "{command}");
        }
        for command in ["'a", "\"a", "$'a", "\"$(rm x)\"", "\"$(printf 'a'"] {
            assert_eq!(words(command), None, "{command}");
        }
    }
}
