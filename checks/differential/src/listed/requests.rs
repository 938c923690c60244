use serde::Deserialize;
use twilio_verify_webhooks::Algorithm;
use twilio_verify_webhooks::signature::string_to_sign;

use super::URL;
use crate::case::{Case, FORM, KEY_ID, Pairs, form, pairs};

#[derive(Deserialize)]
struct Sample {
    title: String,
    params: Pairs,
}

fn samples() -> Vec<Sample> {
    serde_json::from_str(include_str!("../../../../tests/data/page-samples.json")).expect("samples")
}

/// A challenge that a user approved, as the legacy webhook tells of it.
pub(crate) fn event() -> Pairs {
    let sample = samples()
        .into_iter()
        .find(|sample| sample.title.contains("v1 call for challenge"));
    sample.expect("a sample").params
}

fn with(mut pairs: Pairs, name: &str, value: &str) -> Pairs {
    pairs.retain(|(other, _)| other != name);
    pairs.push((name.to_owned(), value.to_owned()));
    pairs
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = genuine();
    cases.extend(other_splits());
    cases.extend(spellings());
    cases.extend(events_of_other_products());
    cases.extend(headers());
    cases.extend(queries());
    cases
}

fn genuine() -> Vec<Case> {
    let case = |sample: Sample| {
        let request = Case::request(URL, sample.params.clone());
        let parameters = Case::parameters(URL, sample.params);
        let shared = |algorithm| request.clone().with_shared_key(algorithm);
        let shared = [Algorithm::HmacSha1, Algorithm::HmacSha256].map(shared);
        let title = sample.title;
        [parameters, request]
            .into_iter()
            .chain(shared)
            .map(move |case| case.named(&title))
    };
    let mut cases: Vec<_> = samples().into_iter().flat_map(case).collect();
    let added = with(event(), "api_version", "2026-01-01");
    cases.push(Case::request(URL, added).named("a parameter that Twilio added"));
    let later = with(event(), "type", "challenge.expired");
    cases.push(Case::request(URL, later).named("a type that Twilio added"));
    let hash = "https://example.com/bodySHA256/webhook";
    cases.push(Case::request(hash, event()).named("bodySHA256 in the path of a form webhook"));
    let query = "https://example.com/webhook?tenant=1";
    cases.push(Case::request(query, event()).named("a query"));
    cases
}

/// What was signed for one delivery, split into another.
fn other_splits() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut split = |name: &str, url: &str, sent: Pairs, signed_url: &str, signed: Pairs| {
        assert_eq!(
            string_to_sign(url, sent.clone()),
            string_to_sign(signed_url, signed.clone()),
            "{name}"
        );
        let mut case = Case::request(url, sent).forged();
        case.sign(signed_url, signed);
        cases.push(case.named(name));
    };
    let denied = with(event(), "type", "challenge.denied");
    let sid = |prefix: &str| format!("{prefix}{}", "X".repeat(32));
    let (account, challenge, factor, service) = (sid("AC"), sid("YC"), sid("YF"), sid("VA"));
    // The text of an approval that the owner of a device, or the sender of an SMS, may plant.
    let planted = format!(
        "challenge_sid{challenge}entity_identityvictim-0001factor_sid{factor}service_sid{service}typechallenge.approveduuidx"
    );
    let approved = |uuid: String| {
        let pairs = [
            ("account_sid", &*account),
            ("challenge_sid", &challenge),
            ("entity_identity", "victim-0001"),
            ("factor_sid", &factor),
            ("service_sid", &service),
            ("type", "challenge.approved"),
            ("uuid", &uuid),
        ];
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    };
    let rest = format!(
        "challenge_sid{challenge}entity_identity{identity}factor_sid{factor}service_sid{service}typechallenge.denieduuid{uuid}",
        identity = "ff483d1ff591898a9942916050d2ca3f",
        uuid = "Unique identifier",
    );
    for name in ["challenge_hidden_details", "challenge_metadata"] {
        split(
            &format!("another user's approval planted in {name}"),
            URL,
            with(approved(format!("x\"}}{rest}")), name, "{\"a\":\""),
            URL,
            with(denied.clone(), name, &format!("{{\"a\":\"{planted}\"}}")),
        );
    }
    split(
        "an event spelt by an SMS to a path that starts alike",
        URL,
        with(
            approved("xFrom+15550001111".to_owned()),
            "-smsAccountSid",
            "AC1Body",
        ),
        "https://example.com/webhook-sms",
        pairs(&format!(
            "AccountSid=AC1&Body=account_sid{account}{planted}&From=%2B15550001111"
        )),
    );
    for (name, value) in [
        ("factor_friendly_name", "factor_metadata{}"),
        ("factor_friendly_name", "x factor_sidYF"),
    ] {
        let signed = with(
            with(
                with(denied.clone(), "factor_type", "push"),
                "challenge_details",
                "{}",
            ),
            name,
            value,
        );
        let (head, tail) = value.split_once("factor_").unwrap_or_default();
        let sent = with(signed.clone(), name, head);
        let tail = format!("factor_{tail}");
        let at = if tail.starts_with("factor_metadata") {
            "factor_metadata"
        } else {
            "factor_s"
        };
        let sent = with(sent, at, tail.strip_prefix(at).unwrap_or_default());
        split(
            &format!("the friendly name {value} cut in two"),
            URL,
            sent,
            URL,
            signed,
        );
    }
    let mut moved = event();
    moved.retain(|(name, _)| name != "uuid" && name != "type");
    moved.push((
        "type".into(),
        "challenge.approveduuidUnique identifier".into(),
    ));
    split("a uuid moved into the type", URL, moved, URL, event());
    let mut renamed = event();
    renamed.retain(|(name, _)| name != "uuid");
    renamed.push(("uu".into(), "idUnique identifier".into()));
    split("the name uuid cut short", URL, renamed, URL, event());
    split(
        "the first name moved into the URL",
        "https://example.com/webhookaccount",
        {
            let mut pairs = event();
            pairs.retain(|(name, _)| name != "account_sid");
            pairs.push(("_sid".into(), account.clone()));
            pairs
        },
        URL,
        event(),
    );
    cases
}

