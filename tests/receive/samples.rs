//! The sample deliveries of Twilio's page.

use serde::Deserialize;
use twilio_verify_webhooks::*;

use crate::support::*;

#[derive(Deserialize)]
struct Sample {
    title: String,
    params: Pairs,
}

fn samples() -> [Sample; 6] {
    serde_json::from_str(include_str!("../data/page-samples.json")).unwrap()
}

fn sid(prefix: &str) -> String {
    format!("{prefix}{}", "X".repeat(32))
}

#[track_caller]
fn factor(sample: &Sample, version: WebhookVersion) -> FactorEvent<'static> {
    let Event::Factor(event) = accepted(&sample.params) else {
        panic!("{}", sample.title)
    };
    assert_eq!(event.event_type, FactorEventType::Verified);
    assert_eq!(event.uuid, "Unique identifier");
    assert_eq!(event.account_sid, *sid("AC"));
    assert_eq!(event.service_sid, *sid("VA"));
    assert_eq!(event.factor_sid, *sid("YF"));
    assert_eq!(event.entity_identity, "ff483d1ff591898a9942916050d2ca3f");
    assert_eq!(event.version(), version);
    assert!(event.extra.is_empty());
    event
}

#[track_caller]
fn challenge(sample: &Sample, version: WebhookVersion) -> ChallengeEvent<'static> {
    let Event::Challenge(event) = accepted(&sample.params) else {
        panic!("{}", sample.title)
    };
    assert_eq!(event.event_type, ChallengeEventType::Approved);
    assert_eq!(event.uuid, "Unique identifier");
    assert_eq!(event.account_sid, *sid("AC"));
    assert_eq!(event.service_sid, *sid("VA"));
    assert_eq!(event.factor_sid, *sid("YF"));
    assert_eq!(event.challenge_sid, *sid("YC"));
    assert_eq!(event.entity_identity, "ff483d1ff591898a9942916050d2ca3f");
    assert_eq!(event.version(), version);
    assert!(event.extra.is_empty());
    event
}

#[track_caller]
fn assert_details(event: &ChallengeEvent<'_>) {
    let details = event.details().unwrap().unwrap();
    assert_eq!(
        details.message,
        "Hi! Mr. John Doe, would you like to sign up?"
    );
    assert_eq!(details.date.as_deref(), Some("2020-07-01T12:13:14Z"));
    assert_eq!(details.fields.len(), 1);
    assert_eq!(details.fields[0].label, "Action");
    assert_eq!(details.fields[0].value, "Sign up in portal");
}

#[test]
fn every_sample_is_received_with_all_its_fields() {
    let [
        v2_metadata,
        v2_plain,
        v2_challenge,
        v2_minimal,
        v1_factor,
        v1_challenge,
    ] = &samples();

    for sample in [v2_metadata, v2_plain] {
        let event = factor(sample, WebhookVersion::V2);
        assert_eq!(event.factor_type, Some(FactorType::Push));
        assert_eq!(event.factor_friendly_name.as_deref(), Some("John's Phone"));
    }
    let event = factor(v2_metadata, WebhookVersion::V2);
    assert_eq!(strings(&event.factor_metadata)["os"], "Android");
    assert_eq!(factor(v2_plain, WebhookVersion::V2).factor_metadata, None);

    let event = challenge(v2_challenge, WebhookVersion::V2);
    assert_details(&event);
    assert_eq!(strings(&event.challenge_hidden_details)["ip"], "127.0.0.1");
    assert_eq!(strings(&event.challenge_metadata)["os"], "Android");
    assert_eq!(strings(&event.factor_metadata)["os"], "Android");

    let event = challenge(v2_minimal, WebhookVersion::V2);
    assert_details(&event);
    assert_eq!(event.challenge_hidden_details, None);
    assert_eq!(event.challenge_metadata, None);
    assert_eq!(event.factor_metadata, None);

    let event = factor(v1_factor, WebhookVersion::V1);
    assert_eq!(
        (event.factor_type, event.factor_friendly_name),
        (None, None)
    );
    let event = challenge(v1_challenge, WebhookVersion::V1);
    assert_eq!((event.challenge_details, event.factor_type), (None, None));
}

#[test]
fn order_and_spelling_of_the_form_do_not_matter() {
    for sample in samples() {
        let expected = accepted(&sample.params);
        let mut reversed = sample.params.clone();
        reversed.reverse();
        assert_eq!(accepted(&reversed), expected, "{}", sample.title);

        let signature = token().sign(URL, sample.params.clone());
        let form = form(&sample.params);
        let all_escaped: String = sample
            .params
            .iter()
            .map(|(name, value)| {
                let escape = |text: &str| -> String {
                    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
                };
                format!("{}={}", escape(name), escape(value))
            })
            .collect::<Vec<_>>()
            .join("&");
        for spelling in [
            form.replace('+', "%20"),
            form.replace("%7B", "{"),
            all_escaped,
        ] {
            let request = Request::post(spelling).header(SIGNATURE_HEADER, &signature);
            assert_eq!(
                receive(&receiver(), &request).unwrap(),
                expected,
                "{}",
                sample.title
            );
        }
    }
}

#[test]
fn the_other_types_land_in_their_variants() {
    for (event_type, expected) in [
        ("factor.created", FactorEventType::Created),
        ("factor.verified", FactorEventType::Verified),
        ("factor.deleted", FactorEventType::Deleted),
    ] {
        for pairs in [v1_factor(), v2_factor()] {
            let event = accepted(&with(pairs, "type", event_type));
            assert_eq!(event.event_type(), event_type);
            assert!(matches!(event, Event::Factor(event) if event.event_type == expected));
        }
    }
    for (event_type, expected) in [
        ("challenge.approved", ChallengeEventType::Approved),
        ("challenge.denied", ChallengeEventType::Denied),
    ] {
        for pairs in [v1_challenge(), v2_challenge()] {
            let event = accepted(&with(pairs, "type", event_type));
            assert_eq!(event.event_type(), event_type);
            assert!(matches!(event, Event::Challenge(event) if event.event_type == expected));
        }
    }
}

#[test]
fn text_outside_ascii_arrives_as_it_was_sent() {
    let details = r#"{"message":"Connexion depuis Orléans ? 😃 \u00e9"}"#;
    let pairs = with(v2_challenge(), "challenge_details", details);
    let pairs = with(pairs, "factor_friendly_name", "Téléphone de Zoë + 1");
    let Event::Challenge(event) = accepted(&pairs) else {
        panic!()
    };
    assert_eq!(
        event.factor_friendly_name.as_deref(),
        Some("Téléphone de Zoë + 1")
    );
    assert_eq!(
        event.details().unwrap().unwrap().message,
        "Connexion depuis Orléans ? 😃 é"
    );
    assert_eq!(event.challenge_details.unwrap().as_str(), details);
}

fn strings<'t>(json: &'t Option<JsonText<'_>>) -> StringMap<'t> {
    json.as_ref().unwrap().strings().unwrap()
}
