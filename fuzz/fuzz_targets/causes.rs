//! Deliveries that were rightly signed, and what happened to each then: a diagnosis names that, and nothing else.
#![no_main]

use arbitrary::{Arbitrary as _, Unstructured};
use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::diagnosis::{Cause, Context, Verdict};
use twilio_verify_webhooks::{
    AccountKeys, AccountReceiver, AccountSid, Delivery, Receiver, SIGNATURE_HEADER,
};
use verify_webhooks_fuzz::changes::{Scene, change_signature};
use verify_webhooks_fuzz::report::{self, PLANTED, causes, plant};
use verify_webhooks_fuzz::{ACCOUNT, Event, KEYS, SECRETS, checked, reference};

// Six bytes that say what happened, the choices of an event, path and query up to a zero byte, and the texts of the
// event.
fuzz_target!(|bytes: &[u8]| {
    let Some((
        [
            origin,
            of_url,
            of_form,
            position,
            of_key,
            of_signature,
            choices @ ..,
        ],
        rest,
    )) = bytes.split_first_chunk::<14>()
    else {
        return;
    };
    let rest = plant(rest);
    let mut texts = rest.splitn(2, |&byte| byte == 0);
    let target = str::from_utf8(texts.next().unwrap_or_default()).unwrap_or_default();
    let event = [choices, texts.next().unwrap_or_default()].concat();
    let Ok(Event { pairs, .. }) = Event::arbitrary(&mut Unstructured::new(&event)) else {
        return;
    };
    // A name that could be a piece of a URL leaves it open where the URL ends.
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_name = |name: &str| name == "type" || name == "uuid" || name.contains('_');
    let mut names = pairs.iter().map(|(name, _)| name);
    if !names.all(|name| is_name(name) && name.bytes().all(is_word))
        || !target
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    {
        return;
    }

    let mut scene = Scene::new(*origin, target, pairs);
    let changes = [
        scene.change_parameters(*of_form, *position),
        scene.change_url(*of_url),
        scene.change_key(*of_key),
    ];
    let count = changes.iter().flatten().count();
    let mut expected: Vec<Cause> = changes.into_iter().flatten().flatten().collect();
    expected.sort_unstable();

    let (_, secret, algorithm) = SECRETS[scene.signer];
    let text = format!("{}{}", scene.signed.text(), scene.tail);
    let genuine = reference::signature(algorithm, secret, &text);
    let (signatures, seen) = match change_signature(*of_signature, &genuine) {
        Some((signatures, cause)) => (signatures, Some(cause)),
        None => (vec![genuine.clone()], None),
    };
    let headers: Vec<(&str, &str)> = signatures
        .iter()
        .map(|signature| (SIGNATURE_HEADER, &**signature))
        .chain(scene.hints.iter().map(|(name, value)| (*name, &**value)))
        .chain([("Content-Type", scene.media_type)])
        .collect();
    let mut delivery =
        Delivery::new("POST", scene.body.as_bytes()).headers(headers.iter().copied());
    if let Some(target) = &scene.target {
        delivery = delivery.target(target);
    }
    let mut context = Context::new()
        .headers(headers.iter().copied())
        .other_key("another key", KEYS[3].clone());
    if let Some(secret) = &scene.secret {
        context = context.secret(secret);
    }
    if let Some(url) = &scene.other_url {
        context = context.other_url(url);
    }
    let keys = || scene.keys.iter().map(|&position| KEYS[position].clone());
    let url = scene.configured.text();
    let accounts = AccountReceiver::builder(url.clone()).build().unwrap();
    let builder = Receiver::builder(url);
    let receiver = keys().fold(builder, |builder, key| builder.key(key));
    let receiver = receiver.build().unwrap();

    let diagnosis = receiver.diagnose(&delivery, &context);
    report::assert_is_consistent(&diagnosis);
    report::assert_hides(&diagnosis, &signatures);
    report::assert_hides(&diagnosis, &[genuine]);
    assert!(!format!("{context:?}").contains(PLANTED));
    let observed = diagnosis.observations.iter();
    let is_seen = |cause| observed.clone().any(|found| found.cause == cause);
    assert!(seen.is_none_or(is_seen), "{diagnosis}");
    let found = causes(&diagnosis);
    // What is there is never excluded, found or not.
    let excluded = |cause: &&Cause| diagnosis.excluded.contains(cause);
    assert_eq!(
        expected.iter().find(excluded),
        None,
        "{scene:?} {diagnosis}"
    );
    let has = |causes: &[Cause]| causes.iter().any(|cause| expected.contains(cause));
    // Two are found together, but for one parameter at another port that a header names, or at another URL.
    let is_of_parameter = has(&[
        Cause::ParameterAdded,
        Cause::BlankDropped,
        Cause::WhiteSpaceTrimmed,
        Cause::PlusSigns,
        Cause::GetAsPost,
    ]);
    let is_elsewhere = has(&[
        Cause::Port,
        Cause::QueryMissing,
        Cause::QueryExtra,
        Cause::OtherUrl,
        Cause::Credentials,
    ]);
    let is_promised = match count {
        0 | 1 => true,
        2 => !(is_of_parameter && is_elsewhere) && diagnosis.complete,
        // Not all that can come together is tried together; a URL that something leads to and a key are.
        _ => false,
    };
    if is_promised || diagnosis.verdict != Verdict::Unexplained {
        assert_eq!(found, expected, "{scene:?} {diagnosis}");
    }
    let position = scene.keys.iter().position(|&key| key == scene.signer);
    if let (Some(key), Some(position)) = (&diagnosis.key, position) {
        assert!(key.ends_with(&format!("(key {position})")), "{key}");
    }
    if !found.is_empty() {
        checked();
    }

    // Whose keys they are makes no difference to what is found. It takes as long once more.
    if diagnosis.tries > 1000 {
        return;
    }
    let account_keys = AccountKeys::new(AccountSid::new(ACCOUNT).unwrap(), keys()).unwrap();
    let mut other = accounts.diagnose(&account_keys, &delivery, &context);
    other.refusal.clone_from(&diagnosis.refusal);
    assert_eq!(other, diagnosis);
});
