//! When a call is sent again.

use std::time::{Duration, SystemTime};

use http::HeaderValue;
use twilio_verify_webhooks::api::*;

use crate::support::*;

fn replied(status: u16, retry_after: Option<&'static str>) -> ReplyError {
    let mut response = response(status, "");
    if let Some(retry_after) = retry_after {
        response
            .headers_mut()
            .insert("retry-after", HeaderValue::from_static(retry_after));
    }
    fetch().parse(&response).unwrap_err()
}

/// 30 July 2015, 20:00:00 GMT.
fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_438_286_400)
}

#[test]
fn only_what_was_not_processed_is_retryable() {
    assert!(replied(429, None).is_retryable());
    for status in [400, 401, 403, 404, 408, 409, 425, 500, 502, 503, 504] {
        let error = replied(status, Some("1"));
        assert!(!error.is_retryable());
        assert_eq!(Retry::default().wait(&error, 0, now()), None, "{status}");
    }
    for error in [
        refused(&fetch(), 200, ""),
        refused(&fetch(), 200, "<html>"),
        refused(&fetch(), 302, ""),
    ] {
        assert!(!error.is_retryable());
        assert_eq!(Retry::default().wait(&error, 0, now()), None);
    }
}

#[test]
fn retry_after_is_read() {
    for (text, delay) in [
        ("0", Some(0)),
        ("7", Some(7)),
        (" 120 ", Some(120)),
        ("99999999999999999999999", Some(u64::MAX)),
        // The three forms of a date (RFC 9110, section 5.6.7).
        ("Thu, 30 Jul 2015 20:00:05 GMT", Some(5)),
        ("Thursday, 30-Jul-15 20:00:06 GMT", Some(6)),
        ("Thu Jul 30 20:00:07 2015", Some(7)),
        // In the past.
        ("Thu, 30 Jul 2015 19:59:00 GMT", Some(0)),
        ("", None),
        ("-1", None),
        ("+1", None),
        ("1.5", None),
        ("soon", None),
        ("Thu, 30 Jul 2015", None),
        ("2015-07-30T20:00:05Z", None),
    ] {
        let found = replied(429, Some(text))
            .retry_after()
            .map(|after| after.delay(now()));
        assert_eq!(found, delay.map(Duration::from_secs), "{text}");
    }
    assert_eq!(replied(429, None).retry_after(), None);
    assert_eq!(
        replied(503, Some("7")).retry_after(),
        Some(RetryAfter::Delay(Duration::from_secs(7)))
    );
}

#[test]
fn what_twilio_asks_for_is_waited_for_if_it_is_not_too_long() {
    let retry = Retry::default();
    for (text, wait) in [
        ("0", Some(0)),
        ("10", Some(10)),
        ("11", None),
        ("99999999999999999999999", None),
        ("Thu, 30 Jul 2015 20:00:09 GMT", Some(9)),
        ("Thu, 30 Jul 2015 20:00:11 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None),
    ] {
        let found = retry.wait(&replied(429, Some(text)), 0, now());
        assert_eq!(found, wait.map(Duration::from_secs), "{text}");
    }
    let longer = retry.longest_wait(Duration::from_secs(60));
    let wait = longer.wait(&replied(429, Some("60")), 0, now());
    assert_eq!(wait, Some(Duration::from_secs(60)));
}

#[test]
fn without_advice_waits_grow_to_a_limit() {
    let error = replied(429, None);
    let retry = Retry::default().times(u32::MAX);
    for milliseconds in [0, 1, 249, 250, 999] {
        let now = now() + Duration::from_millis(milliseconds);
        for (sent_again, least, most) in [
            (0, 250, 500),
            (1, 500, 1000),
            (2, 1000, 2000),
            (6, 10_000, 10_000),
            (40, 10_000, 10_000),
            (u32::MAX - 1, 10_000, 10_000),
        ] {
            let wait = retry.wait(&error, sent_again, now).unwrap().as_millis();
            assert!((least..=most).contains(&wait), "{sent_again}: {wait}");
        }
    }
    let apart = [0, 100]
        .map(|milliseconds| retry.wait(&error, 0, now() + Duration::from_millis(milliseconds)));
    assert_ne!(apart[0], apart[1]);
    assert!(
        retry
            .wait(&error, 0, SystemTime::UNIX_EPOCH - Duration::from_secs(1))
            .is_some()
    );
}

#[test]
fn three_times_unless_set() {
    let error = replied(429, None);
    let sent = |retry: Retry| {
        (0..10)
            .take_while(|&n| retry.wait(&error, n, now()).is_some())
            .count()
    };
    assert_eq!(sent(Retry::default()), 3);
    assert_eq!(sent(Retry::default().times(5)), 5);
    assert_eq!(sent(Retry::never()), 0);
}
