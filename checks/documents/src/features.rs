//! What features add to the pages of a crate, and whether it says which feature that takes.

use std::collections::{BTreeMap, BTreeSet};

/// Pages of a crate, by their path.
pub type Pages = BTreeMap<String, String>;

/// What rustdoc writes above an item that takes a feature.
const AVAILABLE: &str = "<div class=\"stab portability\">";
/// Each item, method and implementation of a page.
const SECTION: &str = "<section id=\"";
/// Where the implementations begin that the compiler and other crates add.
const OTHERS: &str = "id=\"synthetic-implementations\"";

/// Returns what features add: whole pages, and methods and implementations of others. With each goes whether it says so.
#[must_use]
pub fn added(plain: &Pages, all: &Pages) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for (path, page) in all {
        let Some(without) = plain.get(path) else {
            // Others only lead to where an item is exported.
            let mut sections = sections(page).into_iter();
            if let Some((_, says_so)) = sections.find(|(id, _)| *id == "main-content") {
                found.insert(path.clone(), says_so);
            }
            continue;
        };
        let without: BTreeSet<_> = items(without).into_keys().collect();
        let added = items(page).into_iter();
        let added = added.filter(|(id, _)| !without.contains(id));
        found.extend(added.map(|(id, says_so)| (format!("{path}#{id}"), says_so)));
    }
    found
}

/// Returns what has a section on a page: implementations of traits, and of the others each method.
fn items(page: &str) -> BTreeMap<&str, bool> {
    let mut found = BTreeMap::new();
    let mut is_of_trait = false;
    let mut of_implementation = false;
    for (id, says_so) in sections(page) {
        if id.starts_with("impl-") {
            is_of_trait = id.contains("-for-");
            of_implementation = says_so;
        }
        if id.starts_with("impl-") == is_of_trait {
            found.insert(unnumbered(id), says_so || of_implementation);
        }
    }
    found
}

/// Cuts off the number that tells sections of one name apart, and depends on how many there are.
fn unnumbered(id: &str) -> &str {
    match id.rsplit_once('-') {
        Some((id, number)) if number.parse::<u32>().is_ok() => id,
        _ => id,
    }
}

/// Splits a page into its sections, each with whether it says which feature it takes.
fn sections(page: &str) -> Vec<(&str, bool)> {
    let own = page.split(OTHERS).next().unwrap_or_default();
    let sections = own.split(SECTION).skip(1);
    sections
        .filter_map(|section| {
            let (id, text) = section.split_once('"')?;
            Some((id, text.contains(AVAILABLE)))
        })
        .collect()
}
