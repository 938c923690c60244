use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::api::{Api, SERVICE};
use crate::{command, file, printed, text};

const KEY: &str = "SK0123456789abcdef0123456789abcdef";
const SECRET: &str = "planted-api-key-secret-0123456789";
const URL: &str = "https://mywebsite.com/webhook";

fn webhooks(api: &Api, arguments: &[&str]) -> Output {
    let mut command = command();
    command
        .arg("webhooks")
        .args(arguments)
        .args(["--base-url", &api.url, "--service", SERVICE]);
    command
        .env("TWILIO_API_KEY", KEY)
        .env("TWILIO_API_KEY_SECRET", SECRET);
    command.output().unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    serde_json::from_str(&printed(output, 0)).unwrap()
}

const NEW: [&str; 6] = [
    "--name",
    "backend",
    "--url",
    URL,
    "--events",
    "challenge.approved,challenge.denied",
];

#[test]
fn a_webhook_lives_from_create_to_delete() {
    let api = Api::start();
    let create = [&["create"][..], &NEW].concat();
    let shown = printed(&webhooks(&api, &create), 0);
    assert!(
        shown.contains("webhook_url     https://mywebsite.com/webhook\n"),
        "{shown}"
    );
    let sid = api.webhooks()[0]["sid"].as_str().unwrap().to_owned();

    let list = printed(&webhooks(&api, &["list"]), 0);
    assert!(
        list.starts_with("SID ") && list.contains("challenge.approved,challenge.denied"),
        "{list}"
    );
    assert_eq!(
        json(&webhooks(&api, &["list", "--json"])),
        Value::from(api.webhooks())
    );
    assert_eq!(
        json(&webhooks(&api, &["fetch", &sid, "--json"])),
        api.webhooks()[0]
    );

    printed(
        &webhooks(
            &api,
            &["update", &sid, "--status", "disabled", "--version", "v1"],
        ),
        0,
    );
    assert_eq!(
        (&api.webhooks()[0]["status"], &api.webhooks()[0]["version"]),
        (&"disabled".into(), &"v1".into())
    );

    let refused = printed(&webhooks(&api, &["delete", &sid]), 1);
    assert!(refused.contains("nothing was deleted"), "{refused}");
    assert_eq!(
        json(&webhooks(&api, &["delete", &sid, "--yes", "--json"]))["outcome"],
        "deleted"
    );
    assert!(api.webhooks().is_empty());
}

#[test]
fn delete_asks_before() {
    let api = Api::start();
    printed(&webhooks(&api, &[&["create"][..], &NEW].concat()), 0);
    let sid = api.webhooks()[0]["sid"].as_str().unwrap().to_owned();
    for (answer, code, left) in [("n\n", 1, 1), ("\n", 1, 1), ("yes\n", 0, 0)] {
        let mut command = command();
        command.args([
            "webhooks",
            "delete",
            &sid,
            "--base-url",
            &api.url,
            "--service",
            SERVICE,
        ]);
        command
            .env("TWILIO_API_KEY", KEY)
            .env("TWILIO_API_KEY_SECRET", SECRET);
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
            .write_all(answer.as_bytes())
            .unwrap();
        let shown = printed(&child.wait_with_output().unwrap(), code);
        assert!(
            shown.contains(&format!("Delete {sid} (backend, {URL})? [y/N]")),
            "{shown}"
        );
        assert_eq!(api.webhooks().len(), left);
    }
}

#[test]
fn ensure_creates_updates_or_does_nothing() {
    let api = Api::start();
    let ensure = |more: &[&str]| webhooks(&api, &[&["ensure"][..], &NEW, more].concat());
    assert_eq!(json(&ensure(&["--dry-run", "--json"]))["step"], "create");
    assert!(api.webhooks().is_empty());
    assert_eq!(json(&ensure(&["--json"]))["outcome"], "created");
    assert_eq!(json(&ensure(&["--json"]))["outcome"], "unchanged");
    let shown = printed(&ensure(&["--status", "disabled", "--dry-run"]), 0);
    assert!(
        shown.starts_with("to do: update YW") && shown.contains(" status"),
        "{shown}"
    );
    assert!(printed(&ensure(&["--status", "disabled"]), 0).starts_with("updated\n"));
    assert_eq!(api.webhooks().len(), 1);
}

#[test]
fn credentials_come_from_a_key_or_an_account() {
    let api = Api::start();
    let token = file("account-token", "planted-auth-token-0123456789\n");
    let secret = file("key-secret", format!("{SECRET}\n"));
    let variables = file(
        "account.env",
        format!(
            "TWILIO_ACCOUNT_SID=AC0123456789abcdef0123456789abcdef\nTWILIO_AUTH_TOKEN=planted-auth-token-0123456789\nTWILIO_VERIFY_SERVICE_SID={SERVICE}\n"
        ),
    );
    for arguments in [
        &[
            "--service",
            SERVICE,
            "--account",
            "AC0123456789abcdef0123456789abcdef",
            "--token-file",
            &token,
        ][..],
        &["--env-file", &variables],
        &[
            "--service",
            SERVICE,
            "--api-key",
            KEY,
            "--api-key-secret-file",
            &secret,
        ],
    ] {
        let mut command = command();
        command
            .args(["webhooks", "list", "--base-url", &api.url])
            .args(arguments);
        printed(&command.output().unwrap(), 0);
    }
    let credentials = api.credentials();
    assert_eq!(credentials[0], credentials[1]);
    assert_ne!(credentials[1], credentials[2]);
}

