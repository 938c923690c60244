//! Replies of the API, whatever answers, given to every call that there is.
#![no_main]

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, SystemTime};

use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use twilio_verify_webhooks::api::{
    ErrorReply, NewWebhook, NextPageError, Page, Plan, ReplyError, Retry, RetryAfter, Step,
    Webhook, WebhookUpdate,
};
use twilio_verify_webhooks::{ChallengeEventType, WebhookSid};
use url::Url;
use verify_webhooks_fuzz::json::Json;
use verify_webhooks_fuzz::{API_SECRET, BASIC, Replies, URL, checked};

fuzz_target!(|bytes: &[u8]| {
    let Some(replies) = Replies::new(bytes) else {
        return;
    };
    // The start of a secret is recognised only if it is not there by chance.
    let by_chance = |secret: &str| {
        let start = &secret.as_bytes()[..8];
        bytes.windows(8).any(|window| window == start)
    };
    if by_chance(API_SECRET) || by_chance(BASIC) {
        return;
    }
    let new = NewWebhook::new("backend", ChallengeEventType::Approved, URL).unwrap();
    let sid = WebhookSid::new("YW0123456789abcdef0123456789abcdef").unwrap();
    let webhooks = replies.webhooks;
    let mut is_read = false;
    for body in &replies.bodies {
        let response = replies.response(body);
        let fetched = webhooks.fetch(sid).unwrap().parse(&response);
        assert_eq!(webhooks.create(&new).parse(&response), fetched);
        let update = webhooks.update(sid, &WebhookUpdate::new()).unwrap();
        assert_eq!(update.parse(&response), fetched);
        let listed = webhooks.list().parse(&response);
        let deleted = webhooks.delete(sid).unwrap().parse(&response);

        let json = Json::read(body);
        let is_success = replies.status.is_success();
        assert_eq!(deleted.is_ok(), is_success && body.is_empty());
        let is_webhook = json.as_ref().is_some_and(Json::is_webhook);
        assert_eq!(fetched.is_ok(), is_success && is_webhook, "{fetched:?}");
        // Members that Twilio does not document may hold what only `IgnoredAny` reads.
        let is_page = match &json {
            Some(json) => json.is_page(),
            None => listed.is_ok() && serde_json::from_slice::<IgnoredAny>(body).is_ok(),
        };
        assert_eq!(listed.is_ok(), is_success && is_page, "{listed:?}");

        if let Ok(webhook) = &fetched {
            is_read = true;
            assert_holds(webhook, &serde_json::from_slice(body).unwrap());
        }
        if let (Ok(page), Ok(value)) = (&listed, serde_json::from_slice(body)) {
            is_read = true;
            assert_is_read(page, &value);
            assert_is_followed(&replies, page);
        }
        let errors = [fetched.err(), listed.err(), deleted.err()];
        for error in errors.iter().flatten() {
            assert_is_so(&replies, body, error);
            assert_tells_nothing(error);
            assert_is_retried(&replies, error);
        }
    }
    if is_read {
        checked();
    }
    assert_lists(&replies, &new);
});

/// A webhook holds what the JSON says, in the same words, and null for what is missing.
fn assert_holds(webhook: &Webhook, value: &Value) {
    let names = [
        "sid",
        "service_sid",
        "account_sid",
        "friendly_name",
        "event_types",
        "status",
        "version",
        "webhook_url",
        "webhook_method",
        "date_created",
        "date_updated",
        "url",
    ];
    let mut expected: Map<String, Value> = value.as_object().unwrap().clone();
    for name in names {
        expected.entry(name).or_insert(Value::Null);
    }
    let written = serde_json::to_value(webhook).unwrap();
    assert_eq!(written, Value::Object(expected));
    assert_eq!(
        serde_json::from_value::<Webhook>(written).unwrap(),
        *webhook
    );
    let sid = webhook.sid.as_ref().map(WebhookSid::as_str);
    assert_eq!(sid, value["sid"].as_str());

    // Values that the crate does not know are not shown, and neither is the query of a URL.
    let mut other = webhook.clone();
    for value in other.extra.values_mut() {
        *value = Value::Null;
    }
    if let Some((start, _)) = webhook.webhook_url.as_deref().and_then(|url| {
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        url.split_once('?')
    }) {
        other.webhook_url = Some(format!("{start}?hidden"));
    }
    let is_shown = |webhook: &Webhook| format!("{webhook:?}");
    let hides_all = is_shown(&other).contains("webhook_url: Some(…)");
    assert!(is_shown(&other) == is_shown(webhook) || hides_all);
}

