//! JSON in other spellings of the same content.

/// How deep JSON may be nested to be spelled otherwise.
const MOST_DEPTH: usize = 64;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::diagnosis) enum Spacing {
    AsIs,
    /// None.
    Compact,
    /// One space behind commas and colons.
    Spaced,
    /// A line for each element, indented by so many spaces for each level.
    Lines(usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::diagnosis) enum Escapes {
    AsIs,
    /// Neither slashes nor characters outside ASCII are escaped.
    None,
    Slashes,
    NonAscii,
    Both,
}

/// Spells a JSON object or array otherwise. `None` if it is neither, or would become far too long.
pub(super) fn respell(text: &str, spacing: Spacing, escapes: Escapes) -> Option<String> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut out = Out {
        text: String::with_capacity(text.len()),
        depth: 0,
        spacing,
    };
    let longest = text.len().saturating_mul(4).saturating_add(1024);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if out.text.len() > longest || out.depth > MOST_DEPTH {
            return None;
        }
        if c == '"' {
            let (string, behind) = string(rest);
            respell_string(string, escapes, &mut out.text);
            rest = behind;
            continue;
        }
        let behind = rest.get(c.len_utf8()..).unwrap_or_default();
        rest = out.token(c, behind);
    }
    Some(out.text)
}

struct Out {
    text: String,
    depth: usize,
    spacing: Spacing,
}

impl Out {
    /// Writes a character from outside of strings, and returns what is left behind it.
    fn token<'t>(&mut self, c: char, behind: &'t str) -> &'t str {
        if self.spacing == Spacing::AsIs {
            self.text.push(c);
            return behind;
        }
        match c {
            _ if c.is_ascii_whitespace() => {}
            '{' | '[' => {
                self.text.push(c);
                let inside = behind.trim_ascii_start();
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
        behind
    }

    fn break_line(&mut self) {
        if let Spacing::Lines(indent) = self.spacing {
            self.text.push('\n');
            let spaces = indent.saturating_mul(self.depth);
            self.text.extend(std::iter::repeat_n(' ', spaces));
        }
    }
}

/// Cuts a string, with its quotes, from what follows.
fn string(text: &str) -> (&str, &str) {
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
    let (slashes, non_ascii) = match escapes {
        Escapes::AsIs => return out.push_str(string),
        Escapes::None => (false, false),
        Escapes::Slashes => (true, false),
        Escapes::NonAscii => (false, true),
        Escapes::Both => (true, true),
    };
    let mut rest = string;
    while let Some(c) = rest.chars().next() {
        let (c, behind) = match unescape(rest) {
            Some(unescaped) => unescaped,
            None if c == '\\' => {
                // Another escape stays as it is, with the character that it escapes.
                let end = rest
                    .char_indices()
                    .nth(2)
                    .map_or(rest.len(), |(end, _)| end);
                let (escape, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
                out.push_str(escape);
                rest = behind;
                continue;
            }
            None => (c, rest.get(c.len_utf8()..).unwrap_or_default()),
        };
        match c {
            '/' if slashes => out.push_str("\\/"),
            _ if non_ascii && !c.is_ascii() => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            _ => out.push(c),
        }
        rest = behind;
    }
}

/// Reads an escaped slash or an escaped character outside ASCII.
fn unescape(text: &str) -> Option<(char, &str)> {
    if let Some(behind) = text.strip_prefix("\\/") {
        return Some(('/', behind));
    }
    let (first, behind) = unit(text)?;
    let second = unit(behind);
    let units = [Some(first), second.map(|(unit, _)| unit)];
    let c = char::decode_utf16(units.into_iter().flatten())
        .next()?
        .ok()?;
    let behind = match second {
        Some((_, behind)) if c.len_utf16() == 2 => behind,
        _ => behind,
    };
    (!c.is_ascii()).then_some((c, behind))
}

fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, behind) = text.strip_prefix("\\u")?.split_at_checked(4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u16::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
    Some((unit, behind))
}