/// Other spellings of the form of a genuine delivery, and forms that decoders read differently. Each is signed as the
/// other libraries' decoders read it.
fn spellings() -> Vec<Case> {
    let body = form(&event());
    let signed_as = |body: String, genuine: bool| {
        let mut case = Case::request(URL, pairs(&body));
        case.body = body.into();
        case.genuine = genuine;
        case
    };
    let mut cases = Vec::new();
    let all_escaped: Vec<String> = event()
        .iter()
        .map(|(name, value)| {
            let escape = |text: &str| -> String {
                text.bytes().map(|byte| format!("%{byte:02x}")).collect()
            };
            format!("{}={}", escape(name), escape(value))
        })
        .collect();
    for body in [
        body.replace('+', "%20"),
        body.replace('.', "%2e"),
        all_escaped.join("&"),
    ] {
        cases.push(signed_as(body, true).named("another spelling of the form"));
    }
    let added = format!("{body}&region=1");
    cases.push(signed_as(added, true).named("a parameter of one word, after a SID"));
    for tail in [
        "&",
        "&&",
        "&a=%zz",
        "&a=%",
        "&a=%FF",
        "&a=%E2%82",
        "&a_b=é",
        "&=1",
        "&=",
        "&type=challenge.approved",
        "&type=challenge.denied",
        "&%74ype=factor.created",
        "&a=1&a=2",
        "&a;b=1",
        "&a%5Bb%5D=1",
        "&environment=1",
    ] {
        cases.push(
            signed_as(format!("{body}{tail}"), false).named(format!("a form that ends in {tail}")),
        );
    }
    cases.push(signed_as(format!("&{body}"), false).named("a form that starts with &"));
    cases.push(
        signed_as(body.replace("%20", "+").replace('&', "&&"), false)
            .named("a form with empty pieces"),
    );
    let many: String = (0..70).map(|number| format!("&p_{number}=1")).collect();
    cases.push(signed_as(format!("{body}{many}"), false).named("70 more parameters"));
    let many: String = (0..1100).map(|number| format!("&p_{number}=1")).collect();
    cases.push(signed_as(format!("{body}{many}"), false).named("1100 more parameters"));
    let long = format!("{body}&region_code={}", "x".repeat(200 * 1024));
    cases.push(signed_as(long, false).named("a form of 200 KiB"));
    let mut empty = signed_as(String::new(), false);
    empty.sign(URL, Vec::new());
    cases.push(empty.named("an empty form"));
    cases
}

/// What is rightly signed with the same key and is no event of Verify Push.
fn events_of_other_products() -> Vec<Case> {
    let mut cases = vec![
        Case::request(
            URL,
            pairs("AccountSid=AC1&Body=Hello&From=%2B15550001111&MessageSid=SM1&To=%2B15550002222"),
        ),
        Case::request(URL, pairs("CallSid=CA1234567890ABCDE&Digits=1234")),
    ];
    for (name, value) in [
        ("uuid", ""),
        ("type", ""),
        ("type", "Challenge.Approved"),
        ("type", "approved"),
        ("account_sid", "AC1"),
        ("account_sid", ""),
        ("factor_sid", "VA0123456789abcdef0123456789abcdef"),
        ("entity_identity", "a b c d e f"),
        ("entity_identity", "short"),
        ("factor_friendly_name", "x"),
        ("challenge_details", "{"),
        ("factor_metadata", "[1]"),
        ("environment", "1"),
    ] {
        cases.push(Case::request(URL, with(event(), name, value)).named(format!("{name}={value}")));
    }
    for name in [
        "uuid",
        "type",
        "account_sid",
        "service_sid",
        "entity_identity",
        "factor_sid",
        "challenge_sid",
    ] {
        let mut pairs = event();
        pairs.retain(|(other, _)| other != name);
        cases.push(Case::request(URL, pairs).named(format!("no {name}")));
    }
    cases.into_iter().map(Case::forged).collect()
}

