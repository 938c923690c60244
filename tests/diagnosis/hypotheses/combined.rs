use twilio_verify_webhooks::Receiver;
use twilio_verify_webhooks::diagnosis::Cause;

use super::{Row, proved};
use crate::scene::*;

type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static [Cause],
);

/// Configured, signed, headers of the request, causes.
const CASES: &[Case] = &[
    // A tunnel or load balancer in front of a server in development.
    (
        "http://localhost:3000/hook",
        "https://a1b2.ngrok.app/hook",
        &[
            ("Host", "localhost:3000"),
            ("X-Forwarded-Host", "a1b2.ngrok.app"),
            ("X-Forwarded-Proto", "https"),
        ],
        &[Cause::Scheme, Cause::Host, Cause::Port],
    ),
    (
        "http://10.0.0.7:8080/hook",
        "https://hooks.example.com:8443/hook",
        &[
            ("Host", "10.0.0.7:8080"),
            ("X-Forwarded-Host", "hooks.example.com"),
            ("X-Forwarded-Port", "8443"),
        ],
        &[Cause::Scheme, Cause::Host, Cause::Port],
    ),
    (
        "http://h.com:8080/p",
        "https://h.com/p",
        &[],
        &[Cause::Scheme],
    ),
    (
        "http://h.com:8080/p",
        "https://h.com:443/p",
        &[],
        &[Cause::Scheme, Cause::Port],
    ),
    (
        "http://h.com/p",
        "https://h.com:8443/p",
        &[("Host", "h.com:8443")],
        &[Cause::Scheme, Cause::Port],
    ),
    (
        "http://h.com/p",
        "https://a.dev/p",
        &[("X-Forwarded-Host", "a.dev")],
        &[Cause::Scheme, Cause::Host],
    ),
    (
        "https://h.com/p",
        "https://a.dev:12345/p",
        &[("Forwarded", "host=\"a.dev:12345\"")],
        &[Cause::Host, Cause::Port],
    ),
    (
        "http://h.com/p",
        "https://h.com/p/",
        &[],
        &[Cause::Scheme, Cause::TrailingSlashMissing],
    ),
    (
        "http://h.com/p?b=1&a=1",
        "https://h.com/p?a=1&b=1",
        &[],
        &[Cause::Scheme, Cause::QueryOrder],
    ),
    (
        "https://h.com/p/?q=a+b",
        "https://h.com/p?q=a%20b",
        &[],
        &[Cause::TrailingSlashExtra, Cause::QueryEscapes],
    ),
    (
        "https://h.com/p",
        "https://h.com/prod/p?x=1",
        &[("X-Original-URL", "/prod/p?x=1")],
        &[Cause::PathPrefix, Cause::QueryMissing],
    ),
];

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    let mut rows: Vec<Row> = CASES
        .iter()
        .map(|(configured, signed, headers, causes)| {
            let mut scene = Scene::new(configured, signed, pairs);
            for (name, value) in *headers {
                scene = scene.header(name, value);
            }
            let row = proved(&format!("{configured} for {signed}"), scene, causes);
            let is_private = ["localhost", "10.0.0.7"]
                .iter()
                .any(|host| configured.contains(host));
            if is_private {
                row.seeing(&[Cause::PrivateUrl])
            } else {
                row
            }
        })
        .collect();

    let (http, https) = ("http://example.com/webhook", URL);
    let broken = |scene: Scene| scene.body(form(pairs) + "\r\n");
    rows.push(proved(
        "URL and body",
        broken(Scene::new(http, https, pairs)),
        &[Cause::Scheme, Cause::BodyLineBreak],
    ));
    let mut scene = Scene::new(http, https, pairs);
    scene.builder = Receiver::builder(http).auth_token(token(OTHER_TOKEN));
    scene.keys = vec![("staging", token(TOKEN).into())];
    rows.push(proved(
        "URL and key",
        scene,
        &[Cause::Scheme, Cause::OtherKey],
    ));
    let behind_proxy = "http://localhost:3000/webhook";
    let mut scene =
        Scene::new(behind_proxy, https, pairs).header("X-Forwarded-Host", "example.com");
    scene.builder = Receiver::builder(behind_proxy).auth_token(token(OTHER_TOKEN));
    scene.keys = vec![("staging", token(TOKEN).into())];
    rows.push(
        proved(
            "proxy and key",
            scene,
            &[Cause::Scheme, Cause::Host, Cause::Port, Cause::OtherKey],
        )
        .seeing(&[Cause::PrivateUrl]),
    );
    let mut scene = broken(Scene::genuine(pairs));
    scene.builder = Receiver::builder(URL).auth_token(token(OTHER_TOKEN));
    scene.secret = Some("0123456789abcdef0123456789abcdef \n");
    rows.push(proved(
        "key and body",
        scene,
        &[Cause::BodyLineBreak, Cause::SecretWhiteSpace],
    ));
    let mut scene = Scene::genuine(pairs).text(URL);
    scene.builder = Receiver::builder(URL).auth_token(token(OTHER_TOKEN));
    scene.keys = vec![("staging", token(TOKEN).into())];
    rows.push(proved(
        "way and key",
        scene,
        &[Cause::BodyNotSigned, Cause::OtherKey],
    ));
    rows.push(proved(
        "URL and way",
        Scene::new(http, https, pairs).text(https),
        &[Cause::Scheme, Cause::BodyNotSigned],
    ));
    let spaced = with(pairs.clone(), "challenge_metadata", r#"{"a": "b"}"#);
    let compact = with(pairs.clone(), "challenge_metadata", r#"{"a":"b"}"#);
    let mut last_is_uuid = spaced.clone();
    last_is_uuid.sort();
    rows.push(proved(
        "body twice",
        Scene::genuine(&compact).body(form(&last_is_uuid) + "\n"),
        &[Cause::BodyLineBreak, Cause::JsonRespelled],
    ));
    // The header's faults come on top of whatever else is wrong.
    let scene = Scene::new(http, https, pairs);
    let signature = format!("\"{}\"", scene.signature());
    rows.push(
        proved(
            "URL and header",
            scene.set("X-Twilio-Signature", &signature),
            &[Cause::Scheme],
        )
        .seeing(&[Cause::SignaturePadded]),
    );
    // Where the path comes with the request.
    let origin = Receiver::builder_for_origin("http://localhost:3000").auth_token(token(TOKEN));
    let scene = Scene::with_builder(origin, "https://h.com/t/1?a=1", pairs)
        .target("/t/1?a=1")
        .header("X-Forwarded-Host", "h.com");
    rows.push(
        proved(
            "an origin",
            scene,
            &[Cause::Scheme, Cause::Host, Cause::Port],
        )
        .seeing(&[Cause::PrivateUrl]),
    );
    rows
}
