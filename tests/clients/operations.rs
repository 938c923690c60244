//! What goes over the wire, and what comes back.

use serde_json::json;
use twilio_verify_webhooks::api::*;

use crate::client::*;
use crate::server::*;

#[track_caller]
fn assert_request(request: &str, line: &str, form: Option<&str>) {
    let (head, body) = request.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next().unwrap(), format!("{line} HTTP/1.1"));
    let headers: Vec<_> = lines
        .filter(|header| !header.starts_with("host: ") && !header.starts_with("accept-encoding: "))
        .collect();
    let authorization = format!("authorization: {BASIC}");
    let agent = format!(
        "user-agent: twilio-verify-webhooks/{}",
        env!("CARGO_PKG_VERSION")
    );
    let length = format!("content-length: {}", form.unwrap_or_default().len());
    let mut expected = vec!["accept: application/json", &authorization];
    if form.is_some() {
        expected.extend([
            &length[..],
            "content-type: application/x-www-form-urlencoded",
        ]);
    }
    expected.push(&agent);
    assert_eq!(headers, expected);
    assert_eq!(body, form.unwrap_or_default());
}

#[test]
fn all_five() {
    for client in TestClient::each() {
        let server = Server::new([
            Answer::json(201, &resource(json!({}))),
            Answer::json(200, &resource(json!({}))),
            Answer::json(200, &page(&[resource(json!({}))], None)),
            Answer::json(200, &resource(json!({"status": "disabled"}))),
            Answer::json(200, &resource(json!({}))),
            Answer::status(204),
        ]);
        let webhooks = webhooks(&server);
        let created = client.send(&webhooks.create(&wanted())).unwrap();
        assert_eq!(created.sid, Some(webhook_sid()));
        let fetched = client.send(&fetch(&server)).unwrap();
        assert_eq!(fetched, created);
        let listed = client.send(&webhooks.list()).unwrap();
        assert_eq!(listed.webhooks, [created]);
        let update = WebhookUpdate::new().status(Status::Disabled);
        let updated = client
            .send(&webhooks.update(webhook_sid(), &update).unwrap())
            .unwrap();
        assert_eq!(updated.status, Some(Status::Disabled));
        let nothing = webhooks
            .update(webhook_sid(), &WebhookUpdate::new())
            .unwrap();
        assert_eq!(client.send(&nothing).unwrap(), fetched);
        client
            .send(&webhooks.delete(webhook_sid()).unwrap())
            .unwrap();

        let list = format!("/v2/Services/{SERVICE}/Webhooks");
        let form = "FriendlyName=backend&EventTypes=challenge.approved&WebhookUrl=https%3A%2F%2Fexample.com%2Fwebhook";
        let requests = server.requests();
        assert_eq!(requests.len(), 6);
        assert_request(&requests[0], &format!("POST {list}"), Some(form));
        assert_request(&requests[1], &format!("GET {list}/{WEBHOOK}"), None);
        assert_request(&requests[2], &format!("GET {list}"), None);
        assert_request(
            &requests[3],
            &format!("POST {list}/{WEBHOOK}"),
            Some("Status=disabled"),
        );
        assert_request(&requests[4], &format!("POST {list}/{WEBHOOK}"), Some(""));
        assert_request(&requests[5], &format!("DELETE {list}/{WEBHOOK}"), None);
    }
}

#[test]
fn all_pages() {
    for client in TestClient::each() {
        let named = |name| resource(json!({"friendly_name": name}));
        let server = Server::at(|base_url| {
            let next = |number| {
                Some(list_url(
                    base_url,
                    &format!("?PageSize=2&Page={number}&PageToken=PA{number}"),
                ))
            };
            [
                Answer::json(200, &page(&[named("a"), named("b")], next(1))),
                Answer::json(200, &page(&[named("c")], next(2))),
                Answer::json(200, &page(&[], None)),
            ]
        });
        let webhooks = webhooks(&server).with_page_size(2).unwrap();
        let all = client.list_all(&webhooks).unwrap();
        assert!(
            all.iter()
                .filter_map(|webhook| webhook.friendly_name.as_deref())
                .eq(["a", "b", "c"])
        );
        let list = format!("GET /v2/Services/{SERVICE}/Webhooks?PageSize=2");
        let requests = server.requests();
        for (request, query) in
            requests
                .iter()
                .zip(["", "&Page=1&PageToken=PA1", "&Page=2&PageToken=PA2"])
        {
            assert_request(request, &format!("{list}{query}"), None);
        }
        assert_eq!(requests.len(), 3);
    }
}

#[test]
fn ensured() {
    for client in TestClient::each() {
        let other = resource(json!({"sid": WEBHOOK.replace('f', "e"), "friendly_name": "other"}));
        let differs = resource(json!({"friendly_name": "x"}));
        let same = resource(json!({}));
        for (existing, reply, outcome, duplicates, form) in [
            (
                vec![],
                Some(201),
                Outcome::Created,
                0,
                "FriendlyName=backend&EventTypes=challenge.approved&WebhookUrl=https%3A%2F%2Fexample.com%2Fwebhook",
            ),
            (
                vec![differs],
                Some(200),
                Outcome::Updated,
                0,
                "FriendlyName=backend",
            ),
            (vec![other, same.clone()], None, Outcome::Unchanged, 1, ""),
        ] {
            let mut answers = vec![Answer::json(200, &page(&existing, None))];
            answers.extend(reply.map(|status| Answer::json(status, &same)));
            let server = Server::new(answers);
            let ensured = client.ensure(&webhooks(&server), &wanted()).unwrap();
            assert_eq!(ensured.outcome, outcome);
            assert_eq!(ensured.webhook.sid, Some(webhook_sid()));
            assert_eq!(ensured.duplicates.len(), duplicates);
            let requests = server.requests();
            assert_eq!(requests.len(), 1 + usize::from(reply.is_some()));
            if let Some(request) = requests.get(1) {
                assert!(request.ends_with(&format!("\n\n{form}")), "{request}");
            }
        }
    }
}

#[test]
fn nothing_is_done_on_half_a_list() {
    for client in TestClient::each() {
        let server = Server::at(|base_url| {
            [
                Answer::json(200, &page(&[], Some(list_url(base_url, "?Page=1")))),
                Answer::json(
                    500,
                    &json!({"code": 20500, "message": "Internal Server Error"}),
                ),
            ]
        });
        let error = client.ensure(&webhooks(&server), &wanted()).unwrap_err();
        assert_eq!(error.refused().unwrap().code, Some(ErrorCode(20500)));
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn futures_may_move_between_threads() {
    fn assert_send(_: impl Send) {}

    let client = ReqwestClient::new().unwrap();
    let webhooks = webhooks_at("http://127.0.0.1");
    assert_send(client.send(&webhooks.list()));
    assert_send(client.list_all(&webhooks));
    assert_send(client.ensure(&webhooks, &wanted()));
}
