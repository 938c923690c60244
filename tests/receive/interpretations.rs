//! The string to sign as a whole: what is accepted of it, beside a plain search for all its interpretations.

use std::collections::BTreeSet;

use twilio_verify_webhooks::Refusal;
use verify_webhooks_reference::{acceptance, adversarial, interpretations};

use crate::support::*;

/// How many deliveries are tried.
const DELIVERIES: u64 = 500;

fn is_accepted(pairs: &Pairs) -> bool {
    let request = Request::signed(pairs);
    match receiver().receive(&request.delivery()) {
        Ok(_) => true,
        Err(Refusal::Event(_)) => false,
        Err(refusal) => panic!("the signature is right, and yet: {refusal:?}"),
    }
}

#[test]
fn one_interpretation_is_accepted_and_no_other() {
    let (mut accepted, mut refused) = (0, 0);
    for seed in 0..DELIVERIES {
        let signed = adversarial::delivery(seed);
        let text = acceptance::concatenated(&signed);
        let all = interpretations::all(&text);
        let splits = acceptance::splits(&signed, &all);
        let mut said = BTreeSet::new();
        for split in &splits {
            let found = is_accepted(split);
            assert_eq!(
                found,
                acceptance::allows(split, &all),
                "seed {seed}: {split:?}\nof {signed:?}\nall {all:#?}"
            );
            if found {
                said.insert(acceptance::documented(split));
            }
        }
        assert!(said.len() <= 1, "seed {seed}: {said:?}");
        match is_accepted(&signed) {
            true => accepted += 1,
            false => refused += 1,
        }
    }
    // It says little if all are refused.
    assert!(
        accepted > refused / 10,
        "{accepted} accepted, {refused} refused"
    );
}
