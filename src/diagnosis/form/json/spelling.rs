use std::fmt::Write as _;

use super::MOST_DEPTH;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::diagnosis) enum Spacing {
    AsIs,
    /// None.
    Compact,
    /// One space after commas and colons.
    Spaced,
    /// A line for each element, indented by so many spaces for each level.
    Lines(usize),
}

/// Which characters are escaped that need not be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::diagnosis) enum Escapes {
    AsIs,
    /// None.
    None,
    Slashes,
    NonAscii,
    Both,
    /// `&`, `<` and `>`, as Go and Rails do.
    Html,
    /// Those and `'` and `=`, as Gson does.
    Gson,
    /// Those, quotes, `+`, `` ` `` and what is outside ASCII, in capital digits, as .NET does.
    DotNet,
}

impl Escapes {
    fn escapes(self, c: char) -> bool {
        let (slashes, non_ascii, set) = match self {
            Self::AsIs | Self::None => (false, false, ""),
            Self::Slashes => (true, false, ""),
            Self::NonAscii => (false, true, ""),
            Self::Both => (true, true, ""),
            Self::Html => (false, false, "&<>\u{2028}\u{2029}"),
            Self::Gson => (false, false, "&<>'=\u{2028}\u{2029}"),
            Self::DotNet => (false, true, "&<>'+`\""),
        };
        (c == '/' && slashes) || (!c.is_ascii() && non_ascii) || set.contains(c)
    }

    fn write(self, c: char, out: &mut String) {
        let short = match c {
            '"' | '\\' => Some(c),
            '\u{8}' => Some('b'),
            '\u{c}' => Some('f'),
            '\n' => Some('n'),
            '\r' => Some('r'),
            '\t' => Some('t'),
            '/' if self.escapes(c) => Some(c),
            _ => None,
        };
        match short {
            Some(short) if !(c == '"' && self.escapes(c)) => out.extend(['\\', short]),
            _ if c.is_ascii_control() || self.escapes(c) => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a String does not fail.
                    let _ = match self {
                        Self::DotNet => write!(out, "\\u{unit:04X}"),
                        _ => write!(out, "\\u{unit:04x}"),
                    };
                }
            }
            _ => out.push(c),
        }
    }
}

/// Spells a JSON object or array otherwise. `None` if it is neither, or would become far too long.
pub(in crate::diagnosis::form) fn respell(
    text: &str,
    spacing: Spacing,
    escapes: Escapes,
) -> Option<String> {
    let json = text.trim_ascii();
    if !json.starts_with(['{', '[']) {
        return None;
    }
    // White space around it is no part of how it is printed.
    let before = text.len().saturating_sub(text.trim_ascii_start().len());
    let before = text.get(..before).unwrap_or_default();
    let after = text.trim_ascii_end().len();
    let after = text.get(after..).unwrap_or_default();
    let mut out = Out {
        text: String::with_capacity(text.len()),
        depth: 0,
        spacing,
    };
    let longest = text.len().saturating_mul(4).saturating_add(1024);
    let mut rest = json;
    while let Some(c) = rest.chars().next() {
        if out.text.len() > longest || out.depth > MOST_DEPTH {
            return None;
        }
        if c == '"' {
            let (string, after) = string(rest);
            respell_string(string, escapes, &mut out.text);
            rest = after;
            continue;
        }
        let after = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = out.token(c, after);
    }
    Some([before, &out.text, after].concat())
}

struct Out {
    text: String,
    depth: usize,
    spacing: Spacing,
}

impl Out {
    /// Writes a character from outside of strings, and returns what is left after it.
    fn token<'t>(&mut self, c: char, after: &'t str) -> &'t str {
        if self.spacing == Spacing::AsIs {
            self.text.push(c);
            return after;
        }
        match c {
            _ if c.is_ascii_whitespace() => {}
            '{' | '[' => {
                self.text.push(c);
                let inside = after.trim_ascii_start();
                if inside.starts_with(['}', ']']) {
                    let mut chars = inside.chars();
                    self.text.extend(chars.next());
                    return chars.as_str();
                }
                self.depth = self.depth.saturating_add(1);
                self.break_line();
            }
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                self.break_line();
                self.text.push(c);
            }
            ',' => {
                self.text.push(c);
                if self.spacing == Spacing::Spaced {
                    self.text.push(' ');
                }
                self.break_line();
            }
            ':' => {
                self.text.push(c);
                if self.spacing != Spacing::Compact {
                    self.text.push(' ');
                }
            }
            _ => self.text.push(c),
        }
        after
    }

    fn break_line(&mut self) {
        if let Spacing::Lines(indent) = self.spacing {
            self.text.push('\n');
            let spaces = indent.saturating_mul(self.depth);
            self.text.extend(std::iter::repeat_n(' ', spaces));
        }
    }
}

/// Splits a string, with its quotes, from what follows.
pub(super) fn string(text: &str) -> (&str, &str) {
    let mut escaped = false;
    for (position, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => {
                let end = position.saturating_add(1);
                return text.split_at_checked(end).unwrap_or((text, ""));
            }
            _ => {}
        }
    }
    (text, "")
}

fn respell_string(string: &str, escapes: Escapes, out: &mut String) {
    let inside = string
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let (Some(mut rest), false) = (inside, escapes == Escapes::AsIs) else {
        return out.push_str(string);
    };
    out.push('"');
    while let Some(first) = rest.chars().next() {
        match character(rest) {
            Some((c, after)) => {
                escapes.write(c, out);
                rest = after;
            }
            // Half a character, or no escape: it stays as it is.
            None => {
                out.push(first);
                rest = rest.get(first.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out.push('"');
}

/// Reads a character of a string, escaped or not.
fn character(text: &str) -> Option<(char, &str)> {
    let mut chars = text.chars();
    let c = chars.next()?;
    if c != '\\' {
        return Some((c, chars.as_str()));
    }
    let c = match chars.next()? {
        'u' => return unicode(text),
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        c @ ('"' | '\\' | '/') => c,
        _ => return None,
    };
    Some((c, chars.as_str()))
}

/// Reads `\u` and four digits, or two of them that are one character.
fn unicode(text: &str) -> Option<(char, &str)> {
    let (first, after) = unit(text)?;
    let second = unit(after);
    let units = [Some(first), second.map(|(unit, _)| unit)];
    let c = char::decode_utf16(units.into_iter().flatten())
        .next()?
        .ok()?;
    match second {
        Some((_, after)) if c.len_utf16() == 2 => Some((c, after)),
        _ => Some((c, after)),
    }
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, after) = text.strip_prefix("\\u")?.split_at_checked(4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some((unit, after))
}
