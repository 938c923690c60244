//! Untrusted text on a terminal and on the page.

use crate::secrets::redacted;

/// Returns a text on one line with every character escaped that a terminal obeys or that hides or reorders text: the
/// controls C0 and C1, DEL, line and paragraph separators, and Unicode's format characters, bidirectional ones among
/// them. Secrets that are known are cut out.
///
/// `\n`, `\r` and `\t` are written so, the others as `\u{1b}`.
pub(crate) fn visible(text: &str) -> String {
    let text = redacted(text);
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        push(&mut visible, c);
    }
    visible
}

/// Returns a text as [`visible`] does, with its line feeds as they are.
pub(crate) fn visible_lines(text: &str) -> String {
    let text = redacted(text);
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => visible.push(c),
            _ => push(&mut visible, c),
        }
    }
    visible
}

/// Returns the first characters of a text as [`visible`] does, with `…` where the rest is left out.
pub(crate) fn visible_start(text: &str, most: usize) -> String {
    let text = redacted(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => {
            let mut start = visible(text.get(..end).unwrap_or_default());
            start.push('…');
            start
        }
        None => visible(&text),
    }
}

fn push(visible: &mut String, c: char) {
    match c {
        '\n' | '\r' | '\t' => visible.extend(c.escape_default()),
        _ if c.is_control() || is_format(c) => visible.extend(c.escape_unicode()),
        _ => visible.push(c),
    }
}

/// The characters of Unicode's categories Cf, Zl and Zp (Unicode 17) that appear as nothing, and the fillers that do.
fn is_format(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped() {
        for (text, shown) in [
            ("plain é 電話 🙂", "plain é 電話 🙂"),
            ("\u{1b}[31mred", r"\u{1b}[31mred"),
            ("\u{9b}2J\u{7f}\0", r"\u{9b}2J\u{7f}\u{0}"),
            ("a\r\n\tb", r"a\r\n\tb"),
            ("\u{202e}gpj.exe\u{2066}", r"\u{202e}gpj.exe\u{2066}"),
            (
                "a\u{200b}b\u{feff}\u{e0041}",
                r"a\u{200b}b\u{feff}\u{e0041}",
            ),
            ("a\u{2028}b", r"a\u{2028}b"),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\n\u{1b}\rb"), "a\n\\u{1b}\\rb");
    }

    #[test]
    fn a_start_is_cut_between_characters() {
        assert_eq!(visible_start("äöü", 3), "äöü");
        assert_eq!(visible_start("äöü", 2), "äö…");
        assert_eq!(visible_start("\n\n", 1), r"\n…");
    }
}
