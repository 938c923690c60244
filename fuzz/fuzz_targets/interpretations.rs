//! What is accepted of a string to sign, beside a plain search for all its interpretations.
#![no_main]

use std::collections::BTreeSet;

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::{Delivery, EventError, FormError, Receiver, Refusal};
use verify_webhooks_fuzz::{FORM, KEYS, Pairs, URL, checked, form, setups};
use verify_webhooks_reference::{acceptance, adversarial, interpretations};

fuzz_target!(|bytes: &[u8]| {
    let mut choices = Unstructured::new(bytes);
    let mut signed = adversarial::chosen(|most| {
        let choice = choices.int_in_range(0..=most.saturating_sub(1));
        choice.unwrap_or_default()
    });
    // What is left of the input goes into one value, where it may spell anything.
    let place = choices.choose_index(signed.len()).unwrap_or_default();
    let rest = choices.take_rest();
    if let (Ok(text), Some((_, value))) = (str::from_utf8(rest), signed.get_mut(place)) {
        value.extend(text.chars().take(48));
    }
    let text = acceptance::concatenated(&signed);
    let all = interpretations::all(&text);
    let receiver = &setups()[0].receiver;
    let signature = KEYS[0].sign(URL, signed.clone());
    let mut said = BTreeSet::new();
    for split in acceptance::splits(&signed, &all) {
        let Some(found) = is_accepted(receiver, &split, &signature) else {
            continue;
        };
        // The plain search knows the whole string, and no rule on a single value.
        assert!(!found || acceptance::allows(&split, &all), "{split:?}");
        if found {
            checked();
            said.insert(
                acceptance::documented(&split)
                    .into_iter()
                    .map(owned)
                    .collect::<Pairs>(),
            );
        }
    }
    assert!(said.len() <= 1, "{said:?}");
});

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// `None` where it was given up.
fn is_accepted(receiver: &Receiver, pairs: &Pairs, signature: &str) -> Option<bool> {
    let form = form(pairs);
    let delivery = Delivery::new("POST", form.as_bytes())
        .content_type(FORM)
        .signature(signature);
    match receiver.receive(&delivery) {
        Ok(_) => Some(true),
        Err(Refusal::Event(EventError::TooManyNames { .. })) => None,
        Err(Refusal::Event(_) | Refusal::Form(FormError::LongName { .. })) => Some(false),
        Err(refusal) => panic!("a split keeps the signature, and yet: {refusal:?}"),
    }
}
