//! What is printed.

use serde_json::{Value, json};
use twilio_verify_webhooks::testing::{EventBuilder, Signer};
use twilio_verify_webhooks::{Algorithm, AuthToken, SharedKey};

use super::captures::files;
use super::program::{Program, TOKEN, URL, command, forged, run, signed, signed_for};
use super::web::{deliver, open, submit};

const READY: [&str; 8] = [
    "capture", "event", "forward", "listen", "page", "url", "version", "webhook",
];

const DELIVERY: [&str; 18] = [
    "answer",
    "application",
    "capture",
    "event",
    "explanation",
    "id",
    "key",
    "method",
    "outcome",
    "received_at",
    "refusal",
    "target",
    "type",
    "unknown_parameters",
    "url_variant",
    "uuid",
    "webhook_version",
    "sequence",
];

fn members(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_first_line_says_where_everything_is() {
    let program = Program::listen(&[]);
    let ready = &program.ready;
    assert_eq!(members(ready), READY);
    assert_eq!(ready["event"], "ready");
    assert_eq!(ready["version"], 1);
    assert_eq!(ready["url"], URL);
    assert!(
        ready["page"]
            .as_str()
            .unwrap()
            .starts_with("http://127.0.0.1:")
    );
    let without = Program::listen(&["--page-port", "off"]);
    assert_eq!(without.ready["page"], Value::Null);
}

#[test]
fn each_delivery_is_a_line() {
    let program = Program::listen(&[]);
    let delivery = signed();
    deliver(program.address(), &delivery);
    let line = program.line();
    assert_eq!(members(&line), &DELIVERY[..17]);
    assert_eq!(line["event"], "delivery");
    assert_eq!(line["id"], 1);
    assert_eq!(line["outcome"], "accepted");
    assert_eq!(line["method"], "POST");
    assert_eq!(line["target"], "/webhook?tenant=1");
    assert_eq!(line["type"], "challenge.approved");
    assert_eq!(line["webhook_version"], "v2");
    assert_eq!(line["key"], "AuthToken (key 0)");
    assert_eq!(line["url_variant"], URL);
    assert_eq!(line["unknown_parameters"], json!([]));
    assert_eq!(line["refusal"], Value::Null);
    assert_eq!(line["answer"]["status"], 200);
    assert_eq!(line["answer"]["by"], "listen");
    deliver(program.address(), &forged());
    let line = program.line();
    assert_eq!(members(&line), &DELIVERY[..17]);
    assert_eq!(line["id"], 2);
    assert_eq!(line["outcome"], "refused");
    assert_eq!(line["refusal"]["status"], 403);
    assert_eq!(line["key"], Value::Null);
}

#[test]
fn a_refusal_is_explained_with_what_to_change() {
    let program = Program::listen(&[]);
    // The tunnel was started again, and Twilio has its new address.
    let delivery = signed_for("https://new.example.com/webhook?tenant=1");
    deliver(program.address(), &delivery);
    let line = program.line();
    let explanation = &line["explanation"];
    let sentence = explanation["sentence"].as_str().unwrap();
    assert!(
        sentence.contains("https://new.example.com/webhook?tenant=1"),
        "{sentence}"
    );
    assert!(sentence.contains("the host differs"), "{sentence}");
    let commands: Vec<&str> = explanation["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|step| step["command"].as_str())
        .collect();
    assert_eq!(
        commands[0],
        "verify-webhooks listen --url 'https://new.example.com/webhook?tenant=1'"
    );
    assert!(
        commands[1].starts_with("verify-webhooks webhooks update "),
        "{}",
        commands[1]
    );
    assert_eq!(explanation["causes"], json!(["host"]));
    assert_eq!(explanation["diagnosis"]["verdict"], "explained");
}

#[test]
fn nothing_written_holds_a_secret_or_a_right_signature() {
    let folder = tempfile::tempdir().unwrap();
    let folder_name = folder.path().to_str().unwrap();
    let delivery = forged();
    let params: Vec<(String, String)> = url::form_urlencoded::parse(delivery.body())
        .into_owned()
        .collect();
    let expected = AuthToken::new(TOKEN).unwrap().sign(URL, params);
    let check = |what: &str, text: &str| {
        assert!(!text.contains(TOKEN), "{what}: {text}");
        assert!(!text.contains(&expected), "{what}: {text}");
    };
    let program = Program::listen(&["--capture", folder_name]);
    deliver(program.address(), &delivery);
    let line = program.line().to_string();
    check("line", &line);
    assert!(!line.contains("AAAAAAAAAAAAAAAAAAAAAAAAAAA="));
    check("ready", &program.ready.to_string());
    let (address, path) = program.page();
    for page in [
        "",
        "deliveries/1",
        "deliveries/1/curl",
        "deliveries/1/report",
        "nothing",
    ] {
        check(page, &open(address, &format!("{path}{page}")).body);
    }
    for form in ["as=same", "as=new", "as=other"] {
        let answer = submit(address, &format!("{path}deliveries/1/replay"), form);
        check(form, &answer.body);
    }
    for file in files(folder.path()) {
        check("file", &std::fs::read_to_string(file).unwrap());
    }
    drop(program);
    for others in [
        &["inspect", folder_name, "--page-port", "none"][..],
        &["inspect", "missing", "--page-port", "0"],
        &["replay", "missing", "--to", "http://127.0.0.1:1"],
        &["replay", "latest", "--to", "http://127.0.0.1:1"],
        &[
            "listen",
            "--url",
            "https://a.example/",
            "--listen",
            "nowhere",
        ],
        &["listen", "--url", TOKEN],
        &["listen", "--url", URL, "--forward", TOKEN],
    ] {
        let output = run(others);
        check(
            "output",
            &String::from_utf8([output.stdout, output.stderr].concat()).unwrap(),
        );
    }
}

#[test]
fn every_kind_of_key_and_variant_is_named() {
    let mut command = command(&[
        "listen",
        "--json",
        "--url",
        URL,
        "--listen",
        "127.0.0.1:0",
        "--page-port",
        "off",
        "--get",
        "--shared-key",
        "SK1=another-secret-of-32-characters.",
    ]);
    command.env("TWILIO_AUTH_TOKEN", TOKEN);
    let program = Program::start(command);
    let key = SharedKey::new(
        "SK1",
        "another-secret-of-32-characters.",
        Algorithm::HmacSha256,
    )
    .unwrap();
    let event = EventBuilder::factor_created()
        .v1()
        .parameter("risk_level", "low");
    deliver(
        program.address(),
        &Signer::new(URL, key).unwrap().post(&event),
    );
    let line = program.line();
    assert_eq!(line["key"], "SharedKey SK1 with HMAC_SHA256 (key 1)");
    assert_eq!(line["webhook_version"], "v1");
    assert_eq!(line["unknown_parameters"], json!(["risk_level"]));
    let with_port = "https://hooks.example.com:443/webhook?tenant=1";
    deliver(program.address(), &signed_for(with_port));
    assert_eq!(program.line()["url_variant"], with_port);
    let token = AuthToken::new(TOKEN).unwrap();
    let get = Signer::new(URL, token)
        .unwrap()
        .get(&EventBuilder::challenge_denied());
    assert_eq!(deliver(program.address(), &get).status, 200);
    let line = program.line();
    assert_eq!(
        (&line["method"], &line["type"]),
        (&json!("GET"), &json!("challenge.denied"))
    );
    assert_eq!(line["url_variant"], URL);
}
