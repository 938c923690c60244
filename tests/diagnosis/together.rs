//! What occurs together is found together, and what may be there is never excluded.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use twilio_verify_webhooks::diagnosis::{Cause, Verdict};

use crate::broken::{BREAKABLE, broken};
use crate::hypotheses;
use crate::scene::*;

const ORDER: &str = include_str!("../../src/diagnosis/order.md");

fn cause(code: &str) -> Cause {
    let mut causes = Cause::ALL.iter().copied();
    causes.find(|cause| cause.code() == code).unwrap()
}

/// The codes of a cell.
fn codes(cell: &str) -> Vec<Cause> {
    cell.split(',')
        .map(|code| cause(code.trim().trim_matches('`')))
        .collect()
}

/// The causes that the table in the documentation says occur together.
fn together() -> Vec<Vec<Cause>> {
    let start = ORDER.find("# What occurs together").unwrap();
    let lines = ORDER[start..]
        .lines()
        .filter(|line| line.starts_with("| `"));
    let mut rows: Vec<(Vec<Cause>, Vec<Cause>)> = Vec::new();
    for line in lines {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let others = match cells[2] {
            "the same" => rows.last().unwrap().1.clone(),
            others => codes(others),
        };
        rows.push((codes(cells[1]), others));
    }
    assert!(rows.len() > 5);
    let combine = |(first, others): &(Vec<Cause>, Vec<Cause>)| -> Vec<Vec<Cause>> {
        others
            .iter()
            .map(|other| [first.as_slice(), &[*other]].concat())
            .collect()
    };
    rows.iter().flat_map(combine).collect()
}

/// Those, each with a delivery that is broken so.
pub(crate) fn scenes() -> Vec<(Vec<Cause>, Scene)> {
    let scene = |causes: Vec<Cause>| (causes.clone(), broken(&causes));
    together().into_iter().map(scene).collect()
}

fn set(causes: impl IntoIterator<Item = Cause>) -> BTreeSet<Cause> {
    causes.into_iter().collect()
}

#[test]
fn what_the_documentation_says_occurs_together_is_found_together() {
    let mut failures = Vec::new();
    for expected in together() {
        let diagnosis = broken(&expected).diagnose();
        let found = set(causes(&diagnosis));
        if found != set(expected.iter().copied()) || diagnosis.verdict != Verdict::Explained {
            let tries = diagnosis.tries;
            failures.push(format!("{expected:?}: found {found:?} after {tries} tries"));
        }
    }
    assert!(
        failures.is_empty(),
        "{} {}",
        failures.len(),
        failures.join("\n")
    );
}

/// What the request line shows is named as the guesses name it.
#[test]
fn a_known_request_line_never_makes_the_answer_worse() {
    let mut failures = Vec::new();
    let mut check = |name: &str, scene: &Scene, expected: &[Cause]| {
        let (_, signed) = scene.signed.split_once("://").unwrap_or_default();
        let signed = signed.split('#').next().unwrap();
        let signed = signed.find(['/', '?']).map(|start| &signed[start..]);
        let scenes = match (&scene.target, signed) {
            _ if scene.method != "POST" => Vec::new(),
            (None, Some(signed)) if signed.starts_with('/') => vec![scene.clone().target(signed)],
            (None, _) => Vec::new(),
            (Some(_), _) => {
                let mut without = scene.clone();
                without.target = None;
                vec![without]
            }
        };
        for other in scenes {
            let diagnosis = other.diagnose();
            let found = causes(&diagnosis);
            // What only the request line tells cannot be told without it.
            let is_untold = other.target.is_none() && diagnosis.verdict == Verdict::Unexplained;
            if set(found.iter().copied()) != set(expected.iter().copied()) && !is_untold {
                failures.push(format!(
                    "{name}, {:?}: {found:?}, not {expected:?}",
                    other.target
                ));
            }
        }
    };
    for row in hypotheses::rows().iter().filter(|row| row.is_explained()) {
        check(&row.name, &row.scene, row.causes());
    }
    for expected in together() {
        check("together", &broken(&expected), &expected);
    }
    assert!(
        failures.is_empty(),
        "{} {}",
        failures.len(),
        failures.join("\n")
    );
}

/// One takes back what the other does.
fn is_contradictory(causes: &[Cause]) -> bool {
    [
        [Cause::TrailingSlashMissing, Cause::TrailingSlashExtra],
        [Cause::GetAsPost, Cause::ParametersInQuery],
    ]
    .iter()
    .any(|two| two.iter().all(|cause| causes.contains(cause)))
}

/// Nobody has the key, so that nothing is found.
fn assert_nothing_excluded(causes: &[Cause]) {
    if is_contradictory(causes) {
        return;
    }
    let mut scene = broken(causes);
    scene.keys.clear();
    let signature = scene.signature();
    let forged = signature
        .chars()
        .rev()
        .filter(|c| *c != '=')
        .collect::<String>();
    let scene = scene.set("X-Twilio-Signature", &(forged + "="));
    let diagnosis = scene.diagnose();
    for cause in causes {
        assert!(!diagnosis.excluded.contains(cause), "{cause} of {causes:?}");
    }
}

#[test]
fn no_cause_that_is_there_is_excluded() {
    for cause in BREAKABLE {
        assert_nothing_excluded(&[cause]);
    }
    for causes in together().iter().step_by(3) {
        assert_nothing_excluded(causes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(500),
        ..ProptestConfig::default()
    })]

    #[test]
    fn no_cause_of_many_is_excluded(causes in proptest::sample::subsequence(BREAKABLE.to_vec(), 2..=6)) {
        assert_nothing_excluded(&causes);
    }

    #[test]
    fn what_is_found_of_many_is_all_that_is_there(causes in proptest::sample::subsequence(BREAKABLE.to_vec(), 3)) {
        prop_assume!(!is_contradictory(&causes));
        let diagnosis = broken(&causes).diagnose();
        if diagnosis.verdict == Verdict::Explained {
            let mut found = set(crate::scene::causes(&diagnosis));
            let rewritten = [Cause::QueryMissing, Cause::QueryExtra];
            if rewritten.iter().all(|cause| causes.contains(cause)) {
                found.remove(&Cause::QueryRewritten);
            }
            // Some leave nothing behind when another hides them.
            prop_assert!(found.is_subset(&set(causes.iter().copied())), "{causes:?} {found:?}");
        } else {
            for cause in &causes {
                prop_assert!(!diagnosis.excluded.contains(cause), "{cause} of {causes:?}");
            }
        }
    }
}
