//! Diagnoses of whatever a request may hold, with whatever may be known about it.
#![no_main]

use std::sync::LazyLock;

use arbitrary::{Arbitrary as _, Unstructured};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::diagnosis::{Cause, Context, Diagnosis, Verdict};
use twilio_verify_webhooks::{Algorithm, AuthToken, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER};
use verify_webhooks_fuzz::report::{self, PLANTED, causes, plant};
use verify_webhooks_fuzz::{Request, SECRETS, Setup, checked, reference};

/// As many as make a search reach its bounds.
static OTHER_KEYS: LazyLock<Vec<AuthToken>> = LazyLock::new(|| {
    let key = |number| AuthToken::new(&format!("{PLANTED}-{number}")).unwrap();
    (0..100).map(key).collect()
});

// A byte that says what is known, the choices of a request, a text up to a zero byte that some of it is made of, and
// the rest of the request.
fuzz_target!(|bytes: &[u8]| {
    let Some(([known, choices @ ..], rest)) = bytes.split_first_chunk::<9>() else {
        return;
    };
    let rest = plant(rest);
    let mut texts = rest.splitn(2, |&byte| byte == 0);
    let text = texts.next().unwrap_or_default();
    let request = [choices, texts.next().unwrap_or_default()].concat();
    let Ok(request) = Request::arbitrary(&mut Unstructured::new(&request)) else {
        return;
    };
    let text = str::from_utf8(text).unwrap_or_default();
    let hints = hints(*known, text);
    let authority = hints.iter().map(|(name, value)| (*name, value));
    let sent = request.headers.iter().map(|(name, value)| (*name, value));
    let mut context = Context::new().headers(sent).headers(authority);
    let secret = format!("\"{text}\"\n");
    if known & 0x20 != 0 {
        context = context.secret(&secret);
    }
    if known & 0x40 != 0 {
        context = context.other_url(text);
        for key in OTHER_KEYS.iter().cloned() {
            context = context.other_key("another key", key);
        }
    }

    let delivery = request.delivery();
    let Setup {
        receiver,
        accounts,
        account_keys,
        ..
    } = request.setup;
    let (refusal, diagnosis) = if known & 0x80 == 0 {
        let refusal = receiver.receive(&delivery).err();
        (refusal, receiver.diagnose(&delivery, &context))
    } else {
        let refusal = accounts.receive(&delivery, |_| Some(account_keys)).err();
        (
            refusal,
            accounts.diagnose(account_keys, &delivery, &context),
        )
    };
    if diagnosis.tries > 0 {
        checked();
    }
    // It leaves the refusal as it is, and explains nothing that is accepted.
    assert_eq!(diagnosis.refusal, refusal);
    report::assert_is_consistent(&diagnosis);
    assert_hides(&request, &diagnosis);
    if refusal.is_some() {
        assert_is_seen(&request, &hints, &diagnosis);
        assert_is_proved(&request, &diagnosis);
    }
    assert!(!format!("{context:?}").contains(PLANTED));
});

/// Headers that lead to other URLs.
fn hints(known: u8, text: &str) -> Vec<(&'static str, String)> {
    let credentials = STANDARD.encode(format!("{PLANTED}:{text}"));
    let all = [
        ("Host", text.to_owned()),
        ("X-Forwarded-Host", format!("a.dev:8443, {text}")),
        ("X-Original-URL", format!("/{text}")),
        ("X-Forwarded-Prefix", format!("/{text}")),
        ("Authorization", format!("Basic {credentials}")),
    ];
    let length = ("Content-Length", text.to_owned());
    let all = all.into_iter().enumerate();
    all.filter(|(bit, _)| known & 1 << bit != 0)
        .map(|(_, header)| header)
        .chain([length])
        .collect()
}

fn lines<'r>(request: &'r Request<'_>, name: &str) -> Vec<&'r [u8]> {
    let headers = request.headers.iter();
    headers
        .filter(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_slice())
        .collect()
}

/// What the settings header says, as the reference reads it, if it is text.
fn settings<'r>(request: &'r Request<'_>) -> Option<Option<(Algorithm, Option<&'r str>)>> {
    let lines = lines(request, SIGNATURE_SETTINGS_HEADER);
    let line = str::from_utf8(lines.first().copied().unwrap_or_default());
    line.ok().map(reference::settings)
}

/// Neither the signature received is shown nor one that would be accepted.
fn assert_hides(request: &Request<'_>, diagnosis: &Diagnosis) {
    let text = request.text(request.setup.url.variants().next().unwrap());
    let mut signatures: Vec<String> = SECRETS
        .iter()
        .map(|(_, secret, algorithm)| reference::signature(*algorithm, secret, &text))
        .collect();
    let received = lines(request, SIGNATURE_HEADER);
    let received = received.iter().filter_map(|line| str::from_utf8(line).ok());
    // Other texts than signatures may well be words of the report.
    let is_signature = |text: &&str| !text.contains([' ', '_']);
    signatures.extend(received.filter(is_signature).map(str::to_owned));
    report::assert_hides(diagnosis, &signatures);
}

