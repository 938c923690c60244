//! Configured URLs and their forms, beside a URL parser.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::signature::{self, SignedUrl};
use twilio_verify_webhooks::{ConfigError, Delivery, Receiver, SignatureError, UrlError};
use url::Url;
use verify_webhooks_fuzz::{FORM, KEYS, checked};

const PARAMS: [(&str, &str); 2] = [("a", "1"), ("b", "")];

fuzz_target!(|text: &str| {
    let build = |text: &str| Receiver::builder(text).key(KEYS[0].clone()).build();
    let build_for_origin = |text: &str| {
        Receiver::builder_for_origin(text)
            .key(KEYS[0].clone())
            .build()
    };
    let url = match SignedUrl::new(text) {
        Ok(url) => url,
        Err(error) => {
            assert_eq!(build(text).unwrap_err(), ConfigError::Url(error));
            assert!(build_for_origin(text).is_err());
            return;
        }
    };
    checked();
    let forms: Vec<&str> = url.variants().collect();
    let sent = text.split('#').next().unwrap();
    assert_eq!(forms[0], sent);
    assert_differ_in_port_and_user_only(&forms);
    assert_shows_no_more(&url, text, &forms);
    assert_only_these_are_accepted(&url, &forms, &build(text).unwrap());

    let parsed = Url::parse(sent).unwrap();
    match build_for_origin(text) {
        Ok(_) => assert_eq!((parsed.path(), parsed.query(), sent), ("/", None, text)),
        Err(ConfigError::Url(UrlError::MoreThanOrigin { position })) => {
            assert!(
                text.get(position..)
                    .is_some_and(|rest| rest.starts_with(['/', '\\', '?', '#']))
            );
        }
        Err(error) => panic!("{error:?}"),
    }
});

fn assert_differ_in_port_and_user_only(forms: &[&str]) {
    let configured = Url::parse(forms[0]).unwrap();
    let has_user = forms.len() == 4;
    assert!(has_user || forms.len() == 2);
    let default_port = if configured.scheme() == "https" {
        443
    } else {
        80
    };
    for (position, form) in forms.iter().enumerate() {
        assert!(!form.contains('#'));
        assert!(!forms[..position].contains(form));
        let parsed = Url::parse(form).unwrap();
        assert_eq!(parsed.scheme(), configured.scheme());
        assert_eq!(parsed.host_str(), configured.host_str());
        assert_eq!(
            (parsed.path(), parsed.query()),
            (configured.path(), configured.query())
        );
        let ports = [configured.port_or_known_default(), Some(default_port)];
        assert!(ports.contains(&parsed.port_or_known_default()));
        let (user, password) = (parsed.username(), parsed.password());
        if position < 2 {
            assert_eq!(
                (user, password),
                (configured.username(), configured.password())
            );
        } else {
            assert_eq!((user, password), ("", None));
        }
    }
}

/// Neither user, password nor query of a URL are shown: it looks the same without them.
fn assert_shows_no_more(url: &SignedUrl, text: &str, forms: &[&str]) {
    let shown = format!("{url:?}");
    let without_user = if let [_, _, without, _] = forms {
        without
    } else {
        forms[0]
    };
    let (path, query) = match without_user.split_once('?') {
        Some((path, _)) => (path, "?hidden"),
        None => (without_user, ""),
    };
    let other = SignedUrl::new(&format!("{path}{query}")).unwrap();
    assert_eq!(shown, format!("{other:?}"), "{text}");
}

fn assert_only_these_are_accepted(url: &SignedUrl, forms: &[&str], receiver: &Receiver) {
    let key = &KEYS[0];
    let verify = |signed: &str| {
        let signature = key.sign(signed, PARAMS);
        let verified = signature::verify(key, url, PARAMS, signature.as_bytes());
        let delivery = Delivery::new("POST", b"b&a=1")
            .content_type(FORM)
            .signature(&signature);
        assert_eq!(receiver.verify(&delivery).is_ok(), verified.is_ok());
        verified
    };
    for form in forms {
        assert_eq!(verify(form), Ok(()));
    }
    let normalised = Url::parse(forms[0]).unwrap().to_string();
    let others = [
        format!("{}/", forms[0]),
        format!("{}?", forms[0]),
        format!("{}#", forms[0]),
        forms[0].replacen("http", "ws", 1),
        forms[0].to_ascii_lowercase(),
        forms[0].replacen("://", "://x", 1),
        normalised.clone(),
        normalised.trim_end_matches('/').to_owned(),
    ];
    for other in others {
        let expected = match forms.contains(&&*other) {
            true => Ok(()),
            false => Err(SignatureError::Mismatch { tries: forms.len() }),
        };
        assert_eq!(verify(&other), expected, "{other}");
    }
}
