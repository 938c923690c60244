//! Events sent on and read back: what is read back is what a receiver would accept.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::{Delivery, Event, Refusal};
use verify_webhooks_fuzz::{FORM, KEYS, Pairs, URL, checked, form, setups};

fuzz_target!(|json: &str| {
    match serde_json::from_str::<Event<'_>>(json) {
        Ok(event) => {
            checked();
            let sent_on = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event<'_>>(&sent_on).unwrap(), event);
            let value = serde_json::to_value(&event).unwrap();
            assert_eq!(serde_json::from_value::<Event<'_>>(value).unwrap(), event);
            let parameters: Pairs = pairs(event.parameters());
            assert!(parameters.is_sorted_by(|(one, _), (next, _)| one < next));
            assert_eq!(receive(&parameters), Ok(event.clone().into_owned()));
            assert_eq!(event.clone().into_owned(), event);
        }
        Err(_) => {
            let Ok(map) = serde_json::from_str::<BTreeMap<String, String>>(json) else {
                return;
            };
            let form = form(&pairs(map.iter().map(|(name, value)| (&**name, &**value))));
            // A name that is there twice is lost in a map.
            let Ok(doubled) = serde_json::to_string(&map) else {
                return;
            };
            if serde_json::from_str::<Event<'_>>(&doubled).is_ok() || form.len() > 128 * 1024 {
                return;
            }
            assert!(receive(&map.into_iter().collect()).is_err());
        }
    }
});

fn pairs<'t>(pairs: impl Iterator<Item = (&'t str, &'t str)>) -> Pairs {
    pairs
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

fn receive(pairs: &Pairs) -> Result<Event<'static>, Refusal> {
    let form = form(pairs);
    let signature = KEYS[0].sign(URL, pairs.clone());
    let delivery = Delivery::new("POST", form.as_bytes())
        .content_type(FORM)
        .signature(&signature);
    setups()[0]
        .receiver
        .receive(&delivery)
        .map(|received| received.event)
}
