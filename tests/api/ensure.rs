//! The least that makes a Service have a wanted webhook.

use serde_json::{Value, json};
use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
use twilio_verify_webhooks::api::*;

use crate::support::*;

fn wanted() -> NewWebhook {
    NewWebhook::new("name", EventTypes::from(Approved).and(Denied), HOOK).unwrap()
}

/// A webhook as wanted, but for some members.
fn existing(number: usize, members: Value) -> Webhook {
    let mut members = resource_with(members);
    let sid = sid(number);
    let object = members.as_object_mut().unwrap();
    object["sid"] = json!(sid);
    if object["event_types"] == resource()["event_types"] {
        object["event_types"] = json!(["challenge.approved", "challenge.denied"]);
    }
    webhook_with(members)
}

fn sid(number: usize) -> twilio_verify_webhooks::WebhookSid {
    format!("YW{number:032x}").parse().unwrap()
}

/// The form of the update, or what else is to be done.
fn step(wanted: &NewWebhook, existing: Vec<Webhook>) -> String {
    match Plan::new(wanted, existing).step {
        Step::Create(new) => {
            assert_eq!(&new, wanted);
            "create".into()
        }
        Step::Update { sid, update } => {
            assert!(!update.is_empty());
            let call = webhooks().update(sid, &update).unwrap();
            String::from_utf8(call.to_request().into_body()).unwrap()
        }
        Step::Nothing(_) => "nothing".into(),
        step => panic!("unexpected {step:?}"),
    }
}

#[test]
fn created_where_there_is_none_with_the_url() {
    assert_eq!(step(&wanted(), vec![]), "create");
    for other in [
        "https://example.com/webhook/",
        "https://example.com:443/webhook",
        "https://EXAMPLE.com/webhook",
        "http://example.com/webhook",
        "https://example.com/webhook#rc=1",
    ] {
        assert_eq!(
            step(&wanted(), vec![existing(1, json!({"webhook_url": other}))]),
            "create"
        );
    }
    assert_eq!(
        step(&wanted(), vec![existing(1, json!({"webhook_url": null}))]),
        "create"
    );
}

#[test]
fn nothing_is_done_where_it_is_there() {
    for same in [
        json!({}),
        json!({"event_types": ["challenge.denied", "challenge.approved"]}),
        // What is not given may be anything.
        json!({"status": "disabled", "version": "v1", "webhook_method": "GET"}),
        json!({"status": null, "a": "b"}),
    ] {
        assert_eq!(step(&wanted(), vec![existing(1, same)]), "nothing");
    }
    let given = wanted().status(Status::Enabled).version(Version::V2);
    assert_eq!(step(&given, vec![existing(1, json!({}))]), "nothing");
}

#[test]
fn only_what_differs_is_updated() {
    let types = "EventTypes=challenge.approved&EventTypes=challenge.denied";
    let given = wanted().status(Status::Enabled).version(Version::V2);
    for (wanted, other, form) in [
        (
            &wanted(),
            json!({"friendly_name": "other"}),
            "FriendlyName=name",
        ),
        (
            &wanted(),
            json!({"friendly_name": null}),
            "FriendlyName=name",
        ),
        (
            &wanted(),
            json!({"event_types": ["challenge.approved"]}),
            types,
        ),
        (
            &wanted(),
            json!({"event_types": ["challenge.approved", "challenge.denied", "x.y"]}),
            types,
        ),
        (&wanted(), json!({"event_types": ["*"]}), types),
        (&wanted(), json!({"event_types": null}), types),
        (&given, json!({"status": "disabled"}), "Status=enabled"),
        (&given, json!({"status": null}), "Status=enabled"),
        (&given, json!({"version": "v1"}), "Version=v2"),
        (
            &given,
            json!({"friendly_name": "x", "event_types": [], "status": "x", "version": "x"}),
            &format!("FriendlyName=name&{types}&Status=enabled&Version=v2"),
        ),
    ] {
        assert_eq!(step(wanted, vec![existing(1, other)]), form);
    }
}

