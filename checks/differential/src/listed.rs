//! Cases with a name: published vectors and samples, URLs, parameters and bodies on which validators are known to
//! differ, and hostile requests.

mod requests;
mod urls;

use serde::Deserialize;
use twilio_verify_webhooks::Algorithm;

use crate::case::{Case, Layer, Pairs, Signed, pairs};

const URL: &str = "https://example.com/webhook";

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = vectors();
    cases.extend(urls::cases());
    cases.extend(parameters());
    cases.extend(bodies());
    cases.extend(secrets());
    cases.extend(signatures());
    cases.extend(requests::cases());
    cases
}

#[derive(Deserialize)]
struct Vector {
    auth_token: String,
    algorithm: Option<String>,
    url: String,
    signed_url: Option<String>,
    params: Option<Pairs>,
    body: Option<String>,
    signature: Option<String>,
    valid: bool,
    note: String,
}

fn vectors() -> Vec<Case> {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("../../../tests/data/official-vectors.json"))
            .expect("vectors");
    let case = |vector: Vector| {
        let params = vector.params.clone().unwrap_or_default();
        let algorithm = vector.algorithm.map(|_| Algorithm::HmacSha256);
        let layer = if vector.params.is_some() {
            Layer::Parameters
        } else {
            Layer::Json
        };
        let signed = |url| Signed {
            secret: vector.auth_token.clone(),
            url,
            pairs: params.clone(),
        };
        let signed = vector.signed_url.map(signed).or_else(|| {
            // Where the vectors do not tell, it may be the URL in lower case.
            let mut case = Case::parameters("", Vec::new());
            case.secret = vector.auth_token.clone();
            let url = vector.url.to_lowercase();
            let urls = [url.replacen(":1234", "", 1), url];
            urls.into_iter().find_map(|url| {
                case.sign(&url, params.clone());
                case.signed
                    .clone()
                    .filter(|_| case.signature == vector.signature)
            })
        });
        Case {
            name: format!("vector: {}", vector.note),
            layer,
            genuine: vector.valid,
            secret: vector.auth_token,
            algorithm,
            body: vector.body.unwrap_or_default().into(),
            signature: vector.signature,
            signed,
            ..Case::parameters(&vector.url, params)
        }
    };
    vectors.into_iter().map(case).collect()
}

/// Parameters that are sent, others that are signed, and whether Twilio signs the first so.
fn parameters() -> Vec<Case> {
    let many: String = (0..1100).map(|number| format!("&p{number}=1")).collect();
    let same = |form: &'static str| (form, form, true);
    [
        ("a=1&a=2", "a=1&a=2", true),
        ("a=2&a=1", "a=2", false),
        ("a=2&a=1", "a=1", false),
        ("a=2&a=1", "a=2%2C1", false),
        ("a=1&a=1", "a=1", true),
        ("a=1&a=1", "a=1a1", false),
        (
            "a=%EF%BD%9E&a=%F0%9F%98%80",
            "a=%EF%BD%9E&a=%F0%9F%98%80",
            true,
        ),
        ("b=1&B=2&a=3&A=4", "A=4B2a3b1", true),
        ("2=x&10=y", "10=y2x", true),
        ("2=x&10=y", "2=x10y", false),
        ("ab=c", "a=bc", true),
        ("a=1", "a=1&b=2", false),
        ("a=1&b=2", "a=1", false),
        ("a=1", "A=1", false),
        ("a=1", "a=2", false),
        ("a=+1", "a=1", false),
        same("a="),
        same("a"),
        same("X.Y=1"),
        same("a+b=1"),
        same("a=%25zz"),
        same("a%5B%5D=1&a%5Bb%5D=2"),
        same("a=1%3Bb%3D2"),
        same("%EF%BD%9E=1&%F0%9F%98%80=2"),
        same("__proto__=1&constructor=2&toString=3&length=4"),
        same("a=%00&b=%0D%0A&c=%EF%BF%BD&d=%C3%A9"),
        same(""),
    ]
    .into_iter()
    .map(|(sent, signed, genuine)| {
        let mut case = Case::parameters(URL, pairs(sent));
        case.sign(URL, pairs(signed));
        case.genuine = genuine;
        case.named(format!("parameters {sent}, signed {signed}"))
    })
    .chain([Case::parameters(URL, pairs(&many)).named("1100 parameters")])
    .collect()
}

