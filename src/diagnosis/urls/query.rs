use super::escapes::spellings;
use super::{Change, Evidence, Piece, targets};
use crate::diagnosis::location::Location;
use crate::diagnosis::{Cause, Finding};

/// Up to how many pairs every order is tried.
const MOST_ORDERED: usize = 4;

/// Up to how many pairs each is left out once.
const MOST_DROPPED: usize = 20;

pub(super) fn changes(evidence: &Evidence<'_>, changes: &mut Vec<Change>) {
    let base = evidence.base;
    let here = base.query.as_deref();
    let mut add = |query: Option<String>, finding: Finding, combines| {
        changes.push(Change {
            piece: Piece::Query,
            donor: Location {
                query,
                ..base.clone()
            },
            finding,
            combines,
        });
    };
    match here {
        None => add(Some(String::new()), Cause::QuestionMark.into(), false),
        Some("") => add(None, Cause::QuestionMark.into(), true),
        Some(_) => add(None, Cause::QueryExtra.into(), true),
    }
    for (at, _, query) in targets(evidence) {
        if let Some(query) = query {
            let finding = difference(here, query).at(at);
            add(Some(query.to_owned()), finding, true);
        }
    }
    // Some products sign the URL as configured and request it with the query sorted.
    if let (Some(configured), Some(here)) = (evidence.configured_query, here)
        && !here.starts_with(configured)
    {
        let configured: Vec<&str> = configured.split('&').collect();
        let others = here.split('&').filter(|pair| !configured.contains(pair));
        let query: Vec<&str> = configured.iter().copied().chain(others).collect();
        add(Some(query.join("&")), Cause::QueryOrder.into(), true);
    }
    let Some(here) = here.filter(|here| !here.is_empty()) else {
        return;
    };
    add(Some(String::new()), Cause::QueryExtra.into(), false);
    let pairs: Vec<&str> = here.split('&').collect();
    let mut sorted = pairs.clone();
    sorted.sort_unstable();
    add(Some(sorted.join("&")), Cause::QueryOrder.into(), true);
    for spelling in spellings(here) {
        add(Some(spelling), Cause::QueryEscapes.into(), true);
    }
    if pairs.len() <= MOST_ORDERED {
        for order in orders(&pairs) {
            add(Some(order.join("&")), Cause::QueryOrder.into(), false);
        }
    }
    if (2..=MOST_DROPPED).contains(&pairs.len()) {
        for dropped in 0..pairs.len() {
            let others = pairs.iter().enumerate();
            let others = others.filter(|(index, _)| *index != dropped);
            let others: Vec<&str> = others.map(|(_, pair)| *pair).collect();
            let finding = Finding::new(Cause::QueryExtra).at(format!("pair {dropped}"));
            add(Some(others.join("&")), finding, false);
        }
    }
}

/// Names the difference between two queries.
fn difference(here: Option<&str>, other: &str) -> Finding {
    let Some(here) = here else {
        let cause = if other.is_empty() {
            Cause::QuestionMark
        } else {
            Cause::QueryMissing
        };
        return cause.into();
    };
    let sorted = |query: &str| -> Vec<String> {
        let mut pairs: Vec<String> = query.split('&').map(str::to_owned).collect();
        pairs.sort_unstable();
        pairs
    };
    let (pairs, others) = (sorted(here), sorted(other));
    let holds = |all: &[String], some: &[String]| some.iter().all(|pair| all.contains(pair));
    let cause = if pairs == others {
        Cause::QueryOrder
    } else if spellings(here).iter().any(|spelling| spelling == other) {
        Cause::QueryEscapes
    } else if holds(&others, &pairs) {
        Cause::QueryMissing
    } else if holds(&pairs, &others) {
        Cause::QueryExtra
    } else {
        Cause::QueryRewritten
    };
    cause.into()
}

fn orders<'q>(pairs: &[&'q str]) -> Vec<Vec<&'q str>> {
    let mut orders: Vec<Vec<&str>> = vec![Vec::new()];
    for &pair in pairs {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).map(move |place| {
                    let mut order = order.clone();
                    order.insert(place, pair);
                    order
                })
            })
            .collect();
    }
    orders
}