/// What is said to be seen of a request is so, and nothing of it is passed over.
fn assert_is_seen(request: &Request<'_>, hints: &[(&str, String)], diagnosis: &Diagnosis) {
    let Request {
        setup,
        method,
        target,
        body,
        ..
    } = request;
    let seen: Vec<Cause> = diagnosis
        .observations
        .iter()
        .map(|found| found.cause)
        .collect();
    let is_get = *method == "GET";
    let query = target.as_deref().and_then(|target| target.split_once('?'));
    let query = query.map(|(_, query)| query).unwrap_or_default();
    let no_parameters = query.is_empty() || (!setup.is_origin && Some(query) == setup.query);
    let no_parameters = is_get && no_parameters && target.is_some();
    let media_types = lines(request, "content-type");
    let is_a = |media_type: &str| {
        let value = media_types.first().map(|value| value.to_ascii_lowercase());
        media_types.len() == 1
            && value.is_some_and(|value| value.starts_with(media_type.as_bytes()))
    };
    let is_form = is_a("application/x-www-form-urlencoded") || is_a("application/x-www-urlencoded");
    let is_json = is_a("application/json");
    let encodings = lines(request, "content-encoding");
    let is_plain = match encodings[..] {
        [] => true,
        [encoding] => encoding.eq_ignore_ascii_case(b"identity"),
        _ => false,
    };
    let length = hints.last().unwrap().1.trim().parse::<usize>();
    let other_length = length.is_ok_and(|length| length != body.len());
    let signatures = lines(request, SIGNATURE_HEADER);
    let settings = settings(request);
    for (cause, is_so) in [
        (Cause::Method, !matches!(*method, "POST" | "GET")),
        (Cause::GetWithoutParameters, no_parameters),
        (
            Cause::GetDelivery,
            is_get && !setup.accepts_get && !no_parameters,
        ),
        (
            Cause::TargetMissing,
            target.is_none() && (is_get || setup.is_origin),
        ),
        (Cause::ContentTypeMissing, !is_get && media_types.is_empty()),
        (Cause::ContentTypeRepeated, !is_get && media_types.len() > 1),
        (Cause::ContentTypeJson, !is_get && is_json),
        (
            Cause::ContentTypeOther,
            !is_get && media_types.len() == 1 && !is_form && !is_json,
        ),
        (Cause::ContentEncoded, !is_get && !is_plain),
        (Cause::BodyEmpty, !is_get && body.is_empty()),
        (
            Cause::BodyLength,
            !is_get && !body.is_empty() && other_length,
        ),
        (
            Cause::BodyTooLarge,
            !is_get && body.len() > setup.body_limit,
        ),
        (Cause::SignatureMissing, signatures.is_empty()),
        (Cause::SignatureRepeated, signatures.len() > 1),
        (
            Cause::SignatureEmpty,
            signatures.iter().any(|line| line.trim_ascii().is_empty()),
        ),
        (
            Cause::SignatureJoined,
            signatures.iter().any(|line| line.contains(&b',')),
        ),
    ] {
        assert_eq!(seen.contains(&cause), is_so, "{cause}");
    }
    let is_unreadable = seen.contains(&Cause::SettingsUnreadable);
    assert!(settings.is_none_or(|said| said.is_none() == is_unreadable));
}

/// What the signature is said to show is so: all that these requests can differ in is the parameters, and which key the
/// settings lead to.
fn assert_is_proved(request: &Request<'_>, diagnosis: &Diagnosis) {
    let Request {
        setup,
        method,
        target,
        body,
        signed_with,
        ..
    } = request;
    if let Some(key) = &diagnosis.key {
        let position = signed_with.expect("nobody signed this");
        assert!(key.ends_with(&format!("(key {position})")), "{key}");
    }
    let causes = causes(diagnosis);
    let of_key_and_origin = Cause::OtherKey..=Cause::Port;
    assert!(
        causes
            .iter()
            .all(|cause| !of_key_and_origin.contains(cause)),
        "{diagnosis}"
    );
    let (Some(position), Some(settings)) = (*signed_with, settings(request)) else {
        return;
    };
    let (known_id, _, known_algorithm) = SECRETS[position];
    let is_led_to = settings.is_some_and(|(algorithm, id)| {
        algorithm == known_algorithm && id.is_none_or(|id| known_id == Some(id))
    });
    assert_eq!(
        diagnosis.key.is_some() && !is_led_to,
        causes.contains(&Cause::SettingsHeader)
    );
    // What one can only read in one way matches as it stands.
    let target = target.as_deref();
    let is_whole =
        |target: &str| !target.contains(|c: char| c == '#' || c.is_whitespace() || c.is_control());
    let is_plain = *method != "GET"
        && reference::is_strict(body)
        && body.len() <= setup.body_limit
        && (!setup.is_origin
            || target.is_none_or(|target| target.starts_with('/') && is_whole(target)));
    if is_plain {
        match diagnosis.verdict {
            Verdict::Signed => assert!(is_led_to),
            Verdict::Explained => assert_eq!(causes, [Cause::SettingsHeader]),
            verdict => panic!("{verdict:?}"),
        }
    }
}