#[test]
fn mistakes_are_named() {
    let api = Api::start();
    let sid = "YW0123456789abcdef0123456789abcdef";
    for (arguments, message) in [
        (&["create"][..], "expected --name"),
        (
            &["create", "--name", "a", "--events", "*"],
            "expected --url",
        ),
        (
            &["create", "--name", "a", "--url", URL],
            "expected --events",
        ),
        (
            &["create", "--name", " ", "--url", URL, "--events", "*"],
            "name",
        ),
        (
            &[
                "create",
                "--name",
                "a",
                "--url",
                "mywebsite.com",
                "--events",
                "*",
            ],
            "expected a webhook URL",
        ),
        (
            &[
                "create",
                "--name",
                "a",
                "--url",
                "http://localhost:3000/",
                "--events",
                "*",
            ],
            "Twilio cannot call localhost",
        ),
        (
            &[
                "ensure",
                "--name",
                "a",
                "--url",
                "https://192.168.1.2/",
                "--events",
                "*",
            ],
            "Twilio cannot call 192.168.1.2",
        ),
        (
            &["update", sid, "--url", "https://[::1]/"],
            "Twilio cannot call [::1]",
        ),
        (
            &[
                "create",
                "--name",
                "a",
                "--url",
                URL,
                "--events",
                "challenge.aproved",
            ],
            "did you mean challenge.approved?",
        ),
        (&["update", sid], "expected something to change"),
        (
            &["update", sid, "--status", "on"],
            "possible values: enabled, disabled",
        ),
        (&["fetch"], "<SID>"),
        (&["fetch", "xyz"], "the webhook: expected a SID"),
        (&["list", "--name", "a"], "unexpected argument '--name'"),
        (&["list", "--page-size", "0"], "--page-size"),
        (&["lst"], "unrecognized subcommand 'lst'"),
    ] {
        let shown = printed(&webhooks(&api, arguments), 2);
        assert!(shown.contains(message), "{arguments:?}: {shown}");
    }
    assert!(api.credentials().is_empty(), "nothing was asked");
    let mut command = command();
    for (arguments, message) in [
        (
            &["webhooks", "list"][..],
            "expected --service SID or TWILIO_VERIFY_SERVICE_SID",
        ),
        (
            &["--service", SERVICE],
            "expected TWILIO_ACCOUNT_SID or TWILIO_API_KEY",
        ),
        (&["--api-key", KEY], "expected TWILIO_API_KEY_SECRET"),
    ] {
        let shown = printed(&command.args(arguments).output().unwrap(), 2);
        assert!(shown.contains(message), "{shown}");
    }
}

#[test]
fn refusals_of_the_api_are_shown_with_their_page() {
    let api = Api::start();
    let output = webhooks(&api, &["fetch", "YW0123456789abcdef0123456789abcdef"]);
    let shown = printed(&output, 1);
    assert!(
        shown.contains("error 20404") && shown.contains("https://www.twilio.com/docs/errors/20404"),
        "{shown}"
    );
    assert!(
        !shown.contains('\u{1b}') && output.stdout.is_empty(),
        "{shown}"
    );
    let url = "http://127.0.0.1:1";
    let mut command = command();
    command.args(["webhooks", "list", "--service", SERVICE, "--base-url", url]);
    command
        .env("TWILIO_API_KEY", KEY)
        .env("TWILIO_API_KEY_SECRET", SECRET);
    assert!(!text(&command.output().unwrap()).contains(SECRET));
    let mut plain = webhooks(&api, &["list", "--base-url", "http://api.example"]);
    plain.stdout.clear();
    printed(&plain, 2);
}

/// Calls of Twilio's API go through the proxy of the environment, which learns the host and nothing more.
#[test]
fn the_proxy_of_the_environment_is_used() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = proxy.local_addr().unwrap();
    let asked = std::thread::spawn(move || {
        let (stream, _) = proxy.accept().unwrap();
        let mut stream = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            stream.read_line(&mut head).unwrap();
        }
        let refusal = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n";
        stream.get_mut().write_all(refusal).unwrap();
        head
    });
    let mut command = command();
    for name in [
        "NO_PROXY",
        "no_proxy",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "REQUEST_METHOD",
    ] {
        command.env_remove(name);
    }
    command
        .args(["webhooks", "list", "--service", SERVICE])
        .env("HTTPS_PROXY", format!("http://user:{SECRET}@{address}"))
        .env("TWILIO_API_KEY", KEY)
        .env("TWILIO_API_KEY_SECRET", "another-planted-secret-0123456789");
    let shown = printed(&command.output().unwrap(), 1);
    assert!(
        shown.contains("proxy") && !shown.contains(SECRET),
        "{shown}"
    );
    let head = asked.join().unwrap();
    assert!(
        head.starts_with("CONNECT verify.twilio.com:443 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(head.contains("Proxy-Authorization: Basic "), "{head}");
    assert!(!head.contains("another-planted"), "{head}");
}