fn assert_is_read(page: &Page, value: &Value) {
    let written = serde_json::to_value(page).unwrap();
    let values = value["webhooks"].as_array().unwrap();
    assert_eq!(values.len(), page.webhooks.len());
    for (webhook, value) in page.webhooks.iter().zip(values) {
        assert_holds(webhook, value);
    }
    for name in [
        "next_page_url",
        "page",
        "page_size",
        "first_page_url",
        "previous_page_url",
        "url",
        "key",
    ] {
        let said = value["meta"].get(name).unwrap_or(&Value::Null);
        assert_eq!(written["meta"][name], *said);
    }
    assert!(!format!("{:?}", page.meta).contains("://"));
}

/// Only the query of a next page is taken over, and only if all else is that of the list, as a URL parser sees it.
fn assert_is_followed(replies: &Replies, page: &Page) {
    let list = replies.webhooks.list().to_request();
    let next = replies.webhooks.next_page(page);
    let Some(text) = &page.meta.next_page_url else {
        assert!(matches!(next, Ok(None)));
        return;
    };
    let uri = list.uri().to_string();
    let mut base = Url::parse(&uri).unwrap();
    base.set_query(None);
    let resolved = base.join(text).ok();
    let is_within = |url: &&Url| {
        let (user, password) = (url.username(), url.password());
        let mut bare = (*url).clone();
        bare.set_query(None);
        bare.set_fragment(None);
        bare == base && user.is_empty() && password.is_none()
    };
    match next {
        Ok(next) => {
            let request = next.expect("there is a next page").to_request();
            let resolved = resolved.as_ref().filter(is_within).unwrap();
            let (path, query) = (request.uri().path(), request.uri().query());
            let origin = (request.uri().scheme(), request.uri().authority());
            assert_eq!(origin, (list.uri().scheme(), list.uri().authority()));
            assert_eq!((path, query), (list.uri().path(), resolved.query()));
            assert_eq!(request.headers(), list.headers());
            assert_eq!(
                (request.method(), request.body()),
                (list.method(), list.body())
            );
        }
        Err(NextPageError::Invalid) => {
            let query = resolved.as_ref().and_then(Url::query).unwrap_or_default();
            let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"=&_%-.".contains(&byte);
            assert!(resolved.is_none() || text.len() > 8192 || !query.bytes().all(is_usual));
        }
        Err(error) => {
            let resolved = resolved.expect("it is a URL");
            assert!(!is_within(&&resolved), "{error:?} {resolved}");
        }
    }
}

/// What is said to be wrong with a reply is wrong with it.
fn assert_is_so(replies: &Replies, body: &[u8], error: &ReplyError) {
    let status = replies.status;
    let json = Json::read(body);
    match error {
        ReplyError::Refused(reply) => {
            assert!(!status.is_success() && !status.is_redirection());
            assert_is_repeated(replies, body, reply);
        }
        ReplyError::Redirect { status: found } => {
            assert!(status.is_redirection() && status == *found);
        }
        ReplyError::Empty { status: found } => {
            assert!(status.is_success() && body.is_empty() && status == *found);
        }
        ReplyError::Body { found, .. } => assert!(*found == body.len() && *found > 0),
        ReplyError::NotJson { line, column } => {
            assert!(json.is_none());
            let lines = body.split(|&byte| byte == b'\n');
            let line = lines.into_iter().nth(line - 1).unwrap();
            assert!(*column <= line.len() + 1);
        }
        ReplyError::Truncated { found } => {
            assert!(*found == body.len() && json.is_none());
        }
        ReplyError::Unexpected(error) => assert!(error.path().chars().count() <= 161),
        error => panic!("{error:?}"),
    }
}

/// An error of Twilio's says what the JSON says, as far as it is kept.
fn assert_is_repeated(replies: &Replies, body: &[u8], reply: &ErrorReply) {
    assert_eq!(reply.status, replies.status);
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let code = value["code"]
        .as_u64()
        .filter(|&code| u32::try_from(code).is_ok());
    if !value["code"].is_string() {
        assert_eq!(reply.code.map(|code| u64::from(code.0)), code);
    }
    let message = value["message"]
        .as_str()
        .filter(|text| !text.trim().is_empty());
    let message = message.or_else(|| value["title"].as_str());
    let is_kept_whole = |text: &&str| {
        text.len() <= 512
            && !text.contains(char::is_control)
            && !text.trim().is_empty()
            && !text.contains(API_SECRET)
            && !text.contains(BASIC)
    };
    if let Some(message) = message.filter(is_kept_whole) {
        assert_eq!(reply.message.as_deref(), Some(message));
    }
    // A cut is marked by `…`, and a control character takes six characters at most, as in `\u{1f}`.
    let is_bounded = |text: &str, most: usize| {
        let most = if text.contains('\\') { most * 6 } else { most };
        text.chars().count() <= most + 1
    };
    assert!(is_bounded(&reply.body, 2048));
    for text in [&reply.message, &reply.detail, &reply.more_info]
        .into_iter()
        .flatten()
    {
        assert!(is_bounded(text, 512));
    }
    let is_control = |c: char| c.is_control() && c != '\n';
    assert!(!reply.to_string().contains(char::is_control) && !reply.body.contains(is_control));
}

