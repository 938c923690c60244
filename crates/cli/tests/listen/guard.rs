//! Who may ask for the page, and who may not.

use super::program::{Program, forged, signed};
use super::web::{deliver, exchange, open, request};

/// What is sent in place of, and besides, what a browser sends.
struct Case {
    what: &'static str,
    method: &'static str,
    headers: Vec<(&'static str, String)>,
    status: u16,
}

fn cases(port: u16) -> Vec<Case> {
    let own = |host: &str| format!("{host}:{port}");
    let host = |value: String| vec![("Host", value)];
    let with = |name: &'static str, value: String| vec![("Host", own("127.0.0.1")), (name, value)];
    let post = |headers: Vec<(&'static str, String)>| {
        let mut all = vec![
            ("Host", own("127.0.0.1")),
            (
                "Content-Type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
        ];
        all.extend(headers);
        all
    };
    let own_origin = || ("Origin", format!("http://127.0.0.1:{port}"));
    let site = |site: &str| ("Sec-Fetch-Site", site.to_owned());
    let case = |what, method, headers, status| Case {
        what,
        method,
        headers,
        status,
    };
    vec![
        case("the address", "GET", host(own("127.0.0.1")), 200),
        case("the name", "GET", host(own("localhost")), 200),
        case("the address of version 6", "GET", host(own("[::1]")), 200),
        case(
            "a typed address",
            "GET",
            with("Sec-Fetch-Site", "none".into()),
            200,
        ),
        case(
            "its own link",
            "GET",
            with("Sec-Fetch-Site", "same-origin".into()),
            200,
        ),
        case("no host", "GET", vec![], 403),
        case("a foreign host", "GET", host(own("evil.test")), 403),
        case(
            "a foreign host that looks like it",
            "GET",
            host(own("127.0.0.1.evil.test")),
            403,
        ),
        case(
            "a host that ends like it",
            "GET",
            host(own("evil-localhost")),
            403,
        ),
        case(
            "loopback with another number",
            "GET",
            host(own("127.0.0.2")),
            403,
        ),
        case("no address", "GET", host(own("0.0.0.0")), 403),
        case("another port", "GET", host("127.0.0.1:80".into()), 403),
        case("no port", "GET", host("127.0.0.1".into()), 403),
        case("a dot at the end", "GET", host(own("localhost.")), 403),
        case("a user name", "GET", host(own("evil@127.0.0.1")), 403),
        case(
            "two hosts",
            "GET",
            vec![("Host", own("127.0.0.1")), ("Host", own("evil.test"))],
            403,
        ),
        case(
            "another site",
            "GET",
            with("Sec-Fetch-Site", "cross-site".into()),
            403,
        ),
        case(
            "an application on this machine",
            "GET",
            with("Sec-Fetch-Site", "same-site".into()),
            403,
        ),
        case(
            "a site unheard of",
            "GET",
            with("Sec-Fetch-Site", "same-origin, none".into()),
            403,
        ),
        case(
            "a foreign origin",
            "GET",
            with("Origin", "http://evil.test".into()),
            403,
        ),
        case(
            "no origin by name",
            "GET",
            with("Origin", "null".into()),
            403,
        ),
        case(
            "Forwarded",
            "GET",
            with("Forwarded", "for=1.2.3.4".into()),
            403,
        ),
        case(
            "X-Forwarded-For",
            "GET",
            with("X-Forwarded-For", "1.2.3.4".into()),
            403,
        ),
        case(
            "X-Forwarded-Host",
            "GET",
            with("X-Forwarded-Host", "evil.test".into()),
            403,
        ),
        case(
            "X-Forwarded-Proto",
            "GET",
            with("x-forwarded-proto", "https".into()),
            403,
        ),
        case("Via", "GET", with("Via", "1.1 tunnel".into()), 403),
        case(
            "a form of its own",
            "POST",
            post(vec![own_origin(), site("same-origin")]),
            303,
        ),
        case(
            "a form without origin",
            "POST",
            post(vec![site("same-origin")]),
            403,
        ),
        case("a form of nobody", "POST", post(vec![]), 403),
        case(
            "a form of another site",
            "POST",
            post(vec![
                ("Origin", "http://evil.test".into()),
                site("cross-site"),
            ]),
            403,
        ),
        case(
            "a form of an application on this machine",
            "POST",
            post(vec![
                ("Origin", "http://127.0.0.1:3000".into()),
                site("same-site"),
            ]),
            403,
        ),
        case(
            "a form of a name that is given this address",
            "POST",
            vec![
                ("Host", own("evil.test")),
                ("Origin", format!("http://evil.test:{port}")),
                site("same-origin"),
            ],
            403,
        ),
        case(
            "a form of its own with https",
            "POST",
            post(vec![("Origin", format!("https://127.0.0.1:{port}"))]),
            403,
        ),
        case(
            "a form of its other name",
            "POST",
            post(vec![("Origin", format!("http://localhost:{port}"))]),
            403,
        ),
        case(
            "a form of no origin by name",
            "POST",
            post(vec![("Origin", "null".into())]),
            403,
        ),
        case(
            "a form that was typed",
            "POST",
            post(vec![own_origin(), site("none")]),
            403,
        ),
        case(
            "a form with two origins",
            "POST",
            post(vec![own_origin(), own_origin()]),
            403,
        ),
    ]
}

#[test]
fn requests_of_others_are_refused() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    for case in cases(address.port()) {
        let (target, body) = match case.method {
            "POST" => (
                format!("{path}next-answer"),
                b"status=500&delay=0".as_slice(),
            ),
            _ => (path.clone(), b"".as_slice()),
        };
        let headers: Vec<(&str, &str)> = case
            .headers
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let response = exchange(address, &request(case.method, &target, &headers, body));
        assert_eq!(response.status, case.status, "{}: {response:?}", case.what);
        // hyper answers to what is no HTTP at all.
        if case.what != "no host" {
            let policy = response.header("content-security-policy").unwrap();
            assert!(policy.contains("trusted-types 'none'"), "{}", case.what);
            assert_eq!(response.header("referrer-policy"), Some("same-origin"));
            assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
            assert_eq!(
                response.header("cross-origin-resource-policy"),
                Some("same-origin")
            );
            assert_eq!(response.header("access-control-allow-origin"), None);
        }
    }
}

#[test]
fn nothing_is_there_without_the_key() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    deliver(program.address(), &signed());
    let key = path.trim_matches('/');
    let other = format!(
        "{}{}",
        if key.starts_with('0') { "1" } else { "0" },
        &key[1..]
    );
    for path in [
        "/".to_owned(),
        "/favicon.ico".to_owned(),
        "/deliveries/1".to_owned(),
        "/events".to_owned(),
        format!("/{other}/"),
        format!("/{other}/deliveries/1"),
        format!("/{}/", &key[..31]),
        format!("/{key}0/"),
        format!(
            "/{}/",
            key.to_uppercase()
                .replace(|c: char| c.is_ascii_digit(), "A")
        ),
    ] {
        let response = open(address, &path);
        assert_eq!(response.status, 404, "{path}");
        assert!(!response.body.contains(key), "{path}");
    }
    assert_eq!(open(address, &format!("/{key}/deliveries/1")).status, 200);
    let second = Program::listen(&[]);
    assert_ne!(second.page().1, path);
}

