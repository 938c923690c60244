//! Each hypothesis is found, alone and nothing else; and those of a proxy together.

mod combined;
mod key;
mod parameters;
mod request;
mod signature;
mod url;
mod way;

use std::collections::BTreeSet;

use twilio_verify_webhooks::diagnosis::{Cause, Verdict};

use crate::scene::*;

/// A delivery, and what it must be diagnosed as.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) scene: Scene,
    causes: Vec<Cause>,
    observations: Vec<Cause>,
    is_unexplained: bool,
}

/// Proved by the signature.
fn proved(name: &str, scene: Scene, causes: &[Cause]) -> Row {
    Row {
        name: name.into(),
        scene,
        causes: causes.to_vec(),
        observations: Vec::new(),
        is_unexplained: false,
    }
}

/// Plain to see, and the signature is right or unreadable.
fn seen(name: &str, scene: Scene, observations: &[Cause]) -> Row {
    Row {
        name: name.into(),
        scene,
        causes: Vec::new(),
        observations: observations.to_vec(),
        is_unexplained: false,
    }
}

/// Plain to see, where nothing makes the signature match.
fn unexplained(name: &str, scene: Scene, observations: &[Cause]) -> Row {
    Row {
        is_unexplained: true,
        ..seen(name, scene, observations)
    }
}

impl Row {
    pub(crate) fn is_explained(&self) -> bool {
        !self.causes.is_empty()
    }

    pub(crate) fn causes(&self) -> &[Cause] {
        &self.causes
    }

    fn seeing(mut self, observations: &[Cause]) -> Self {
        self.observations = observations.to_vec();
        self
    }
}

/// Every row, once for parameters of version 1 and once for those of version 2.
pub(crate) fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for pairs in [v1(), v2()] {
        for table in [
            url::rows,
            key::rows,
            signature::rows,
            request::rows,
            way::rows,
            parameters::rows,
            combined::rows,
        ] {
            rows.extend(table(&pairs));
        }
    }
    rows
}

#[test]
fn each_is_found_and_nothing_else() {
    let mut failures = Vec::new();
    for row in rows() {
        let diagnosis = row.scene.diagnose();
        let found = (causes(&diagnosis), observations(&diagnosis));
        if found != (row.causes.clone(), row.observations.clone()) {
            failures.push(format!(
                "{}: expected {:?} {:?}, found {found:?} after {} tries",
                row.name, row.causes, row.observations, diagnosis.tries
            ));
        }
        let verdicts: &[Verdict] = if !row.causes.is_empty() {
            &[Verdict::Explained]
        } else if row.is_unexplained {
            &[Verdict::Unexplained]
        } else {
            &[Verdict::Signed, Verdict::Unsigned]
        };
        assert!(diagnosis.refusal.is_some(), "{}: accepted", row.name);
        if !verdicts.contains(&diagnosis.verdict) {
            failures.push(format!("{}: {:?}", row.name, diagnosis.verdict));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_cause_has_a_row() {
    let found: BTreeSet<Cause> = rows()
        .into_iter()
        .flat_map(|row| [row.causes, row.observations].concat())
        .collect();
    let without: Vec<&Cause> = Cause::ALL
        .iter()
        .filter(|cause| !found.contains(cause))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}
