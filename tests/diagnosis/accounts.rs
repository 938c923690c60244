//! Diagnoses for a receiver that takes the keys of each account.

use twilio_verify_webhooks::diagnosis::{Cause, Verdict};
use twilio_verify_webhooks::*;

use crate::scene::*;

fn keys(account_sid: &str, token_text: &str) -> AccountKeys {
    let account_sid: AccountSid = account_sid.parse().unwrap();
    AccountKeys::new(account_sid, [token(token_text)]).unwrap()
}

const ACCOUNT: &str = "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
const OTHER_ACCOUNT: &str = "AC00000000000000000000000000000000";

#[test]
fn the_keys_of_the_account_are_tried() {
    let receiver = AccountReceiver::builder("http://example.com/webhook")
        .build()
        .unwrap();
    let scene = Scene::genuine(&v2());
    let diagnose =
        |keys: &AccountKeys| receiver.diagnose(keys, &scene.delivery(), &scene.context());

    let diagnosis = diagnose(&keys(ACCOUNT, TOKEN));
    assert_eq!(causes(&diagnosis), [Cause::Scheme]);
    assert_eq!(diagnosis.key.as_deref(), Some("AuthToken (key 0)"));

    let diagnosis = diagnose(&keys(ACCOUNT, OTHER_TOKEN));
    assert_eq!(diagnosis.verdict, Verdict::Unexplained);
}

#[test]
fn a_sub_account_that_signs_with_its_own_token_is_told() {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    let mut scene = Scene::genuine(&v2());
    scene.keys = vec![("sub-account", token(TOKEN).into())];
    let keys = keys(ACCOUNT, OTHER_TOKEN);
    let diagnosis = receiver.diagnose(&keys, &scene.delivery(), &scene.context());
    assert_eq!(causes(&diagnosis), [Cause::OtherKey]);
    assert_eq!(diagnosis.causes[0].at.as_deref(), Some("sub-account"));
}

#[test]
fn keys_of_another_account_that_match_leave_the_refusal() {
    let receiver = AccountReceiver::builder(URL).build().unwrap();
    let scene = Scene::genuine(&v2());
    let diagnose =
        |keys: &AccountKeys| receiver.diagnose(keys, &scene.delivery(), &scene.context());
    let diagnosis = diagnose(&keys(OTHER_ACCOUNT, TOKEN));
    assert_eq!(diagnosis.verdict, Verdict::Signed);
    assert_eq!(diagnosis.refusal, Some(Refusal::OtherAccount));
    assert_eq!(diagnose(&keys(ACCOUNT, TOKEN)).verdict, Verdict::Accepted);
}
