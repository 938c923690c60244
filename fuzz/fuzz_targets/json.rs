//! JSON nested in parameters: whole or not, beside `serde_json`.
#![no_main]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use libfuzzer_sys::fuzz_target;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use twilio_verify_webhooks::{
    ChallengeDetails, ChallengeEvent, Delivery, Event, EventError, JsonFault, JsonText, Refusal,
};
use verify_webhooks_fuzz::{ACCOUNT, FORM, KEYS, Pairs, URL, checked, form, setups};

fuzz_target!(|text: &str| {
    let fault = fault_of(text);
    match receive(text) {
        Ok(Event::Challenge(event)) => {
            assert_eq!(fault, None);
            checked();
            assert_is_kept(&event, text);
            assert_details(&event, text);
            assert_strings(&event, text);
        }
        Err(Refusal::Event(EventError::Json {
            name,
            fault: found,
            position,
        })) => {
            assert_eq!(name, "challenge_details");
            assert!(position <= text.len());
            match (fault, found) {
                (Some(JsonFault::TooDeep), JsonFault::TooDeep) => {}
                (Some(JsonFault::NotAnObject), JsonFault::NotAnObject) => {}
                (Some(JsonFault::NotAnObject), JsonFault::EndsEarly) => assert_eq!(start(text), ""),
                // What is wrong first is named, so the other faults may stand behind nesting that is too deep.
                (Some(JsonFault::Syntax), JsonFault::NotAnObject) => {
                    assert!(!start(text).starts_with('{'));
                }
                (Some(JsonFault::Syntax), _) => {}
                _ => panic!("{fault:?} {found:?}"),
            }
            if found == JsonFault::EndsEarly {
                assert_eq!(position, text.len());
            }
        }
        // Blank and null are read as absent, and a push challenge needs its details.
        Err(Refusal::Event(EventError::Missing { name })) => {
            assert_eq!(name, "challenge_details");
            assert!(matches!(text, "" | "null"), "{text:?}");
        }
        other => panic!("{other:?}"),
    }
});

/// Receives a challenge with this text as all its JSON.
fn receive(text: &str) -> Result<Event<'static>, Refusal> {
    let sid = |prefix| ACCOUNT.replacen("AC", prefix, 1);
    let pairs: Pairs = [
        ("account_sid", ACCOUNT.to_owned()),
        ("challenge_details", text.to_owned()),
        ("challenge_hidden_details", text.to_owned()),
        ("challenge_sid", sid("YC")),
        (
            "entity_identity",
            "ff483d1ff591898a9942916050d2ca3f".to_owned(),
        ),
        ("factor_friendly_name", "John's Phone".to_owned()),
        ("factor_sid", sid("YF")),
        ("factor_type", "push".to_owned()),
        ("service_sid", sid("VA")),
        ("type", "challenge.approved".to_owned()),
        ("uuid", "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    let form = form(&pairs);
    let signature = KEYS[0].sign(URL, pairs);
    let delivery = Delivery::new("POST", form.as_bytes())
        .content_type(FORM)
        .signature(&signature);
    setups()[0]
        .receiver
        .receive(&delivery)
        .map(|received| received.event)
}

/// What keeps the text from being accepted, as another parser sees it: no JSON (`Syntax`), no object, too deep.
fn fault_of(text: &str) -> Option<JsonFault> {
    if serde_json::from_str::<IgnoredAny>(text).is_err() {
        return Some(JsonFault::Syntax);
    }
    if !start(text).starts_with('{') {
        return Some(JsonFault::NotAnObject);
    }
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_u32, 0, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => in_string = !in_string,
            '{' | '[' if !in_string => depth += 1,
            '}' | ']' if !in_string => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (deepest > 64).then_some(JsonFault::TooDeep)
}

/// Skips what JSON takes for white space.
fn start(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', '\r'])
}

fn assert_is_kept(event: &ChallengeEvent<'_>, text: &str) {
    let texts = [&event.challenge_details, &event.challenge_hidden_details];
    assert!(
        texts
            .into_iter()
            .all(|kept| kept.as_ref().map(JsonText::as_str) == Some(text))
    );
    let decoded = event.challenge_details.as_ref().unwrap().decode::<Value>();
    assert_eq!(decoded.ok(), serde_json::from_str(text).ok());
}

fn assert_details(event: &ChallengeEvent<'_>, text: &str) {
    match event.details() {
        Ok(Some(ChallengeDetails {
            message,
            fields,
            date,
            ..
        })) => {
            // Members that Twilio does not document may hold what only `IgnoredAny` reads.
            let members = members::<IgnoredAny>(text);
            let count = |wanted: &str| members.iter().filter(|(name, _)| name == wanted).count();
            assert_eq!(count("message"), 1);
            assert!(count("fields") <= 1 && count("date") <= 1);
            let Ok(value) = serde_json::from_str::<Value>(text) else {
                return;
            };
            assert_eq!(value["message"], *message);
            assert_eq!(value["date"].as_str(), date.as_deref());
            let others = value["fields"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            assert_eq!(others.len(), fields.len());
            for (other, field) in others.iter().zip(&fields) {
                assert_eq!(
                    (&other["label"], &other["value"]),
                    (&(*field.label).into(), &(*field.value).into())
                );
            }
        }
        Ok(None) => panic!("there are details"),
        Err(error) => assert!(error.to_string().starts_with("challenge_details")),
    }
}

fn assert_strings(event: &ChallengeEvent<'_>, text: &str) {
    let strings = serde_json::from_str::<BTreeMap<String, String>>(text);
    let hidden = event.challenge_hidden_details.as_ref();
    let hidden = hidden.expect("there are hidden details");
    match hidden.strings() {
        Ok(hidden) => {
            let strings = strings.expect("an object of strings");
            let strings = strings.iter().map(|(name, value)| (&**name, &**value));
            assert!(
                hidden
                    .iter()
                    .map(|(name, value)| (&**name, &**value))
                    .eq(strings)
            );
            assert_eq!(members::<IgnoredAny>(text).len(), hidden.len());
        }
        Err(error) => {
            assert!(error.to_string().starts_with("challenge_hidden_details"));
            let is_doubled =
                |strings: &BTreeMap<_, _>| strings.len() < members::<IgnoredAny>(text).len();
            assert!(strings.is_err() || strings.is_ok_and(|strings| is_doubled(&strings)));
        }
    }
}

/// The members of an object, those of the same name too.
fn members<'t, T: Deserialize<'t>>(text: &'t str) -> Vec<(Cow<'t, str>, T)> {
    struct Members<'t, T>(Vec<(Cow<'t, str>, T)>);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Members<'de, T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct All<T>(std::marker::PhantomData<T>);

            impl<'de, T: Deserialize<'de>> Visitor<'de> for All<T> {
                type Value = Members<'de, T>;

                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                    let mut members = Vec::new();
                    while let Some(member) = map.next_entry::<Cow<'de, str>, T>()? {
                        members.push(member);
                    }
                    Ok(Members(members))
                }
            }

            deserializer.deserialize_map(All(std::marker::PhantomData))
        }
    }

    serde_json::from_str::<Members<'t, T>>(text)
        .map(|Members(members)| members)
        .unwrap_or_default()
}
