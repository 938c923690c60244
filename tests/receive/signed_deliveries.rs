//! The deliveries of `tests/data/receive.json`, signed as it says, and what is answered.

use serde::Deserialize;
use twilio_verify_webhooks::signature::string_to_sign;
use twilio_verify_webhooks::{AuthToken, Delivery, Event, Receiver, Refusal};

use crate::support::{FORM, Pairs, form};

const DATA: &str = include_str!("../data/receive.json");

#[derive(Deserialize)]
struct Data {
    auth_token: String,
    url: String,
    cases: Vec<Case>,
    other_webhooks: Vec<OtherWebhook>,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    what: String,
    params: Pairs,
    signature: Option<String>,
    expect: Expect,
}

#[derive(Deserialize)]
struct OtherWebhook {
    id: String,
    /// The string that was signed, for a delivery with the parameters below.
    signed: Option<String>,
    delivered_params: Option<Pairs>,
    /// The URL of the other webhook, for a GET.
    signed_url: Option<String>,
    expect: Expect,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(rename_all = "lowercase")]
enum Expect {
    Accept,
    Refuse,
}

impl Data {
    fn read() -> Self {
        serde_json::from_str(DATA).unwrap()
    }

    fn token(&self) -> AuthToken {
        AuthToken::new(&self.auth_token).unwrap()
    }
}

fn expected(result: &Result<Event<'static>, Refusal>) -> Expect {
    match result {
        Ok(_) => Expect::Accept,
        // Nothing but the event is wrong: the signature is right.
        Err(Refusal::Event(_)) => Expect::Refuse,
        Err(refusal) => panic!("{refusal:?}"),
    }
}

fn post(receiver: &Receiver, params: &Pairs, signature: &str) -> Result<Event<'static>, Refusal> {
    let body = form(params);
    let delivery = Delivery::new("POST", body.as_bytes())
        .content_type(FORM)
        .signature(signature);
    receiver.receive(&delivery).map(|received| received.event)
}

#[test]
fn each_delivery_is_answered_as_it_should_be() {
    let data = Data::read();
    let receiver = |strict: bool| {
        let builder = Receiver::builder(&*data.url).auth_token(data.token());
        let builder = if strict { builder.strict() } else { builder };
        builder.build().unwrap()
    };
    for case in &data.cases {
        let signature = data.token().sign(&data.url, case.params.clone());
        let signature = case.signature.as_ref().unwrap_or(&signature);
        let event = post(&receiver(false), &case.params, signature);
        assert_eq!(
            expected(&event),
            case.expect,
            "{}: {} {event:?}",
            case.id,
            case.what
        );
        // A strict receiver accepts no more, and what either accepts is read back as it was sent.
        let strict = post(&receiver(true), &case.params, signature);
        assert!(strict.is_err() || event.is_ok(), "{}", case.id);
        for event in [event, strict].into_iter().flatten() {
            let json = serde_json::to_string(&event).unwrap();
            assert_eq!(serde_json::from_str::<Event<'_>>(&json).unwrap(), event);
            let mut sent = case.params.clone();
            sent.sort_unstable();
            let kept: Pairs = event
                .parameters()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            assert_eq!(kept, sent, "{}", case.id);
        }
    }
}

#[test]
fn what_was_signed_for_another_webhook_is_refused() {
    let data = Data::read();
    let builder = Receiver::builder("https://example.com/hook").auth_token(data.token());
    let receiver = builder.accept_get().build().unwrap();
    for webhook in &data.other_webhooks {
        let event = match (&webhook.signed, &webhook.signed_url) {
            (Some(signed), _) => {
                let params = webhook.delivered_params.as_ref().unwrap();
                let url = "https://example.com/hook";
                assert_eq!(&string_to_sign(url, params.clone()), signed);
                let signature = data.token().sign::<&str, &str>(signed, []);
                post(&receiver, params, &signature)
            }
            (None, Some(url)) => get(&data, &receiver, url),
            (None, None) => panic!("{}", webhook.id),
        };
        assert_eq!(expected(&event), webhook.expect, "{}", webhook.id);
    }
}

/// Presents an SMS webhook, whose text goes on with a query, as a delivery by GET.
fn get(data: &Data, receiver: &Receiver, url: &str) -> Result<Event<'static>, Refusal> {
    let case = data.cases.iter().find(|case| case.id == "N01").unwrap();
    let text: String = case
        .params
        .iter()
        .filter(|(name, value)| name != "uuid" && !value.is_empty())
        .map(|pair| format!("&{}", form(&vec![pair.clone()])))
        .collect();
    let sms = [
        ("AccountSid", "AC00000000000000000000000000000001"),
        ("Body", &*format!("{text}&uuid=f&web_x=")),
        ("From", "Tel"),
    ];
    let signature = data.token().sign(url, sms);
    let target = string_to_sign(url, sms).replacen("https://example.com", "", 1);
    let delivery = Delivery::new("GET", b"")
        .target(&target)
        .signature(&signature);
    receiver.receive(&delivery).map(|received| received.event)
}

#[test]
fn a_query_starts_with_a_value_that_ends_where_it_says() {
    let data = Data::read();
    let builder = Receiver::builder("https://example.com/hook").auth_token(data.token());
    let receiver = builder.accept_get().build().unwrap();
    let query = |first: &str, params: &Pairs| {
        let mut params = params.clone();
        params.sort_by_key(|(name, _)| name != first);
        let target = format!("/hook?{}", form(&params));
        let url = format!("https://example.com{target}");
        let signature = data.token().sign::<&str, &str>(&url, []);
        let delivery = Delivery::new("GET", b"")
            .target(&target)
            .signature(&signature);
        receiver.receive(&delivery).map(|received| received.event)
    };
    let case = |id: &str| &data.cases.iter().find(|case| case.id == id).unwrap().params;
    let genuine = case("U11");
    for (name, value) in genuine {
        let is_free = matches!(
            &**name,
            "entity_identity" | "factor_friendly_name" | "region"
        );
        assert_eq!(query(name, genuine).is_err(), is_free, "{name}={value}");
    }
    for url in [
        "https://example.com/hook?uuid=1",
        "https://example.com/hook?type=a.b",
    ] {
        assert!(get(&data, &receiver, url).is_err(), "{url}");
    }
    // A uuid that is no UUID, and types that are not known.
    assert!(query("uuid", case("X04")).is_ok());
    assert!(query("type", case("X04")).is_err());
    let other = |name: &str, value: &str| {
        let mut params = case("X04").clone();
        params.retain(|(other, _)| other != name);
        params.push((name.to_owned(), value.to_owned()));
        params
    };
    assert!(query("uuid", &other("uuid", "Unique identifier")).is_err());
    assert!(query("account_sid", &other("uuid", "Unique identifier")).is_ok());
}