#[test]
fn a_host_in_the_request_line_is_held_to_the_same() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    let host = address.to_string();
    let target = format!("http://evil.test{path}");
    let response = exchange(address, &request("GET", &target, &[("Host", &host)], b""));
    assert_eq!(response.status, 403);
}

#[test]
fn the_receiver_serves_nothing_of_the_page() {
    let program = Program::listen(&[]);
    let (_, path) = program.page();
    for path in [path.clone(), format!("{path}events"), "/assets".to_owned()] {
        let response = open(program.address(), &path);
        assert_eq!(response.status, 405);
        assert_eq!(response.body, "unsupported");
    }
}

#[test]
fn what_strangers_send_stays_text() {
    let program = Program::listen(&[]);
    let (address, path) = program.page();
    let hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{202e}\u{1b}[31m";
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("type", hostile)
        .append_pair("entity_identity", hostile)
        .append_pair(hostile, "{\"a\":\"</pre><script>alert(1)</script>\"}")
        .finish();
    let delivery = forged()
        .with_body(form)
        .with_header("x-hostile", "<script>alert(1)</script>")
        .with_target("/%3Cscript%3E?a='%3E%3Cscript%3E");
    deliver(program.address(), &delivery);
    program.line();
    for page in [path.clone(), format!("{path}deliveries/1")] {
        let response = open(address, &page);
        assert_eq!(response.status, 200);
        assert!(response.body.contains("&#60;script&#62;alert(1)"), "{page}");
        for forbidden in ["<script>alert", "<img", "\u{202e}", "\u{1b}"] {
            assert!(!response.body.contains(forbidden), "{page}: {forbidden:?}");
        }
        assert!(response.body.contains(r"\u{202e}\u{1b}[31m"), "{page}");
    }
}