#[test]
fn of_several_one_is_taken_and_the_others_are_duplicates() {
    let same = |number| existing(number, json!({}));
    let disabled = |number| existing(number, json!({"status": "disabled"}));
    let differs = |number| existing(number, json!({"friendly_name": "x"}));
    let differs_disabled =
        |number| existing(number, json!({"friendly_name": "x", "status": "disabled"}));
    let elsewhere = |number| existing(number, json!({"webhook_url": "https://example.com/"}));
    for (existing, taken, duplicates) in [
        (vec![same(1)], 1, vec![]),
        (vec![elsewhere(1), same(2), elsewhere(3)], 2, vec![]),
        (vec![same(1), same(2)], 1, vec![2]),
        (vec![differs(1), same(2)], 2, vec![1]),
        (vec![disabled(1), same(2)], 2, vec![1]),
        (vec![differs(1), disabled(2)], 2, vec![1]),
        (
            vec![differs_disabled(1), differs(2), differs(3)],
            2,
            vec![3, 1],
        ),
        // One that two pages hold is no duplicate of itself.
        (vec![same(1), differs(2), same(1), differs(2)], 1, vec![2]),
    ] {
        let plan = Plan::new(&wanted(), existing);
        let found = match plan.step {
            Step::Nothing(webhook) => webhook.sid.unwrap(),
            Step::Update { sid, .. } => sid,
            step => panic!("unexpected {step:?}"),
        };
        assert_eq!(found, sid(taken));
        let found: Vec<_> = plan
            .duplicates
            .iter()
            .filter_map(|webhook| webhook.sid)
            .collect();
        assert_eq!(found, duplicates.into_iter().map(sid).collect::<Vec<_>>());
    }
}

#[test]
fn a_webhook_without_a_sid_cannot_be_meant() {
    let mut webhook = existing(1, json!({}));
    webhook.sid = None;
    let plan = Plan::new(&wanted(), [webhook]);
    assert_eq!(plan.step, Step::Create(wanted()));
    assert!(plan.duplicates.is_empty());
}

/// A Service as Twilio keeps it, changed by the forms that are sent.
fn carry_out(service: &mut Vec<Webhook>, wanted: &NewWebhook) -> bool {
    let (changed, form) = match Plan::new(wanted, service.clone()).step {
        Step::Nothing(_) => return false,
        Step::Create(new) => {
            let number = service.len() + 1;
            service.push(existing(
                number,
                json!({"status": "enabled", "version": "v2"}),
            ));
            (
                sid(number),
                webhooks().create(&new).to_request().into_body(),
            )
        }
        Step::Update { sid, update } => {
            let call = webhooks().update(sid, &update).unwrap();
            (sid, call.to_request().into_body())
        }
        step => panic!("unexpected {step:?}"),
    };
    let webhook = service
        .iter_mut()
        .find(|webhook| webhook.sid == Some(changed))
        .unwrap();
    let mut event_types = Vec::new();
    for (name, value) in url::form_urlencoded::parse(&form) {
        match &*name {
            "FriendlyName" => webhook.friendly_name = Some(value.into()),
            "EventTypes" => event_types.push(EventType::from(&*value)),
            "WebhookUrl" => webhook.webhook_url = Some(value.into()),
            "Status" => webhook.status = Some(Status::from(&*value)),
            "Version" => webhook.version = Some(Version::from(&*value)),
            name => panic!("unexpected {name}"),
        }
    }
    if !event_types.is_empty() {
        webhook.event_types = Some(event_types);
    }
    true
}

#[test]
fn done_once_it_is_done() {
    let services = [
        vec![],
        vec![existing(1, json!({"webhook_url": "https://example.com/"}))],
        vec![existing(
            1,
            json!({"friendly_name": "x", "event_types": ["*"], "status": "disabled"}),
        )],
        vec![
            existing(1, json!({"version": "v1"})),
            existing(2, json!({"friendly_name": "x"})),
        ],
    ];
    for service in services {
        for wanted in [
            wanted(),
            wanted().status(Status::Disabled).version(Version::V1),
        ] {
            let mut service = service.clone();
            carry_out(&mut service, &wanted);
            let done = service.clone();
            assert!(!carry_out(&mut service, &wanted));
            assert_eq!(service, done);
        }
    }
}