fn assert_tells_nothing(error: &ReplyError) {
    let text = format!("{error} {error:?}");
    assert!(!text.contains(&API_SECRET[..8]), "{text}");
    assert!(!text.contains(&BASIC[..8]), "{text}");
}

/// A call is sent again only if Twilio did not process it, not too often, and not before it may be.
fn assert_is_retried(replies: &Replies, error: &ReplyError) {
    let seconds = replies.retry_after.as_ref().and_then(|value| {
        let text = value.to_str().ok()?.trim();
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty();
        is_number.then(|| text.parse().unwrap_or(u64::MAX))
    });
    let is_refused = error.refused().is_some();
    match (error.retry_after(), seconds) {
        (Some(RetryAfter::Delay(delay)), Some(seconds)) => assert_eq!(delay.as_secs(), seconds),
        (Some(RetryAfter::At(_)), None) => assert!(replies.retry_after.is_some()),
        (None, seconds) => assert!(!is_refused || seconds.is_none()),
        other => panic!("{other:?}"),
    }
    let longest = Duration::from_secs(10);
    let retry = Retry::default().longest_wait(longest);
    let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_123);
    for sent_again in 0..5 {
        let wait = retry.wait(error, sent_again, now);
        let is_sent = replies.status == 429 && sent_again < 3;
        assert_eq!(error.is_retryable(), replies.status == 429);
        match error.retry_after() {
            None => {
                assert_eq!(wait.is_some(), is_sent);
                let least = Duration::from_millis(250 << sent_again);
                assert!(wait.is_none_or(|wait| wait >= least && wait <= 2 * least));
            }
            Some(RetryAfter::Delay(delay)) => {
                assert_eq!(wait, Some(delay).filter(|_| is_sent && delay <= longest));
            }
            Some(RetryAfter::At(time)) => {
                let is_over = wait.is_none_or(|wait| now + wait >= time);
                assert!(is_over && wait.is_none_or(|wait| is_sent && wait <= longest));
            }
        }
    }
}

/// A list ends, asks for nothing twice, and holds the webhooks of its pages; a plan keeps to those with the URL.
fn assert_lists(replies: &Replies, new: &NewWebhook) {
    let mut listing = replies.webhooks.list_all();
    let (mut asked, mut all) = (HashSet::new(), Vec::new());
    for body in &replies.bodies {
        let Some(call) = listing.next_call() else {
            break;
        };
        assert!(asked.insert(call.to_request().uri().clone()));
        let Ok(page) = call.parse(&replies.response(body)) else {
            break;
        };
        let added = listing.add(page.clone());
        let is_last = listing.next_call().is_none();
        match added {
            Ok(()) => assert_eq!(is_last, page.meta.next_page_url.is_none()),
            Err(error) => {
                assert!(is_last);
                let is_elsewhere = replies.webhooks.next_page(&page).is_err();
                assert_eq!(is_elsewhere, error != NextPageError::Repeated);
                if is_elsewhere {
                    break;
                }
            }
        }
        all.extend(page.webhooks);
    }
    assert_eq!(listing.into_webhooks(), all);

    let is_same = |webhook: &&Webhook| webhook.webhook_url.as_deref() == Some(URL);
    let same: BTreeSet<_> = all
        .iter()
        .filter(is_same)
        .filter_map(|webhook| webhook.sid)
        .collect();
    let plan = Plan::new(new, all);
    let chosen = match &plan.step {
        Step::Create(created) => {
            assert_eq!(created, new);
            None
        }
        Step::Update { sid, update } => {
            assert!(!update.is_empty());
            Some(*sid)
        }
        Step::Nothing(webhook) => webhook.sid,
        step => panic!("{step:?}"),
    };
    let duplicates = plan.duplicates.iter().filter_map(|webhook| webhook.sid);
    let found: Vec<_> = chosen.into_iter().chain(duplicates).collect();
    assert_eq!(found.len(), same.len());
    assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), same);
}
