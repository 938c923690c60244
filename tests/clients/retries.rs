//! What is sent again, and what is not. Waits are set so short that none is noticed.

use std::time::Duration;

use serde_json::json;
use twilio_verify_webhooks::api::*;

use crate::client::*;
use crate::server::*;

fn too_many(headers: &str) -> Answer {
    let body = json!({"code": 20429, "message": "Too Many Requests", "status": 429});
    Answer::with_headers(429, headers, body.to_string())
}

/// Creates, as that must never be done twice by mistake, and returns how many requests it took.
#[track_caller]
fn create(client: &TestClient, answers: Vec<Answer>) -> (Result<Webhook, ClientError>, usize) {
    let server = Server::new(answers);
    let result = client.send(&webhooks(&server).create(&wanted()));
    let requests = server.requests();
    assert!(
        requests.iter().all(|request| request == &requests[0]),
        "{requests:?}"
    );
    (result, requests.len())
}

#[test]
fn refused_with_429_and_then_not() {
    for client in TestClient::each() {
        let past = "retry-after: Thu, 30 Jul 2015 20:00:00 GMT\r\n";
        let answers = vec![
            too_many("Retry-After: 0\r\n"),
            too_many(past),
            // What was sent of it does not matter.
            Answer::Bytes(
                b"HTTP/1.1 429 x\r\nretry-after: 0\r\ncontent-length: 100\r\n\r\n{".into(),
            ),
            Answer::json(201, &resource(json!({}))),
        ];
        let (result, requests) = create(&client, answers);
        assert_eq!((result.unwrap().sid, requests), (Some(webhook_sid()), 4));
    }
}

#[test]
fn refused_with_429_for_good() {
    for client in TestClient::each() {
        let client = client.retry(Retry::default().longest_wait(Duration::from_millis(1)));
        for headers in ["", "retry-after: 0\r\n", "retry-after: soon\r\n"] {
            let answers = (0..4).map(|_| too_many(headers)).collect();
            let (result, requests) = create(&client, answers);
            let error = result.unwrap_err();
            assert!(error.is_retryable());
            assert_eq!(
                error.refused().unwrap().code,
                Some(ErrorCode::TOO_MANY_REQUESTS)
            );
            assert_eq!(requests, 4);
        }
        let client = client.retry(Retry::never());
        let (result, requests) = create(&client, vec![too_many("retry-after: 0\r\n")]);
        assert_eq!(
            (
                result.unwrap_err().refused().unwrap().status.as_u16(),
                requests
            ),
            (429, 1)
        );
    }
}

#[test]
fn twilio_asks_for_more_than_is_waited_for() {
    for client in TestClient::each() {
        for headers in [
            "retry-after: 3600\r\n",
            "retry-after: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
        ] {
            let (result, requests) = create(&client, vec![too_many(headers)]);
            let error = result.unwrap_err();
            let retry_after = error.refused().unwrap().retry_after.unwrap();
            assert!(retry_after.delay(std::time::SystemTime::now()) >= Duration::from_secs(3600));
            assert_eq!(requests, 1);
        }
    }
}

#[test]
fn other_failures_are_not_sent_again() {
    for client in TestClient::each() {
        for status in [400, 408, 500, 502, 503, 504] {
            let answer = Answer::with_headers(status, "retry-after: 0\r\n", "");
            let (result, requests) = create(&client, vec![answer]);
            assert_eq!(
                result.unwrap_err().refused().unwrap().status.as_u16(),
                status
            );
            assert_eq!(requests, 1);
        }
        let (result, requests) = create(&client, vec![Answer::Bytes(vec![])]);
        assert!(!result.as_ref().unwrap_err().is_retryable());
        assert!(
            matches!(result, Err(ClientError::Transport(_))),
            "{result:?}"
        );
        assert_eq!(requests, 1);
    }
}
