//! How long the front page of a crate takes to read.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// What is read in a minute: people read about 240 words of English prose.
pub const MOST_WORDS: usize = 240;

/// Counts the words of a documentation outside code blocks and tables, which are looked at and not read.
#[must_use]
pub fn words(docs: &str) -> usize {
    let mut passed_over = false;
    let mut words = 0_usize;
    for event in Parser::new_ext(docs, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Table(_)) => passed_over = true,
            Event::End(TagEnd::CodeBlock | TagEnd::Table) => passed_over = false,
            Event::Text(text) | Event::Code(text) if !passed_over => {
                let is_word = |word: &&str| word.contains(char::is_alphanumeric);
                words += text.split_whitespace().filter(is_word).count();
            }
            _ => {}
        }
    }
    words
}
