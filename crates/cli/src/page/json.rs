//! JSON laid out for people.

/// Breaks JSON into lines and indents them. Everything else of the text stays as it is: order, numbers, escapes.
///
/// `None` if it is no object or array.
pub(super) fn laid_out(text: &str) -> Option<String> {
    let is_nested = text.trim_start().starts_with(['{', '[']);
    if !is_nested || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return None;
    }
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    let mut depth = 0_usize;
    let mut chars = text.chars().filter_outside_strings().peekable();
    while let Some((c, in_string)) = chars.next() {
        match c {
            _ if in_string => out.push(c),
            '{' | '[' => {
                out.push(c);
                let closing = chars.peek().map(|(c, _)| *c);
                if matches!(closing, Some('}' | ']')) {
                    out.extend(chars.next().map(|(c, _)| c));
                } else {
                    depth = depth.saturating_add(1);
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ => out.push(c),
        }
    }
    Some(out)
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

trait OutsideStrings: Iterator<Item = char> + Sized {
    /// Says of each character whether it is part of a string, and leaves white space outside of strings out.
    fn filter_outside_strings(self) -> impl Iterator<Item = (char, bool)> {
        let (mut in_string, mut is_escaped) = (false, false);
        let marked = self.map(move |c| {
            let was_in_string = in_string;
            match c {
                _ if is_escaped => is_escaped = false,
                '\\' if in_string => is_escaped = true,
                '"' => in_string = !in_string,
                _ => {}
            }
            (c, was_in_string || in_string)
        });
        marked.filter(|(c, in_string)| *in_string || !c.is_ascii_whitespace())
    }
}

impl<I: Iterator<Item = char>> OutsideStrings for I {}

#[cfg(test)]
mod tests {
    use super::laid_out;

    #[test]
    fn json_is_indented_and_otherwise_as_it_came() {
        for (text, expected) in [
            (r#"{"b":1.0, "a":[ ] }"#, "{\n  \"b\": 1.0,\n  \"a\": []\n}"),
            (
                r#"[{"x":"{,:\"}"}]"#,
                "[\n  {\n    \"x\": \"{,:\\\"}\"\n  }\n]",
            ),
            ("{}", "{}"),
        ] {
            assert_eq!(laid_out(text).as_deref(), Some(expected));
        }
        for text in ["", "1", "\"{}\"", "{", "{\"a\":}", "plain"] {
            assert_eq!(laid_out(text), None);
        }
    }
}
