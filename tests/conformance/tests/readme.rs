//! The excerpts in the README are what the example servers say.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

fn without_white_space(text: &str) -> String {
    text.split_whitespace().collect()
}

/// What trailing commas and line breaks differ in depends on how deep the code is indented.
fn normal(text: &str) -> String {
    without_white_space(text).replace(",)", ")")
}

#[test]
fn the_excerpts_are_in_the_examples() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Frameworks\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut excerpts = 0;
    for part in section.split("\n### ").skip(1) {
        let (name, part) = part.split_once('\n').unwrap();
        assert!(part.trim_end().lines().count() <= 24, "{name} is long");
        let (_, code) = part.split_once("```rust,ignore\n").unwrap();
        let (code, _) = code.split_once("```").unwrap();
        assert!(
            code.lines().count() <= 15,
            "{name} has more than fifteen lines"
        );
        let marker = code.lines().find(|line| line.starts_with("// … ")).unwrap();
        let source = fs::read_to_string(root.join(&marker["// … ".len()..])).unwrap();
        let source = normal(&source);
        for piece in code.split(marker) {
            assert!(
                source.contains(&normal(piece)),
                "{name} is not in its example:\n{piece}"
            );
            excerpts += 1;
        }
    }
    assert!(excerpts >= 18);
}
