//! What success looks like, and what only pretends to.

use serde_json::{Value, json};
use twilio_verify_webhooks::FactorEventType::{Deleted, Verified};
use twilio_verify_webhooks::api::*;

use crate::support::*;

#[test]
fn the_documented_resource() {
    let webhook = fetch()
        .parse(&response(200, resource().to_string()))
        .unwrap();
    assert_eq!(webhook.sid.unwrap(), WEBHOOK);
    assert_eq!(webhook.service_sid.unwrap(), SERVICE);
    assert_eq!(
        webhook.account_sid.unwrap(),
        "AC0123456789abcdef0123456789abcdef"
    );
    assert_eq!(webhook.friendly_name.as_deref(), Some("name"));
    assert_eq!(
        webhook.event_types,
        Some(vec![Deleted.into(), Verified.into()])
    );
    assert!(matches!(webhook.status, Some(Status::Enabled)));
    assert!(matches!(webhook.version, Some(Version::V2)));
    assert_eq!(webhook.webhook_url.as_deref(), Some(HOOK));
    assert!(matches!(webhook.webhook_method, Some(Method::Post)));
    assert_eq!(
        webhook.date_created.unwrap().as_str(),
        "2015-07-30T20:00:00Z"
    );
    assert_eq!(
        webhook.date_updated.unwrap().to_string(),
        "2015-07-30T20:00:01Z"
    );
    assert_eq!(webhook.url, Some(format!("{COLLECTION}/{WEBHOOK}")));
    assert!(webhook.extra.is_empty());
}

#[test]
fn any_status_of_success_will_do() {
    let body = resource().to_string();
    let update = webhooks()
        .update(webhook_sid(), &WebhookUpdate::new())
        .unwrap();
    let delete = webhooks().delete(webhook_sid()).unwrap();
    let list = page(&[resource()], Value::Null).to_string();
    for status in [200, 201, 202, 203, 206, 299] {
        assert!(fetch().parse(&response(status, &body)).is_ok());
        assert!(update.parse(&response(status, &body)).is_ok());
        assert!(
            webhooks()
                .create(&wanted())
                .parse(&response(status, &body))
                .is_ok()
        );
        assert_eq!(
            webhooks()
                .list()
                .parse(&response(status, &list))
                .unwrap()
                .webhooks
                .len(),
            1
        );
        assert!(delete.parse(&response(status, "")).is_ok());
    }
    assert!(delete.parse(&response(204, "")).is_ok());
}

