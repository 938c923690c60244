use twilio_verify_webhooks::diagnosis::Cause;

use super::{Row, proved};
use crate::scene::*;

type Case = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
    Cause,
);

/// Configured, signed, headers of the request, cause.
const CASES: &[Case] = &[
    ("http://h.com/p", "https://h.com/p", &[], Cause::Scheme),
    ("https://h.com/p", "http://h.com/p", &[], Cause::Scheme),
    ("HTTPS://h.com/p", "https://h.com/p", &[], Cause::Scheme),
    (
        "https://h.com/p",
        "https://a.dev/p",
        &[("Host", "a.dev")],
        Cause::Host,
    ),
    (
        "https://h.com/p",
        "https://a.dev/p",
        &[("X-Forwarded-Host", "a.dev, b.dev")],
        Cause::Host,
    ),
    (
        "https://h.com/p",
        "https://b.dev/p",
        &[("X-Forwarded-Host", "a.dev, b.dev")],
        Cause::Host,
    ),
    (
        "https://h.com/p",
        "https://a.dev/p",
        &[("Forwarded", "for=1.1.1.1;host=a.dev;proto=https")],
        Cause::Host,
    ),
    (
        "https://h.com/p",
        "https://a.dev/p",
        &[("Forwarded", "for=x, Host=\"a.dev\"")],
        Cause::Host,
    ),
    (
        "https://h.com/p",
        "https://a.dev/p",
        &[("X-Original-Host", "a.dev")],
        Cause::Host,
    ),
    (
        "https://h.com/p",
        "https://a.dev/p",
        &[("X-Original-URL", "https://a.dev/p")],
        Cause::Host,
    ),
    ("https://h.com/p", "https://www.h.com/p", &[], Cause::Host),
    ("https://www.h.com/p", "https://h.com/p", &[], Cause::Host),
    (
        "https://H.com/p",
        "https://h.com/p",
        &[],
        Cause::HostSpelling,
    ),
    (
        "https://h.com/p",
        "https://H.com/p",
        &[("Host", "H.com")],
        Cause::HostSpelling,
    ),
    (
        "https://h.com/p",
        "https://h.com./p",
        &[],
        Cause::HostSpelling,
    ),
    (
        "https://h.com./p",
        "https://h.com/p",
        &[],
        Cause::HostSpelling,
    ),
    (
        "https://bücher.com/p",
        "https://xn--bcher-kva.com/p",
        &[],
        Cause::HostSpelling,
    ),
    ("https://h.com/p", "https://h.com:8443/p", &[], Cause::Port),
    (
        "https://h.com/p",
        "https://h.com:12345/p",
        &[("Host", "h.com:12345")],
        Cause::Port,
    ),
    (
        "https://h.com/p",
        "https://h.com:12345/p",
        &[("X-Forwarded-Port", "12345")],
        Cause::Port,
    ),
    (
        "https://h.com:3000/p",
        "https://h.com:443/p",
        &[],
        Cause::Port,
    ),
    (
        "https://h.com:3000/p",
        "https://h.com:8080/p",
        &[],
        Cause::Port,
    ),
    ("https://h.com/p", "https://h.com:80/p", &[], Cause::Port),
    (
        "https://[2001:db8::1]:3000/p",
        "https://[2001:db8::1]:8443/p",
        &[],
        Cause::Port,
    ),
    (
        "https://h.com/p",
        "https://h.com/p/",
        &[],
        Cause::TrailingSlashMissing,
    ),
    (
        "https://h.com",
        "https://h.com/",
        &[],
        Cause::TrailingSlashMissing,
    ),
    (
        "https://h.com/p?a=1",
        "https://h.com/p/?a=1",
        &[],
        Cause::TrailingSlashMissing,
    ),
    (
        "https://h.com/p/",
        "https://h.com/p",
        &[],
        Cause::TrailingSlashExtra,
    ),
    (
        "https://h.com/",
        "https://h.com",
        &[],
        Cause::TrailingSlashExtra,
    ),
    (
        "https://h.com/p",
        "https://h.com/prod/p",
        &[],
        Cause::PathPrefix,
    ),
    (
        "https://h.com/p",
        "https://h.com/team-a/p",
        &[("X-Forwarded-Prefix", "/team-a/")],
        Cause::PathPrefix,
    ),
    (
        "https://h.com/team-a/p",
        "https://h.com/p",
        &[("X-Forwarded-Prefix", "/team-a")],
        Cause::PathPrefix,
    ),
    (
        "https://h.com/team-a/p",
        "https://h.com/p",
        &[],
        Cause::PathPrefix,
    ),
    (
        "https://h.com/p",
        "https://h.com/a/b/p",
        &[("X-Original-URI", "/a/b/p")],
        Cause::PathPrefix,
    ),
    (
        "https://h.com/p",
        "https://h.com/hooks/push",
        &[("X-Original-URL", "/hooks/push")],
        Cause::PathRewritten,
    ),
    (
        "https://h.com/p",
        "https://h.com/q",
        &[("X-Envoy-Original-Path", "/q")],
        Cause::PathRewritten,
    ),
    (
        "https://h.com/p",
        "https://h.com/q",
        &[("X-Original-URL", "https://h.com/q")],
        Cause::PathRewritten,
    ),
    (
        "https://h.com/Push",
        "https://h.com/push",
        &[],
        Cause::PathCase,
    ),
    (
        "https://h.com/push",
        "https://h.com/Push",
        &[("X-Rewrite-URL", "/Push")],
        Cause::PathCase,
    ),
    (
        "https://h.com/a%2fb",
        "https://h.com/a%2Fb",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com/a%2Fb",
        "https://h.com/a/b",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com/a b",
        "https://h.com/a%20b",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com/a%20b",
        "https://h.com/a b",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com/a@b:c",
        "https://h.com/a%40b%3Ac",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com/%7Ea",
        "https://h.com/~a",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com/ñ",
        "https://h.com/%C3%B1",
        &[],
        Cause::PathEscapes,
    ),
    (
        "https://h.com//p",
        "https://h.com/p",
        &[],
        Cause::PathSlashes,
    ),
    (
        "https://h.com/p",
        "https://h.com/p/index.php",
        &[],
        Cause::IndexPage,
    ),
    (
        "https://h.com/p/index.html",
        "https://h.com/p/",
        &[],
        Cause::IndexPage,
    ),
    (
        "https://h.com/p/index.php",
        "https://h.com/p",
        &[],
        Cause::IndexPage,
    ),
    (
        "https://h.com/p",
        "https://h.com/p?a=1",
        &[("X-Original-URL", "/p?a=1")],
        Cause::QueryMissing,
    ),
    (
        "https://h.com/p?a=1",
        "https://h.com/p?a=1&b=2",
        &[("X-Original-URL", "/p?a=1&b=2")],
        Cause::QueryMissing,
    ),
    (
        "https://h.com/p?a=1",
        "https://h.com/p",
        &[],
        Cause::QueryExtra,
    ),
    (
        "https://h.com/p?a=1&b=2",
        "https://h.com/p?b=2",
        &[],
        Cause::QueryExtra,
    ),
    (
        "https://h.com/p?a=1&b=2&c=3&d=4&e=5",
        "https://h.com/p?a=1&b=2&d=4&e=5",
        &[],
        Cause::QueryExtra,
    ),
    (
        "https://h.com/p?a=1",
        "https://h.com/p?",
        &[],
        Cause::QueryExtra,
    ),
    (
        "https://h.com/p?b=2&a=1",
        "https://h.com/p?a=1&b=2",
        &[],
        Cause::QueryOrder,
    ),
    (
        "https://h.com/p?a=1&b=2&c=3",
        "https://h.com/p?c=3&a=1&b=2",
        &[],
        Cause::QueryOrder,
    ),
    (
        "https://h.com/p?a=1&b=2&c=3&d=4&e=5",
        "https://h.com/p?e=5&d=4&c=3&b=2&a=1",
        &[("X-Original-URL", "/p?e=5&d=4&c=3&b=2&a=1")],
        Cause::QueryOrder,
    ),
    (
        "https://h.com/p?q=a+b",
        "https://h.com/p?q=a%20b",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?q=a%20b",
        "https://h.com/p?q=a+b",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?q=It's",
        "https://h.com/p?q=It%27s",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?q=It%27s",
        "https://h.com/p?q=It's",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?q=a%3Ab",
        "https://h.com/p?q=a:b",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?q=a:b,c",
        "https://h.com/p?q=a%3Ab%2Cc",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?q=%c3%b1",
        "https://h.com/p?q=%C3%B1",
        &[],
        Cause::QueryEscapes,
    ),
    (
        "https://h.com/p?a=1",
        "https://h.com/p?b=2",
        &[("X-Original-URL", "/p?b=2")],
        Cause::QueryRewritten,
    ),
    (
        "https://h.com/p",
        "https://h.com/p?",
        &[],
        Cause::QuestionMark,
    ),
    (
        "https://h.com/p?",
        "https://h.com/p",
        &[],
        Cause::QuestionMark,
    ),
    (
        "https://h.com/p",
        "https://me:pw@h.com/p",
        &[("Authorization", "Basic bWU6cHc=")],
        Cause::Credentials,
    ),
    (
        "https://h.com/p#rc=2",
        "https://h.com/p#rc=2",
        &[],
        Cause::Fragment,
    ),
    (
        "https://h.com/a/../p/./q",
        "https://h.com/p/q",
        &[],
        Cause::UrlNormalised,
    ),
    (
        "https://h.com/a b?c=<d>",
        "https://h.com/a%20b?c=%3Cd%3E",
        &[],
        Cause::UrlNormalised,
    ),
];

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    let mut rows: Vec<Row> = CASES
        .iter()
        .map(|(configured, signed, headers, cause)| {
            let mut scene = Scene::new(configured, signed, pairs);
            for (name, value) in *headers {
                scene = scene.header(name, value);
            }
            proved(&format!("{configured} for {signed}"), scene, &[*cause])
        })
        .collect();
    // What headers tell, the target of the request does too.
    for (configured, target, cause) in [
        ("https://h.com/p", "/hooks/push", Cause::PathRewritten),
        ("https://h.com/p", "/v1/p", Cause::PathPrefix),
        ("https://h.com/v1/p", "/p", Cause::PathPrefix),
        ("https://h.com/p", "/P", Cause::PathCase),
        ("https://h.com/p", "/p?a=1", Cause::QueryMissing),
        ("https://h.com/p?a=1&b=2", "/p?b=2", Cause::QueryExtra),
        ("https://h.com/p?a=1&b=2", "/p?b=2&a=1", Cause::QueryOrder),
        ("https://h.com/p?a=1", "/p?c=1", Cause::QueryRewritten),
        ("https://h.com/p?a='", "/p?a=%27", Cause::QueryEscapes),
    ] {
        let signed = format!("https://h.com{target}");
        let scene = Scene::new(configured, &signed, pairs).target(target);
        rows.push(proved(
            &format!("{configured} for target {target}"),
            scene,
            &[cause],
        ));
    }
    let tunnel = "https://a1b2.ngrok.app/hook?x=1";
    let mut scene = Scene::new("https://c3d4.ngrok.app/webhook", tunnel, pairs);
    scene.urls = vec!["not a URL".into(), tunnel.into()];
    rows.push(proved("another URL", scene, &[Cause::OtherUrl]));
    rows
}
