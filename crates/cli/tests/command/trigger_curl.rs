//! Printed commands are run by a real shell with the real curl, and what arrives is compared.

use std::io::Write as _;
use std::process::{Command, Stdio};

use twilio_verify_webhooks::testing::NegativeCase;
use twilio_verify_webhooks::*;

use crate::server::Server;
use crate::{TOKEN, printed, trigger};

/// Runs commands as a script, which is not limited in length as an argument is.
fn run(script: &str) {
    let mut shell = Command::new("sh")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    shell
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn a_printed_command_sends_the_delivery() {
    let server = Server::start_accepting_get("https://mywebsite.com/webhook?q=%5Ba%5D&it's");
    let url = format!("{}/webhook?q=%5Ba%5D&it's", server.origin);
    for name in [
        "John's \"Phone\" $HOME `id` \\ !x",
        "a\nb",
        "'; exit 1; '",
        "*~#&|<>(){}[]",
        "電話",
        "-",
        "@/etc/passwd",
    ] {
        for get in ["", "--get"] {
            let arguments = [
                "challenge.approved",
                "--url",
                &url,
                "--signed-url",
                "https://mywebsite.com/webhook?q=%5Ba%5D&it's",
                "--print-curl",
                "--factor-friendly-name",
                name,
                "--challenge-details",
                r#"{"message":"It's \"you\" & $me\n"}"#,
            ];
            let shown = printed(&trigger(get, &arguments), 0);
            assert!(!shown.contains(TOKEN));
            run(&shown);
            let [Event::Challenge(event)] = &server.events()[..] else {
                panic!("a challenge event")
            };
            assert_eq!(event.factor_friendly_name.as_deref(), Some(name));
            assert_eq!(
                event.details().unwrap().unwrap().message,
                "It's \"you\" & $me\n"
            );
        }
    }
}

#[test]
fn no_title_breaks_out_of_its_comment() {
    let server = Server::start();
    let arguments = ["a.b\nexit 1\n", "--url", &server.url(), "--print-curl"];
    run(&printed(&trigger("", &arguments), 0));
    let got = server.got();
    assert!(matches!(got[0].outcome, Err(Refusal::Event(_))));
}

#[test]
fn an_https_url_may_be_printed() {
    let arguments = ["--url", "https://mywebsite.com/webhook", "--print-curl"];
    let shown = printed(&trigger("factor.created", &arguments), 0);
    assert!(
        shown.contains("--url https://mywebsite.com/webhook "),
        "{shown}"
    );
}

#[test]
fn a_printed_scenario_is_five_commands() {
    let server = Server::start();
    run(&printed(
        &trigger("--scenario --print-curl --url", &[&server.url()]),
        0,
    ));
    assert_eq!(server.events().len(), 5);
}

#[test]
fn printed_negative_deliveries_are_refused() {
    let server = Server::start();
    let name = "John's \"Phone\" $HOME";
    let arguments = ["--factor-friendly-name", name, "--url", &server.url()];
    run(&printed(
        &trigger("--negative all --print-curl", &arguments),
        0,
    ));
    let got = server.got();
    assert_eq!(got.len(), NegativeCase::ALL.len());
    for (got, case) in got.iter().zip(NegativeCase::ALL) {
        let refusal = got.outcome.as_ref().unwrap_err();
        assert_eq!(refusal.status(), case.status(), "{case}: {refusal}");
        match case {
            NegativeCase::EmptySignature => {
                let signature = &got.headers["x-twilio-signature"];
                assert!(signature.is_empty());
            }
            NegativeCase::NoMediaType => assert_eq!(*refusal, MediaTypeError::Missing.into()),
            _ => {}
        }
    }
}
