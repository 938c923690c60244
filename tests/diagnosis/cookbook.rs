//! The cookbook lists every cause once, and no other.

use std::collections::BTreeSet;

use twilio_verify_webhooks::diagnosis::Cause;

const COOKBOOK: &str = include_str!("../../src/diagnosis/cookbook.md");

#[test]
fn every_cause_has_one_entry() {
    let mut listed: Vec<&str> = COOKBOOK
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    listed.sort_unstable();
    let mut known: Vec<&str> = Cause::ALL.iter().map(|cause| cause.code()).collect();
    known.sort_unstable();
    assert_eq!(listed, known);
}

#[test]
fn every_entry_says_where_it_comes_from_and_what_mends_it() {
    for line in COOKBOOK.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        assert_eq!(cells.len(), 5, "{line}");
        assert!(cells[2].len() > 10 && cells[3].len() > 5, "{line}");
    }
}

#[test]
fn codes_are_the_names_of_the_variants() {
    let mut codes = BTreeSet::new();
    for cause in Cause::ALL {
        let name = format!("{cause:?}");
        let snake: String = name
            .char_indices()
            .flat_map(|(index, c)| {
                let underscore = (index > 0 && c.is_uppercase()).then_some('_');
                underscore.into_iter().chain([c.to_ascii_lowercase()])
            })
            .collect();
        assert_eq!(cause.code(), snake);
        assert!(codes.insert(cause.code()));
    }
}
