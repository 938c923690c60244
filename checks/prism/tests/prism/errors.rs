//! Errors: those Twilio documents, and those of the mock server itself.

use twilio_verify_webhooks::ChallengeEventType::Approved;
use twilio_verify_webhooks::api::*;

use crate::client::*;

fn refused<T: Reply>(client: &TestClient, call: &Call<T>) -> ErrorReply {
    match client.send(call) {
        Ok(_) => panic!("expected an error"),
        Err(error) => error.refused().expect("an error status").clone(),
    }
}

#[test]
fn in_twilios_shape() {
    for (prefer, status, code, message) in [
        (
            "code=401",
            401,
            ErrorCode::AUTHENTICATION_FAILED,
            "Authenticate",
        ),
        (
            "code=404",
            404,
            ErrorCode::NOT_FOUND,
            "The requested resource was not found",
        ),
        (
            "code=429",
            429,
            ErrorCode::TOO_MANY_REQUESTS,
            "Too Many Requests",
        ),
    ] {
        for client in TestClient::each(prefer) {
            for reply in [
                refused(&client, &webhooks().fetch(webhook_sid()).unwrap()),
                refused(&client, &webhooks().delete(webhook_sid()).unwrap()),
                refused(&client, &webhooks().list()),
            ] {
                assert_eq!((reply.status.as_u16(), reply.code), (status, Some(code)));
                assert_eq!(reply.message.as_deref(), Some(message));
                assert_eq!(
                    reply.more_info,
                    Some(format!("https://www.twilio.com/docs/errors/{code}"))
                );
                assert_eq!(reply.is_retryable(), status == 429);
            }
        }
    }
}

#[test]
fn wrong_input() {
    for client in TestClient::each("") {
        let new = NewWebhook::new("a", Approved, HOOK).unwrap();
        let update = WebhookUpdate::new().status("paused".into());
        for call in [
            webhooks().create(&new.clone().status("paused".into())),
            webhooks().create(&new.version("v3".into())),
            webhooks().update(webhook_sid(), &update).unwrap(),
        ] {
            let reply = refused(&client, &call);
            assert_eq!(
                (reply.status.as_u16(), reply.code),
                (400, Some(ErrorCode::INVALID_PARAMETER))
            );
        }
    }
}

#[test]
fn in_the_shape_of_problem_details() {
    for client in TestClient::each("example=readEmpty") {
        let mut page = client.send(&webhooks().list()).unwrap();
        page.meta.next_page_url = Some("?PageSize=0".into());
        let call = webhooks().next_page(&page).unwrap().unwrap();
        let reply = refused(&client, &call);
        assert_eq!((reply.status.as_u16(), reply.code), (422, None));
        assert_eq!(reply.message.as_deref(), Some("Invalid request"));
        assert!(reply.detail.is_some());
        assert!(
            reply
                .more_info
                .unwrap()
                .starts_with("https://stoplight.io/prism/errors#")
        );
        assert!(reply.body.contains("pagesize"), "{}", reply.body);
    }
}
