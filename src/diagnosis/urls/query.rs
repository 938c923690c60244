//! Other queries: guesses, and what the request line and headers say.

use super::escapes::{by_value, decoded, plus_signs, spellings};
use super::{Change, Evidence, Piece, targets};
use crate::diagnosis::location::Location;
use crate::diagnosis::permutations::permutations;
use crate::diagnosis::{Cause, Finding};

/// Up to how many pairs every order is tried.
const MOST_ORDERED: usize = 4;

/// Up to how many pairs each is left out once.
const MOST_DROPPED: usize = 20;

pub(super) fn changes(evidence: &Evidence<'_>) -> Vec<Change> {
    let base = evidence.base;
    let here = base.query.as_deref();
    let mut changes: Vec<Change> = Vec::new();
    let mut add = |query: Option<String>, findings: Vec<Finding>, is_led_to| {
        changes.push(Change {
            piece: Piece::Query(query),
            findings,
            is_led_to,
            is_given: false,
        });
    };
    match here {
        None => add(Some(String::new()), vec![Cause::QuestionMark.into()], false),
        Some("") => add(None, vec![Cause::QuestionMark.into()], true),
        Some(_) => add(None, vec![Cause::QueryExtra.into()], true),
    }
    // Some products sign the URL as configured and request it with the query sorted.
    if let (Some(configured), Some(here)) = (evidence.configured_query, here)
        && !here.starts_with(configured)
    {
        let configured: Vec<&str> = configured.split('&').collect();
        let others = here.split('&').filter(|pair| !configured.contains(pair));
        let query: Vec<&str> = configured.iter().copied().chain(others).collect();
        add(Some(query.join("&")), vec![Cause::QueryOrder.into()], true);
    }
    if let Some(here) = here.filter(|here| !here.is_empty()) {
        add(Some(String::new()), vec![Cause::QueryExtra.into()], false);
        for (query, findings) in spelled(here) {
            let is_led_to = findings.len() == 1;
            add(Some(query), findings, is_led_to);
        }
        let pairs: Vec<&str> = here.split('&').collect();
        if (2..=MOST_DROPPED).contains(&pairs.len()) {
            for dropped in 0..pairs.len() {
                let others = pairs.iter().enumerate();
                let others = others.filter(|(index, _)| *index != dropped);
                let others: Vec<&str> = others.map(|(_, pair)| *pair).collect();
                let finding = Finding::new(Cause::QueryExtra).at(format!("pair {dropped}"));
                add(Some(others.join("&")), vec![finding], false);
            }
        }
    }
    for (at, _, query) in targets(evidence) {
        if query.is_some() {
            changes.extend(given(base, at, query));
        }
    }
    changes
}

/// The change to a query that the request line or a header gives.
pub(super) fn given(base: &Location, at: &'static str, query: Option<&str>) -> Option<Change> {
    let here = base.query.as_deref();
    (query != here).then(|| Change {
        piece: Piece::Query(query.map(str::to_owned)),
        findings: difference(here, at, query),
        is_led_to: true,
        is_given: true,
    })
}

/// Names the difference between two queries: as the guesses do, and where none makes the other of it, by the pairs that
/// one has and the other has not.
fn difference(here: Option<&str>, at: &'static str, other: Option<&str>) -> Vec<Finding> {
    let one = |cause: Cause| vec![Finding::new(cause).at(at)];
    let (here, other) = match (here, other) {
        (None | Some(""), None | Some("")) => return one(Cause::QuestionMark),
        (None | Some(""), Some(_)) => return one(Cause::QueryMissing),
        (Some(_), None | Some("")) => return one(Cause::QueryExtra),
        (Some(here), Some(other)) => (here, other),
    };
    if let Some((_, mut findings)) = spelled(here).into_iter().find(|(query, _)| query == other) {
        for finding in &mut findings {
            finding.at.get_or_insert(at.into());
        }
        return findings;
    }
    // What each pair says, whatever its spelling: plus signs and spaces take each other's place.
    let read = |query: &str| -> Vec<(String, String)> {
        let pairs = query.split('&');
        pairs
            .map(|pair| (decoded(pair).replace('+', " "), pair.to_owned()))
            .collect()
    };
    let common = |pairs: &[(String, String)], others: &[(String, String)]| {
        let is_common = |pair: &&(String, String)| others.iter().any(|other| other.0 == pair.0);
        pairs.iter().filter(is_common).cloned().collect::<Vec<_>>()
    };
    let (pairs, others) = (read(here), read(other));
    let (ours, theirs) = (common(&pairs, &others), common(&others, &pairs));
    let (is_missing, is_extra) = (theirs.len() < others.len(), ours.len() < pairs.len());
    if ours.is_empty() || (is_missing && is_extra) {
        return one(Cause::QueryRewritten);
    }
    let said = |pairs: &[(String, String)]| -> Vec<String> {
        pairs.iter().map(|(said, _)| said.clone()).collect()
    };
    let is_spelled = theirs.iter().any(|pair| !ours.contains(pair));
    let causes = [
        (Cause::QueryMissing, is_missing),
        (Cause::QueryExtra, is_extra),
        (Cause::QueryOrder, said(&ours) != said(&theirs)),
        (Cause::QueryEscapes, is_spelled),
    ];
    let causes = causes.into_iter().filter(|(_, is)| *is);
    causes
        .map(|(cause, _)| Finding::new(cause).at(at))
        .collect()
}

/// The same pairs in other orders, in other spellings, and in both.
fn spelled(here: &str) -> Vec<(String, Vec<Finding>)> {
    let mut found: Vec<(String, Vec<Finding>)> = Vec::new();
    let mut add = |query: String, causes: &[Cause]| {
        if query != here && found.iter().all(|(other, _)| *other != query) {
            let findings = causes.iter().map(|cause| Finding::new(*cause));
            found.push((query, findings.collect()));
        }
    };
    let orders = orders(here);
    let mut spellings = spellings(here);
    spellings.extend(by_value(here));
    spellings.extend(plus_signs(here));
    for order in &orders {
        add(order.clone(), &[Cause::QueryOrder]);
    }
    for spelling in &spellings {
        add(spelling.clone(), &[Cause::QueryEscapes]);
    }
    for spelling in &spellings {
        for order in self::orders(spelling) {
            add(order, &[Cause::QueryOrder, Cause::QueryEscapes]);
        }
    }
    found
}

/// Other orders of the pairs: sorted, reversed, and every one if they are few.
fn orders(here: &str) -> Vec<String> {
    let pairs: Vec<&str> = here.split('&').collect();
    if pairs.len() < 2 {
        return Vec::new();
    }
    let mut sorted = pairs.clone();
    sorted.sort_unstable();
    let mut by_name = pairs.clone();
    by_name.sort_by_key(|pair| pair.split('=').next());
    let reversed: Vec<&str> = pairs.iter().rev().copied().collect();
    let mut orders = vec![sorted, by_name, reversed];
    if pairs.len() <= MOST_ORDERED {
        orders.extend(permutations(&pairs));
    }
    orders.into_iter().map(|order| order.join("&")).collect()
}
