use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};
use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{Device, OwnedDelivery, Signer};

use crate::{TOKEN, command, file, printed, run};

const URL: &str = "https://mywebsite.com/webhook?tenant=1";

fn delivery() -> OwnedDelivery {
    let signer = Signer::new(URL, AuthToken::new(TOKEN).unwrap()).unwrap();
    signer.post(&Device::from_seed(1).challenge_approved())
}

fn signature() -> String {
    let delivery = delivery();
    let mut headers = delivery.headers();
    headers
        .find(|(name, _)| name.eq_ignore_ascii_case("x-twilio-signature"))
        .unwrap()
        .1
        .to_owned()
}

fn body() -> String {
    String::from_utf8(delivery().body().to_vec()).unwrap()
}

fn raw() -> String {
    let delivery = delivery();
    let headers: String = delivery
        .headers()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!(
        "POST {} HTTP/1.1\r\n{headers}\r\n{}",
        delivery.target(),
        body()
    )
}

#[track_caller]
fn causes(report: &str) -> Vec<String> {
    // Warnings come after it.
    let report: Value = serde_json::Deserializer::from_str(report)
        .into_iter()
        .next()
        .unwrap()
        .unwrap();
    let causes = report["causes"].as_array().unwrap().iter();
    causes
        .map(|finding| finding["cause"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn an_accepted_request_is_said_to_be() {
    let path = file("accepted.txt", raw());
    let shown = printed(&run("diagnose --url", &[URL, &path]), 0);
    assert!(
        shown.contains("The receiver accepts this delivery"),
        "{shown}"
    );
    let report = printed(&run("diagnose --json --url", &[URL, &path]), 0);
    assert_eq!(
        serde_json::from_str::<Value>(&report).unwrap()["verdict"],
        "accepted"
    );
}

#[test]
fn a_cause_is_found_in_every_format() {
    let (signature, body) = (signature(), body());
    let headers = json!({
        "host": "mywebsite.com", "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature,
    });
    let har_headers: Vec<Value> = headers
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| json!({"name": name, "value": value}))
        .collect();
    let curl = printed(
        &run(
            "trigger challenge.approved --seed 1 --print-curl --url",
            &[URL],
        ),
        0,
    );
    let url = json!(URL);
    for (name, text) in [
        ("raw", raw()),
        ("curl", curl),
        (
            "har",
            json!({"log": {"entries": [{"request": {
                "method": "POST", "url": url, "headers": har_headers, "postData": {"text": body},
            }}]}})
            .to_string(),
        ),
        (
            "lambda-1",
            json!({
                "httpMethod": "POST", "path": "/webhook", "queryStringParameters": {"tenant": "1"}, "headers": headers,
                "requestContext": {"path": "/webhook"}, "body": body, "isBase64Encoded": false,
            })
            .to_string(),
        ),
        (
            "lambda-2",
            json!({
                "version": "2.0", "rawPath": "/webhook", "rawQueryString": "tenant=1", "headers": headers,
                "requestContext": {"http": {"method": "POST"}}, "body": body, "isBase64Encoded": false,
            })
            .to_string(),
        ),
    ] {
        let path = file(name, text);
        for (url, expected) in [(URL, vec![]), ("http://mywebsite.com/webhook?tenant=1", vec!["scheme"])] {
            let code = i32::from(!expected.is_empty());
            let report = printed(&run("diagnose --json --url", &[url, &path]), code);
            assert_eq!(causes(&report), expected, "{name}");
        }
    }
}

#[test]
fn what_a_capture_lacks_is_given_by_options() {
    let signature = signature();
    let log = format!(
        "> POST /webhook?tenant=1 HTTP/1.1\n> Host: mywebsite.com\n> Content-Type: application/x-www-form-urlencoded\n> X-Twilio-Signature: {signature}\n> \n"
    );
    let printed_headers = format!(
        "{{ host: 'mywebsite.com', 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': '{signature}' }}"
    );
    let body_file = file("body", body());
    for (name, text) in [("log", log), ("printed", printed_headers)] {
        let path = file(name, text);
        let shown = printed(&run("diagnose --url", &[URL, &path]), 1);
        assert!(
            shown.contains("warning: the capture does not hold the body"),
            "{shown}"
        );
        printed(&run("diagnose --url", &[URL, &path, "--data", &body()]), 0);
        printed(
            &run("diagnose --url", &[URL, &path, "--body", &body_file]),
            0,
        );
    }
    printed(
        &run(
            "diagnose --url",
            &[URL, "--signature", &signature, "--data", &body()],
        ),
        0,
    );
    let header = format!("x-twilio-signature:{signature}");
    let arguments = [
        URL,
        "--header",
        &header,
        "--header",
        "content-type: application/json",
        "--data",
        &body(),
    ];
    let shown = printed(&run("diagnose --url", &arguments), 1);
    assert!(shown.contains("content_type"), "{shown}");
}

#[test]
fn other_tokens_and_urls_are_tried() {
    let path = file("others.txt", raw());
    let other = "fedcba9876543210fedcba9876543210";
    let with = |arguments: &[&str]| {
        let mut command = command();
        command
            .args(["diagnose", "--json", &path])
            .args(arguments)
            .env("TWILIO_AUTH_TOKEN", other);
        causes(&printed(&command.output().unwrap(), 1))
    };
    let labelled = format!("before May={TOKEN}");
    assert_eq!(
        with(&["--url", URL, "--other-token", &labelled]),
        ["other_key"]
    );
    let file = file("old-token", format!("{TOKEN}\n"));
    assert_eq!(
        with(&["--url", URL, "--other-token-file", &file]),
        ["other_key"]
    );
    let arguments = [
        "--url",
        "https://staging.example.com/x",
        "--other-url",
        URL,
        "--json",
        &path,
    ];
    assert!(!causes(&printed(&run("diagnose", &arguments), 1)).is_empty());
    printed(&run("diagnose --origin https://mywebsite.com", &[&path]), 0);
    let shown = printed(
        &run("diagnose --url", &[URL, &path, "--other-token", TOKEN]),
        2,
    );
    assert!(
        shown.contains("expected --other-token LABEL=TOKEN") && !shown.contains(TOKEN),
        "{shown}"
    );
}

#[test]
fn a_token_that_no_receiver_takes_is_diagnosed_and_said() {
    let path = file("padded.txt", raw());
    for (token, code) in [
        (format!(" {TOKEN}\n"), 0),
        (format!("\"{TOKEN}\""), 0),
        ("AC0123456789abcdef0123456789abcdef".to_owned(), 1),
    ] {
        let mut command = command();
        command.args(["diagnose", "--url", URL, &path]);
        command.env("TWILIO_AUTH_TOKEN", &token);
        let shown = printed(&command.output().unwrap(), code);
        assert!(
            shown.contains("note: a receiver refuses this key: expected a secret"),
            "{shown}"
        );
        assert!(!shown.contains(&token), "{shown}");
    }
}

#[test]
fn standard_input_is_read() {
    for arguments in [&["-"][..], &[]] {
        let mut command = command();
        command
            .args(["diagnose", "--url", URL])
            .args(arguments)
            .env("TWILIO_AUTH_TOKEN", TOKEN);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(raw().as_bytes())
            .unwrap();
        printed(&child.wait_with_output().unwrap(), 0);
    }
}

#[test]
fn mistakes_are_named() {
    let path = file("nothing.txt", "nothing");
    for (arguments, message) in [
        (
            &["diagnose"][..],
            "expected a URL: --url, --origin or WEBHOOK_URL",
        ),
        (
            &["diagnose", "--url", "mywebsite.com"],
            "expected a webhook URL that starts with",
        ),
        (
            &["diagnose", "--url", URL, &path],
            "nothing.txt: expected a capture of `listen`, a raw request",
        ),
        (
            &["diagnose", "--url", URL, "/does/not/exist"],
            "/does/not/exist: No such file",
        ),
        (
            &["diagnose", "--url", URL, "a", "b"],
            "unexpected argument 'b'",
        ),
        (
            &["diagnose", "--url", URL, "--header", "no colon"],
            "expected NAME:VALUE",
        ),
        (
            &["diagnose", "--url", URL, "--body", "a", "--data", "b"],
            "cannot be used with",
        ),
        (
            &["diagnose", "--url", URL, "--shared-key", "x"],
            "expected the secret of the SharedKey",
        ),
    ] {
        let shown = printed(&run("", arguments), 2);
        assert!(shown.contains(message), "{arguments:?}: {shown}");
    }
    let shown = printed(
        &command()
            .args(["diagnose", "--url", URL, "x"])
            .output()
            .unwrap(),
        2,
    );
    assert!(
        shown.contains("expected a key: TWILIO_AUTH_TOKEN"),
        "{shown}"
    );
}

#[test]
fn nothing_of_a_capture_reaches_the_terminal_as_it_is() {
    let text = raw().replace("\r\n\r\n", "\r\nX-Forwarded-Host: \u{202e}x\r\n\r\n");
    let path = file("hostile.txt", text);
    let label = format!("\u{1b}[2J\u{202e}={TOKEN}");
    let mut command = command();
    command.args(["diagnose", "--url", URL, &path, "--other-token", &label]);
    command.env("TWILIO_AUTH_TOKEN", "fedcba9876543210fedcba9876543210");
    let shown = printed(&command.output().unwrap(), 1);
    assert!(shown.contains("\\u{1b}[2J\\u{202e}"), "{shown:?}");
    assert!(
        !shown.contains('\u{1b}') && !shown.contains('\u{202e}'),
        "{shown:?}"
    );
}
