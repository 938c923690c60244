//! Code blocks of a documentation.

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// Returns an iterator over what a reader sees of the code blocks that rustdoc compiles.
pub fn blocks(docs: &str) -> impl Iterator<Item = String> {
    let mut block = None;
    Parser::new(docs).filter_map(move |event| {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) if is_compiled(&info) => {
                block = Some(String::new());
            }
            Event::Text(text) => {
                if let Some(block) = &mut block {
                    block.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => return block.take().map(|code| without_hidden(&code)),
            _ => {}
        }
        None
    })
}

/// Tells whether a block with this after its fence is compiled: Rust, and not ignored.
fn is_compiled(info: &str) -> bool {
    let words = info.split([' ', ',', '\t']).filter(|word| !word.is_empty());
    words.into_iter().all(|word| {
        let is_edition = word
            .strip_prefix("edition")
            .is_some_and(|year| year.parse::<u16>().is_ok());
        is_edition || matches!(word, "rust" | "no_run" | "should_panic" | "compile_fail")
    })
}

fn without_hidden(code: &str) -> String {
    let is_shown = |line: &&str| {
        let line = line.trim_start();
        line != "#" && !line.starts_with("# ")
    };
    code.lines()
        .filter(is_shown)
        .flat_map(|line| [line, "\n"])
        .collect()
}

/// Tells whether code has a text, with no word before or after it that it is only a part of.
#[must_use]
pub fn has(code: &str, text: &str) -> bool {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    code.match_indices(text).any(|(start, _)| {
        let (before, rest) = code.split_at(start);
        !before.ends_with(is_word) && !rest.split_at(text.len()).1.starts_with(is_word)
    })
}
