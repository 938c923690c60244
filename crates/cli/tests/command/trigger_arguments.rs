use crate::{TOKEN, command, file, printed, run, trigger};

#[test]
fn negatives_are_listed() {
    let list = printed(&trigger("--negative list", &[]), 0);
    for name in ["wrong-key", "duplicate-parameter", "other-account"] {
        assert!(list.contains(&format!("  {name} ")), "{list}");
    }
    let json = printed(&trigger("--negative list --json", &[]), 0);
    let cases: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(cases[0]["in_all"], true);
    assert!(
        cases
            .as_array()
            .unwrap()
            .iter()
            .any(|case| case["name"] == "wrong-key" && case["status"] == 403)
    );
}

#[test]
fn mistakes_are_named() {
    for (arguments, message) in [
        ("", "expected an event such as challenge.approved"),
        ("factor.created", "expected --url URL: where the server is"),
        (
            "factor.created --url",
            "a value is required for '--url <URL>'",
        ),
        (
            "factor.created --url ftp://127.0.0.1/",
            "expected --url to start with http:// or https:// and a host",
        ),
        (
            "factor.created --url http://127.0.0.1 --signed-url mywebsite.com",
            "expected a webhook URL that starts with https:// or http:// and a host",
        ),
        (
            "factor.created --scenario --url http://127.0.0.1",
            "cannot be used with",
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
            "--scenario --without uuid --url http://127.0.0.1",
            "--without does not go with --scenario",
        ),
        (
            "factor.created --repeat 0 --url http://127.0.0.1",
            "0 is not in 1..=10000000",
        ),
        (
            "factor.created --rate 5 --url http://127.0.0.1",
            "--repeat <N>",
        ),
        (
            "factor.created --repeat 5 --rate 0 --url http://127.0.0.1",
            "expected a number from 0.001 to 100000",
        ),
        (
            "factor.created --repeat 5 --rate 1 --print-curl --url http://127.0.0.1",
            "cannot be used with",
        ),
        (
            "factor.created --seed x --url http://127.0.0.1",
            "invalid value 'x' for '--seed <N>'",
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
            "possible values: HMAC_SHA256, HMAC_SHA1",
        ),
        (
            "factor.created --algorithm HMAC_SHA1 --url http://127.0.0.1",
            "go with --shared-key",
        ),
        (
            "factor.created --shared-key a --url http://127.0.0.1",
            "expected the secret of the SharedKey",
        ),
        (
            "factor.created factor.deleted",
            "unexpected argument 'factor.deleted' found",
        ),
        (
            "factor.created --colour",
            "unexpected argument '--colour' found",
        ),
        (
            "factor.created --account_sid x",
            "tip: a similar argument exists: '--account-sid'",
        ),
        ("factor.created --v1=x", "unexpected value"),
        (
            "challenge.aproved --url http://127.0.0.1",
            "did you mean challenge.approved?",
        ),
        (
            "Factor_Created --url http://127.0.0.1",
            "did you mean factor.created?",
        ),
        (
            "denied --url http://127.0.0.1",
            "did you mean challenge.denied?",
        ),
        (
            "sth --url http://127.0.0.1",
            "expected an event type such as challenge.approved",
        ),
        (
            "factor.created --ca-file /does/not/exist --url https://127.0.0.1",
            "/does/not/exist",
        ),
    ] {
        let shown = printed(&trigger(arguments, &[]), 2);
        assert!(shown.contains(message), "{arguments}: {shown}");
        assert!(!shown.contains(TOKEN));
    }
}

#[test]
fn a_key_is_needed_and_may_come_from_the_environment_or_a_file() {
    let token = file("token", format!("{TOKEN}\n"));
    let variables = file(
        "variables.env",
        format!("# local\nexport TWILIO_AUTH_TOKEN=\"{TOKEN}\"\nOTHER=1\n"),
    );
    let run = |environment: Option<&str>, option: &[&str]| {
        let mut command = command();
        command.args(
            "trigger factor.created --seed 1 --print-curl --url http://127.0.0.1/".split(' '),
        );
        command.args(option);
        if let Some(token) = environment {
            command.env("TWILIO_AUTH_TOKEN", token);
        }
        command.output().unwrap()
    };
    for missing in [None, Some("")] {
        let shown = printed(&run(missing, &[]), 2);
        assert!(
            shown.contains("expected TWILIO_AUTH_TOKEN, --token-file, --env-file or --shared-key"),
            "{shown}"
        );
    }
    let shown = printed(&run(Some("token\n"), &[]), 2);
    assert!(shown.contains("expected a secret without white space"));
    let signed = printed(&run(Some(TOKEN), &[]), 0);
    assert_eq!(printed(&run(None, &["--token-file", &token]), 0), signed);
    assert_eq!(
        printed(&run(Some("another"), &["--token-file", &token]), 0),
        signed
    );
    assert_eq!(printed(&run(None, &["--env-file", &variables]), 0), signed);
    // What the environment holds comes first, and that the file says otherwise is said.
    let shown = printed(&run(Some("another"), &["--env-file", &variables]), 0);
    assert!(
        shown.contains("note: TWILIO_AUTH_TOKEN of the file is not used"),
        "{shown}"
    );
    let shown = printed(&run(None, &["--token", TOKEN]), 0);
    assert!(
        shown.contains("warning: the secret of --token can be read by others"),
        "{shown}"
    );
    for (option, path) in [
        ("--token-file", "/does/not/exist"),
        ("--env-file", "/does/not/exist"),
    ] {
        assert!(printed(&run(None, &[option, path]), 2).contains(path));
    }
    let broken = file(
        "broken.env",
        format!("TWILIO_AUTH_TOKEN={TOKEN}\n{TOKEN}\n"),
    );
    let shown = printed(&run(None, &["--env-file", &broken]), 2);
    assert!(
        shown.contains("expected lines NAME=VALUE") && !shown.contains(TOKEN),
        "{shown}"
    );
}

#[test]
fn completions_and_manual_pages_are_printed() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(&run("completions", &[shell]), 0);
        for word in [
            "trigger",
            "diagnose",
            "listen",
            "replay",
            "inspect",
            "webhooks",
            "print-curl",
        ] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    for (page, word) in [
        ("man", "SUBCOMMANDS"),
        ("man trigger", r"\-\-print\-curl"),
        ("man webhooks ensure", r"\-\-dry\-run"),
    ] {
        assert!(printed(&run(page, &[]), 0).contains(word), "{page}");
    }
    let folder = crate::folder("man");
    printed(&run("man --folder", &[folder.to_str().unwrap()]), 0);
    for page in [
        "verify-webhooks.1",
        "verify-webhooks-trigger.1",
        "verify-webhooks-webhooks-ensure.1",
    ] {
        assert!(folder.join(page).is_file(), "{page}");
    }
    printed(&run("man nothing", &[]), 2);
}