/// JSON bodies and the URLs that hold their hash, or do not. Each is signed as it is.
fn bodies() -> Vec<Case> {
    let body = r#"{"property": "value", "boolean": true}"#;
    let wrong = "0".repeat(64);
    let mut cases = Vec::new();
    for (query, genuine) in [
        ("?bodySHA256={hash}", true),
        ("?a=b&bodySHA256={hash}", true),
        ("?a=b&bodySHA256={hash}&c=d", false),
        ("?a='&bodySHA256={hash}", true),
        ("?bodySHA256={hash}&bodySHA256={wrong}", false),
        ("?bodySHA256={wrong}&bodySHA256={hash}", false),
        ("?bodySHA256={hash}&bodySHA256={hash}", false),
        ("?bodySHA256={wrong}", false),
        ("", false),
        ("?a=b", false),
        ("?bodysha256={hash}", false),
        ("?bodySHA256", false),
        ("?bodySHA256=", false),
        ("?bodySHA256=%7Bhash%7D", false),
        ("?body%53HA256={hash}", false),
        ("?xbodySHA256={hash}", false),
        ("?a=?bodySHA256={hash}", false),
        ("?a=1;bodySHA256={hash}", false),
        ("?bodySHA256={hash}%20", false),
        ("?bodySHA256={hash}0", false),
        ("/bodySHA256={hash}", false),
        ("#bodySHA256={hash}", false),
    ] {
        let url = format!("{URL}{}", query.replace("{wrong}", &wrong));
        let mut case = Case::json(&url, body).named(format!("JSON body, URL …{query}"));
        case.genuine = genuine;
        cases.push(case.clone().with_shared_key(Algorithm::HmacSha256));
        cases.push(case);
    }
    for body in ["", "{}", "[1,2]", "{\"a\":\"\u{e9}\u{1f600}\"}"] {
        cases.push(
            Case::json("https://example.com/?bodySHA256={hash}", body)
                .named(format!("JSON body {body}")),
        );
    }
    let mut upper = Case::json("https://example.com/?bodySHA256={hash}", body).forged();
    upper.url = upper.url.to_uppercase().replace(
        "HTTPS://EXAMPLE.COM/?BODYSHA256",
        "https://example.com/?bodySHA256",
    );
    let url = upper.url.clone();
    upper.sign(&url, Vec::new());
    cases.push(upper.named("hash in capitals"));
    let mut other = Case::json("https://example.com/?bodySHA256={hash}", body).forged();
    other.body.push(b' ');
    cases.push(other.named("a longer JSON body than the hash is of"));
    cases
}

/// Secrets that are mistakes, and others that look like some.
fn secrets() -> Vec<Case> {
    let long = "long".repeat(40);
    [
        ("", false),
        (" ", false),
        (" 12345", true),
        ("12345\n", true),
        ("é", true),
        (&long, true),
    ]
    .into_iter()
    .flat_map(|(secret, genuine)| {
        let params = pairs("a=1");
        let case = Case {
            secret: secret.to_owned(),
            ..Case::parameters(URL, params)
        };
        let request = Case {
            secret: secret.to_owned(),
            ..Case::request(URL, requests::event())
        };
        [case, request].map(|mut case| {
            let params = case.params.clone();
            case.sign(URL, params);
            case.genuine = genuine;
            case.named(format!("the secret {secret:?}"))
        })
    })
    .collect()
}

/// What may stand in the signature header instead of the right signature.
fn signatures() -> Vec<Case> {
    let case = Case::parameters(URL, pairs("a=1"));
    let right = case.signature.clone().unwrap_or_default();
    let [empty_text, other] = [("", "a=1"), (URL, "a=2")].map(|(url, form)| {
        let mut case = case.clone();
        case.sign(url, pairs(form));
        case.signature.unwrap_or_default()
    });
    let spare_bits = {
        let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let last = digits.find(&right[26..27]).expect("base64");
        format!("{}{}=", &right[..26], &digits[last + 1..last + 2])
    };
    let shapes = [
        None,
        Some(String::new()),
        Some(format!("{right} ")),
        Some(format!(" {right}")),
        Some(format!("{right}\n")),
        Some(format!("\"{right}\"")),
        Some(format!("{right},{right}")),
        Some(format!("{right}=")),
        Some(format!("sha1={right}")),
        Some(right.trim_end_matches('=').to_owned()),
        Some(right.to_lowercase()),
        Some(right.to_uppercase()),
        Some(right.chars().rev().collect()),
        Some(spare_bits),
        Some(empty_text),
        Some(other),
        Some("é".to_owned()),
        Some("=".to_owned()),
        Some("A".repeat(100_000)),
    ];
    let request = Case::request(URL, requests::event());
    let in_requests = [
        None,
        Some(String::new()),
        request
            .signature
            .as_ref()
            .map(|right| format!("{right},{right}")),
    ];
    let in_requests = in_requests.map(|signature| Case {
        signature,
        ..request.clone()
    });
    let shapes = shapes.into_iter().map(|signature| Case {
        signature,
        ..case.clone()
    });
    shapes
        .chain(in_requests)
        .map(|mut case| {
            case.signed = None;
            let name = format!("the signature {:.40?}", case.signature.as_deref());
            case.forged().named(name)
        })
        .collect()
}