#[test]
fn what_may_be_null_or_missing() {
    let all_null = json!({
        "sid": null, "service_sid": null, "account_sid": null, "friendly_name": null, "event_types": null,
        "status": null, "version": null, "webhook_url": null, "webhook_method": null, "date_created": null,
        "date_updated": null, "url": null,
    });
    let null = fetch().parse(&response(200, all_null.to_string())).unwrap();
    let missing = fetch().parse(&response(200, r#"{"sid":null}"#)).unwrap();
    assert_eq!(null, missing);
    assert!(null.sid.is_none() && null.event_types.is_none() && null.status.is_none());
}

#[test]
fn what_is_unknown_survives() {
    let sent = resource_with(json!({
        "event_types": ["*", "passkey.used"],
        "status": "paused",
        "version": "v9",
        "webhook_method": "PUT",
        "date_created": "yesterday",
        "labels": {"team": ["a", 1, null]},
    }));
    let webhook = fetch().parse(&response(200, sent.to_string())).unwrap();
    assert_eq!(
        webhook.event_types,
        Some(vec![
            EventType::All,
            EventType::Other("passkey.used".into())
        ])
    );
    assert_eq!(webhook.status, Some(Status::Other("paused".into())));
    assert_eq!(webhook.version, Some(Version::Other("v9".into())));
    assert_eq!(webhook.webhook_method, Some(Method::Other("PUT".into())));
    assert_eq!(webhook.date_created.as_ref().unwrap().as_str(), "yesterday");
    assert_eq!(webhook.extra["labels"]["team"][1], 1);
    assert_eq!(serde_json::to_value(&webhook).unwrap(), sent);
    assert_eq!(serde_json::from_value::<Webhook>(sent).unwrap(), webhook);
}

#[test]
fn pages() {
    let next = format!("{COLLECTION}?PageSize=50&Page=1&PageToken=PAYW1");
    let sent = page(
        &[resource(), resource_with(json!({"status": "disabled"}))],
        json!(next),
    );
    let page = webhooks()
        .list()
        .parse(&response(200, sent.to_string()))
        .unwrap();
    assert_eq!(page.webhooks[1].status, Some(Status::Disabled));
    assert_eq!((page.meta.page, page.meta.page_size), (Some(0), Some(50)));
    assert_eq!(page.meta.next_page_url, Some(next));
    assert_eq!(page.meta.previous_page_url, None);
    assert_eq!(page.meta.key.as_deref(), Some("webhooks"));
    assert_eq!(serde_json::to_value(&page).unwrap(), sent);
}

#[test]
fn resources_that_are_none() {
    for (body, path, missing) in [
        (json!({}), "sid", true),
        (
            json!({"code": 20404, "message": "not found", "status": 404}),
            "status",
            false,
        ),
        (resource_with(json!({"sid": "YW1"})), "sid", false),
        (resource_with(json!({"sid": 1})), "sid", false),
        (
            resource_with(json!({"service_sid": WEBHOOK})),
            "service_sid",
            false,
        ),
        (
            resource_with(json!({"event_types": "*"})),
            "event_types",
            false,
        ),
        (
            resource_with(json!({"event_types": ["*", 1]})),
            "event_types[1]",
            false,
        ),
        (
            resource_with(json!({"date_created": 0})),
            "date_created",
            false,
        ),
        (json!([]), "", false),
        (json!([WEBHOOK, SERVICE]), "", false),
        (json!("text"), "", false),
        (Value::Null, "", false),
    ] {
        let ReplyError::Unexpected(error) = refused(&fetch(), 200, body.to_string()) else {
            panic!("{body}")
        };
        assert_eq!(
            (error.path(), error.is_missing()),
            (path, missing),
            "{body}"
        );
    }
}

#[test]
fn pages_that_are_none() {
    let mut without_next = page(&[], Value::Null);
    without_next["meta"]
        .as_object_mut()
        .unwrap()
        .remove("next_page_url");
    let mut without_meta = page(&[], Value::Null);
    without_meta.as_object_mut().unwrap().remove("meta");
    for (body, path, missing) in [
        (json!({}), "webhooks", true),
        (resource(), "webhooks", true),
        (without_meta, "meta", true),
        (without_next, "meta.next_page_url", true),
        (page(&[], json!(1)), "meta.next_page_url", false),
        (
            page(&[resource(), json!({"sid": "YW1"})], Value::Null),
            "webhooks[1].sid",
            false,
        ),
        (
            json!({"webhooks": null, "meta": {"next_page_url": null}}),
            "webhooks",
            false,
        ),
    ] {
        let ReplyError::Unexpected(error) = refused(&webhooks().list(), 200, body.to_string())
        else {
            panic!("{body}")
        };
        assert_eq!(
            (error.path(), error.is_missing()),
            (path, missing),
            "{body}"
        );
    }
}

#[test]
fn a_page_written_as_an_array_is_none() {
    for (body, path) in [
        (json!([[], [null]]), ""),
        (json!([[], {"next_page_url": null}]), ""),
        (json!({"webhooks": [], "meta": [null]}), "meta"),
    ] {
        let ReplyError::Unexpected(error) = refused(&webhooks().list(), 200, body.to_string())
        else {
            panic!("{body}")
        };
        assert_eq!((error.path(), error.is_missing()), (path, false), "{body}");
    }
}

#[test]
fn bodies_that_are_not_json() {
    let whole = resource().to_string();
    for cut in [1, 2, 10, whole.len() - 1] {
        let error = refused(&fetch(), 200, &whole.as_bytes()[..cut]);
        assert_eq!(error, ReplyError::Truncated { found: cut });
    }
    let not_json = |line, column| ReplyError::NotJson { line, column };
    for (body, error) in [
        ("", ReplyError::Empty { status: 200 }),
        (" ", ReplyError::Truncated { found: 1 }),
        ("<html><body>Sign in</body></html>", not_json(1, 1)),
        ("\n\n{sid}", not_json(3, 2)),
        (&format!("{whole}{whole}"), not_json(1, whole.len() + 1)),
        ("\u{feff}{}", not_json(1, 1)),
    ] {
        assert_eq!(refused(&fetch(), 200, body), error, "{body}");
    }
    assert_eq!(refused(&fetch(), 200, [0xff, 0xfe]), not_json(1, 1));
    assert_eq!(
        refused(&fetch(), 204, ""),
        ReplyError::Empty { status: 204 }
    );
    let deep = format!(r#"{{"sid":null,"x":{}"#, "[".repeat(100_000));
    assert!(matches!(
        refused(&fetch(), 200, deep),
        ReplyError::NotJson { .. }
    ));
}

#[test]
fn a_page_of_a_proxy_does_not_mean_that_a_webhook_is_gone() {
    let delete = webhooks().delete(webhook_sid()).unwrap();
    assert_eq!(
        refused(&delete, 200, "<html>"),
        ReplyError::Body {
            status: 200,
            found: 6
        }
    );
    assert_eq!(refused(&delete, 404, "").refused().unwrap().status, 404);
}

#[test]
fn bodies_over_the_limit() {
    let mut body = resource().to_string().into_bytes();
    body.resize(REPLY_LIMIT, b' ');
    assert!(fetch().parse(&response(200, &body)).is_ok());
    body.push(b' ');
    assert_eq!(
        refused(&fetch(), 200, &body),
        ReplyError::TooLarge { limit: REPLY_LIMIT }
    );
    let delete = webhooks().delete(webhook_sid()).unwrap();
    assert_eq!(
        refused(&delete, 200, &body),
        ReplyError::TooLarge { limit: REPLY_LIMIT }
    );
}

#[cfg(feature = "jiff")]
#[test]
fn dates_as_instants() {
    let webhook = webhook_with(json!({"date_updated": "30 July"}));
    let created = webhook.date_created.unwrap().timestamp().unwrap();
    assert_eq!(created.as_second(), 1_438_286_400);
    assert!(webhook.date_updated.unwrap().timestamp().is_err());
}
