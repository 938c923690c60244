use crate::{TOKEN, TRIGGER, printed, trigger};

#[test]
fn help_names_every_option() {
    let help = printed(&trigger("--help", &[]), 0);
    for option in [
        "--url",
        "--signed-url",
        "--token",
        "TWILIO_AUTH_TOKEN",
        "--shared-key",
        "--secret",
        "TWILIO_SHARED_KEY_SECRET",
        "--algorithm",
        "--v1",
        "--get",
        "--repeat",
        "--scenario",
        "--negative",
        "--print-curl",
        "--seed",
        "--header",
        "--param",
        "--without",
        "--uuid",
        "--account-sid",
        "--service-sid",
        "--entity-identity",
        "--factor-sid",
        "--factor-type",
        "--factor-friendly-name",
        "--factor-metadata",
        "--challenge-sid",
        "--challenge-details",
        "--challenge-hidden-details",
        "--challenge-metadata",
    ] {
        assert!(help.contains(option), "{option}");
    }
    assert!(help.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn negatives_are_listed() {
    let list = printed(&trigger("--negative list", &[]), 0);
    for name in ["wrong-key", "duplicate-parameter", "other-account"] {
        assert!(list.contains(&format!("  {name} ")), "{list}");
    }
}

#[test]
fn mistakes_are_named() {
    for (arguments, message) in [
        ("", "expected an event such as challenge.approved"),
        (
            "factor.created",
            "expected --url URL: where the server listens",
        ),
        (
            "factor.created --url",
            "missing argument for option '--url'",
        ),
        (
            "factor.created --url https://mywebsite.com/webhook",
            "expected --url to start with http://",
        ),
        (
            "factor.created --url http://127.0.0.1 --signed-url mywebsite.com",
            "expected a webhook URL that starts with https:// or http:// and a host",
        ),
        (
            "factor.created --scenario --url http://127.0.0.1",
            "expected only one of an event, --scenario and --negative",
        ),
        (
            "--negative wrong_key --url http://127.0.0.1",
            "no negative delivery is called wrong_key: see --negative list",
        ),
        (
            "--negative all --get --url http://127.0.0.1",
            "--get does not go with --negative",
        ),
        (
            "--negative all --param a_b=c --url http://127.0.0.1",
            "--param does not go with --negative",
        ),
        (
            "--scenario --challenge-sid x --url http://127.0.0.1",
            "--challenge-sid does not go with --scenario",
        ),
        (
            "factor.created --repeat 0 --url http://127.0.0.1",
            "expected a number from 1 to 1000",
        ),
        (
            "factor.created --seed x --url http://127.0.0.1",
            "cannot parse argument \"x\"",
        ),
        (
            "factor.created --param a_b --url http://127.0.0.1",
            "expected NAME=VALUE",
        ),
        (
            "factor.created --header a_b --url http://127.0.0.1",
            "expected NAME:VALUE",
        ),
        (
            "factor.created --algorithm md5 --url http://127.0.0.1",
            "expected HMAC_SHA1 or HMAC_SHA256",
        ),
        (
            "factor.created --secret a --url http://127.0.0.1",
            "--secret and --algorithm go with --shared-key",
        ),
        (
            "factor.created --shared-key a --url http://127.0.0.1",
            "expected --secret or TWILIO_SHARED_KEY_SECRET",
        ),
        (
            "factor.created factor.deleted",
            "unexpected argument \"factor.deleted\"",
        ),
        ("factor.created --colour", "invalid option '--colour'"),
        (
            "factor.created --account_sid x",
            "invalid option '--account_sid'",
        ),
        (
            "factor.created --v1=x",
            "unexpected argument for option '--v1'",
        ),
    ] {
        let shown = printed(&trigger(arguments, &[]), 2);
        assert!(shown.contains(message), "{arguments}: {shown}");
        assert!(!shown.contains(TOKEN));
    }
}

#[test]
fn a_key_is_needed_and_may_come_from_the_environment() {
    let run = |token: Option<&str>| {
        let mut command = std::process::Command::new(&*TRIGGER);
        command.args("factor.created --print-curl --url http://127.0.0.1/".split(' '));
        command.env_remove("TWILIO_AUTH_TOKEN");
        if let Some(token) = token {
            command.env("TWILIO_AUTH_TOKEN", token);
        }
        command.output().unwrap()
    };
    for missing in [None, Some("")] {
        let shown = printed(&run(missing), 2);
        assert!(shown.contains("expected TWILIO_AUTH_TOKEN, --token or --shared-key"));
    }
    let shown = printed(&run(Some("token\n")), 2);
    assert!(shown.contains("expected a secret without white space, found some at byte 5"));
    printed(&run(Some(TOKEN)), 0);
}
