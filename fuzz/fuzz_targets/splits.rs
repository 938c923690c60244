//! The other splits of what an accepted delivery signs: none says anything else.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::signature::string_to_sign;
use twilio_verify_webhooks::{Delivery, FormError, Receiver, Refusal};
use verify_webhooks_fuzz::{Event, FORM, KEYS, Pairs, URL, checked, form, setups, splits};

fuzz_target!(|event: Event| {
    let receiver = &setups()[0].receiver;
    let pairs = event.pairs;
    let signature = KEYS[0].sign(URL, pairs.clone());
    let text = string_to_sign("", pairs.clone());
    let others = event.places.map(|place| usize::from(place) % text.len());
    let received = is_received(receiver, &pairs, &signature);
    let mut readings: Vec<Pairs> = Vec::new();
    splits::all(&text, &others, &mut |split| {
        if is_received(receiver, &split, &signature) {
            readings.push(split);
        }
    });
    if received {
        checked();
        let mut sorted = pairs;
        sorted.sort();
        // What has an unknown name is a hint: it may end elsewhere, and nothing else may.
        let is_same = |reading: &Pairs| documented(reading) == documented(&sorted);
        assert!(readings.iter().all(is_same), "{readings:?}");
        if !event.has_extra {
            assert_eq!(readings, [sorted]);
        }
    } else if !event.has_extra {
        // Even where an event is refused, its signature is good for no other.
        let mut readings: Vec<Pairs> = readings.iter().map(documented).collect();
        readings.dedup();
        assert!(readings.len() <= 1, "{readings:?}");
    }
});

fn is_received(receiver: &Receiver, pairs: &Pairs, signature: &str) -> bool {
    let form = form(pairs);
    let delivery = Delivery::new("POST", form.as_bytes())
        .content_type(FORM)
        .signature(signature);
    match receiver.receive(&delivery) {
        Ok(_) => true,
        // A split may have a name that is longer than any that is accepted.
        Err(Refusal::Event(_) | Refusal::Form(FormError::LongName { .. })) => false,
        Err(refusal) => panic!("a split keeps the signature, and yet: {refusal:?}"),
    }
}

fn documented(pairs: &Pairs) -> Pairs {
    pairs
        .iter()
        .filter(|(name, _)| splits::is_documented(name))
        .cloned()
        .collect()
}
