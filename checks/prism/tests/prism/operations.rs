//! All operations, with the replies of the examples and with generated ones.

use twilio_verify_webhooks::ChallengeEventType::{Approved, Denied};
use twilio_verify_webhooks::FactorEventType::{Deleted, Verified};
use twilio_verify_webhooks::api::*;

use crate::client::*;

fn wanted() -> NewWebhook {
    NewWebhook::new("name", EventTypes::from(Verified).and(Deleted), HOOK).unwrap()
}

#[test]
fn create() {
    for client in TestClient::each("") {
        for new in [
            wanted(),
            NewWebhook::new(
                "é & +",
                EventTypes::all(),
                "https://example.com/?a=b&c=%20#rc=2",
            )
            .unwrap(),
            NewWebhook::new(
                "a",
                EventTypes::from(Approved)
                    .and(Denied)
                    .and(EventType::from("x.y")),
                HOOK,
            )
            .unwrap()
            .status(Status::Disabled)
            .version(Version::V1),
        ] {
            let created = client.send(&webhooks().create(&new)).unwrap();
            assert_eq!(created.sid, Some(webhook_sid()));
            assert_eq!(created.webhook_url.as_deref(), Some(HOOK));
        }
    }
}

#[test]
fn fetch() {
    for client in TestClient::each("") {
        let webhook = client
            .send(&webhooks().fetch(webhook_sid()).unwrap())
            .unwrap();
        assert_eq!(
            webhook.event_types,
            Some(vec![Deleted.into(), Verified.into()])
        );
        assert!(webhook.extra.is_empty());
    }
}

#[test]
fn update() {
    for client in TestClient::each("") {
        for update in [
            WebhookUpdate::new(),
            WebhookUpdate::new().status(Status::Disabled),
            WebhookUpdate::new().event_types(EventTypes::all()),
            WebhookUpdate::new()
                .friendly_name("b")
                .unwrap()
                .event_types(EventTypes::from(Approved).and(Denied))
                .webhook_url(HOOK)
                .unwrap()
                .status(Status::Enabled)
                .version(Version::V2),
        ] {
            let call = webhooks().update(webhook_sid(), &update).unwrap();
            assert_eq!(client.send(&call).unwrap().sid, Some(webhook_sid()));
        }
    }
}

#[test]
fn delete() {
    for client in TestClient::each("") {
        client
            .send(&webhooks().delete(webhook_sid()).unwrap())
            .unwrap();
    }
}

#[test]
fn list() {
    for (prefer, count) in [("example=readEmpty", 0), ("example=readFull", 1)] {
        for client in TestClient::each(prefer) {
            for webhooks in [
                webhooks(),
                webhooks().with_page_size(1).unwrap(),
                webhooks().with_page_size(1000).unwrap(),
            ] {
                assert_eq!(client.send(&webhooks.list()).unwrap().webhooks.len(), count);
            }
            assert_eq!(client.list_all().unwrap().len(), count);
        }
    }
}

#[test]
fn next_pages() {
    for client in TestClient::each("example=readFirstOfTwo") {
        // The example names a page of Twilio's, which is not where the list was asked for.
        let error = client.list_all().unwrap_err();
        let ClientError::Reply(ReplyError::NextPage(error)) = error else {
            panic!("unexpected {error:?}")
        };
        assert_eq!(error, NextPageError::Origin);

        let mut page = client.send(&webhooks().list()).unwrap();
        let next = page
            .meta
            .next_page_url
            .unwrap()
            .replace("https://verify.twilio.com", &base_url());
        page.meta.next_page_url = Some(next);
        let call = webhooks().next_page(&page).unwrap().unwrap();
        let query = "PageSize=1&Page=1&PageToken=PAYWaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
        assert_eq!(call.to_request().uri().query(), Some(query));
        assert_eq!(client.send(&call).unwrap().webhooks.len(), 1);
    }
}

#[test]
fn ensure() {
    // The mock server keeps nothing: whether there is a webhook is for the test to say.
    for client in TestClient::each("") {
        assert_eq!(client.ensure(&wanted()).unwrap().outcome, Outcome::Created);
    }
    for client in TestClient::each("example=readFull") {
        assert_eq!(
            client.ensure(&wanted()).unwrap().outcome,
            Outcome::Unchanged
        );
        let differs = wanted().status(Status::Disabled);
        let plan = Plan::new(&differs, client.list_all().unwrap());
        let Step::Update { sid, update } = plan.step else {
            panic!("unexpected {:?}", plan.step)
        };
        let call = webhooks().update(sid, &update).unwrap();
        for client in TestClient::each("") {
            client.send(&call).unwrap();
        }
    }
}

#[test]
fn generated_replies() {
    for client in TestClient::each("dynamic=true") {
        let (mut nulls, mut texts) = (0, 0);
        for _ in 0..50 {
            let webhook = client
                .send(&webhooks().fetch(webhook_sid()).unwrap())
                .unwrap();
            match webhook.friendly_name {
                None => nulls += 1,
                Some(_) => texts += 1,
            }
            assert!(matches!(
                webhook.status,
                None | Some(Status::Enabled | Status::Disabled)
            ));
            assert!(matches!(
                webhook.version,
                None | Some(Version::V1 | Version::V2)
            ));
            assert!(matches!(
                webhook.webhook_method,
                None | Some(Method::Get | Method::Post)
            ));
            client.send(&webhooks().list()).unwrap();
            client.send(&webhooks().create(&wanted())).unwrap();
        }
        assert!(nulls > 0 && texts > 0, "{nulls} {texts}");
    }
}