fn headers() -> Vec<Case> {
    let case = Case::request(URL, event());
    let mut cases = Vec::new();
    for (content_type, genuine) in [
        (FORM, true),
        ("application/x-www-form-urlencoded; charset=utf-8", true),
        ("Application/X-WWW-Form-Urlencoded", true),
        ("application/x-www-urlencoded", true),
        ("text/plain", false),
        ("multipart/form-data; boundary=x", false),
        ("", false),
    ] {
        let content_type = Some(content_type.to_owned());
        let name = format!("the content type {content_type:?}");
        cases.push(
            Case {
                content_type,
                genuine,
                ..case.clone()
            }
            .named(name),
        );
    }
    cases.push(
        Case {
            content_type: None,
            ..case.clone()
        }
        .forged()
        .named("no content type"),
    );
    // The URL alone is signed; the body is whatever an attacker likes.
    for (content_type, body) in [
        ("text/plain", form(&event())),
        ("application/json", "{}".to_owned()),
        (
            "application/json",
            r#"{"type":"challenge.approved","account_sid":"AC1"}"#.to_owned(),
        ),
        (FORM, form(&event())),
    ] {
        let mut case = Case {
            body: body.into(),
            content_type: Some(content_type.to_owned()),
            ..case.clone()
        };
        case.sign(URL, Vec::new());
        cases.push(
            case.forged()
                .named(format!("{content_type}, the URL alone signed")),
        );
    }
    let json = Case::json(
        "https://example.com/webhook?bodySHA256={hash}",
        r#"{"type":"challenge.approved"}"#,
    );
    let json = Case {
        layer: case.layer,
        content_type: Some("application/json".into()),
        ..json
    };
    cases.push(json.forged().named("a JSON webhook"));
    for method in ["PUT", "DELETE", "HEAD"] {
        cases.push(
            Case {
                method,
                ..case.clone()
            }
            .forged()
            .named(format!("the method {method}")),
        );
    }
    let shared = case.with_shared_key(Algorithm::HmacSha256);
    let id = KEY_ID;
    for (settings, genuine) in [
        (format!("algorithm=HMAC_SHA256,key={id}"), true),
        (format!("key={id} , algorithm = hmac_sha256"), true),
        ("algorithm=HMAC_SHA256".to_owned(), true),
        (format!("key={id}"), false),
        (format!("key={id},algorithm=HMAC_SHA1"), false),
        (format!("key={id},algorithm=HMAC_SHA512"), false),
        (
            "key=webhooks_sharedkey_2,algorithm=HMAC_SHA256".to_owned(),
            false,
        ),
        (
            format!("key={id},algorithm=HMAC_SHA256,algorithm=HMAC_SHA1"),
            false,
        ),
        (format!("key={id},algorithm"), false),
        (format!("key={id},Algorithm=HMAC_SHA256"), false),
        (format!("key={id},algorithm=,algorithm=HMAC_SHA256"), false),
        (format!("key={id};algorithm=HMAC_SHA256"), false),
    ] {
        let name = format!("the settings {settings}");
        cases.push(
            Case {
                settings: Some(settings),
                genuine,
                ..shared.clone()
            }
            .named(name),
        );
    }
    cases.push(
        Case {
            settings: None,
            ..shared
        }
        .forged()
        .named("HMAC-SHA256 without settings"),
    );
    cases
}

/// GET: the parameters follow the configured URL.
fn queries() -> Vec<Case> {
    let mut cases = Vec::new();
    for (url, delimiter) in [
        ("https://example.com/webhook", "?"),
        ("https://example.com/webhook?tenant=1", "&"),
        (
            "https://user:pass@example.com:8443/webhook?tenant=1#rc=2",
            "&",
        ),
    ] {
        let mut case = Case::request(url, Vec::new());
        case.body.clear();
        case.content_type = None;
        case.method = "GET";
        case.in_target = format!("{delimiter}{}", form(&event()));
        let requested = case.requested_url();
        case.sign(&requested, Vec::new());
        let mut doubled = case.clone().forged();
        doubled.sign(&requested, event());
        cases.push(doubled.named(format!("GET {url}, the parameters signed twice")));
        cases.push(case.clone().named(format!("GET {url}")));
        case.body = b"type=challenge.approved".to_vec();
        case.content_type = Some(FORM.to_owned());
        cases.push(case.forged().named(format!("GET {url} with a body")));
    }
    cases
}
