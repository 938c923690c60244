use sha2::{Digest as _, Sha256};
use twilio_verify_webhooks::Receiver;
use twilio_verify_webhooks::diagnosis::Cause;
use twilio_verify_webhooks::signature::string_to_sign;

use super::{Row, proved};
use crate::scene::*;

fn hash(body: &str) -> String {
    Sha256::digest(body)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    let scene = || Scene::genuine(pairs);
    let form = form(pairs);
    let none: [(&str, &str); 0] = [];
    let json = r#"{"a":1}"#;
    let with_json = |url: &str, hash: &str| {
        let target = format!("/webhook?bodySHA256={hash}");
        Scene::new(url, &format!("https://example.com{target}"), &Vec::new())
            .body(json)
            .target(&target)
            .set("Content-Type", "application/json")
    };
    let configured = "https://example.com/webhook?tenant=1";
    let behind = format!("{configured}&bodySHA256={}", hash(json));
    let behind_query = Scene::new(configured, &behind, &Vec::new())
        .body(json)
        .target(behind.strip_prefix("https://example.com").unwrap())
        .set("Content-Type", "application/json");
    let get = |signed: &str| {
        let builder = Receiver::builder(configured)
            .auth_token(token(TOKEN))
            .accept_get();
        let target = format!("/webhook?tenant=1&{form}");
        let mut scene = Scene::with_builder(builder, URL, &Vec::new());
        scene.body = Vec::new();
        scene.method("GET").target(&target).text(signed)
    };
    let merged = [pairs.clone(), vec![("tenant".into(), "1".into())]].concat();
    vec![
        proved("URL alone", scene().text(URL), &[Cause::BodyNotSigned]),
        proved("JSON", with_json(URL, &hash(json)), &[Cause::JsonWebhook])
            .seeing(&[Cause::ContentTypeJson]),
        proved("JSON behind a query", behind_query, &[Cause::JsonWebhook])
            .seeing(&[Cause::ContentTypeJson]),
        proved(
            "JSON that was altered",
            with_json(URL, &hash("{}")),
            &[Cause::JsonWebhook, Cause::JsonBodyAltered],
        )
        .seeing(&[Cause::ContentTypeJson]),
        proved(
            "GET as POST",
            scene().text(&format!("{URL}?{form}")),
            &[Cause::GetAsPost],
        ),
        proved(
            "GET as POST behind a query",
            Scene::new(configured, configured, pairs).text(&format!("{configured}&{form}")),
            &[Cause::GetAsPost],
        ),
        proved(
            "POST as GET",
            get(&string_to_sign(configured, pairs.clone())),
            &[Cause::PostAsGet],
        ),
        proved(
            "parameters of a GET signed twice",
            get(&string_to_sign(
                &format!("{configured}&{form}"),
                merged.clone(),
            )),
            &[Cause::QueryInParameters],
        ),
        proved(
            "parameters in the query of a POST",
            scene().body("").target(&format!("/webhook?{form}")),
            &[Cause::ParametersInQuery],
        )
        .seeing(&[Cause::BodyEmpty]),
        proved(
            "query signed as parameters too",
            Scene::new(configured, configured, pairs).text(&string_to_sign(configured, merged)),
            &[Cause::QueryInParameters],
        ),
        proved(
            "raw body",
            scene().text(&format!("{}{form}", string_to_sign(URL, none))),
            &[Cause::SignedRawBody],
        ),
        proved(
            "the query sorted on the way, with GET",
            {
                let configured = "https://example.com/webhook?z=1&a=2";
                let builder = Receiver::builder(configured)
                    .auth_token(token(TOKEN))
                    .accept_get();
                let mut sorted: Vec<&str> = form.split('&').chain(["a=2", "z=1"]).collect();
                sorted.sort_unstable();
                let signed: Vec<&str> = sorted
                    .iter()
                    .copied()
                    .filter(|pair| !["a=2", "z=1"].contains(pair))
                    .collect();
                Scene::with_builder(builder, URL, &Vec::new())
                    .body("")
                    .method("GET")
                    .target(&format!("/webhook?{}", sorted.join("&")))
                    .text(&format!("{configured}&{}", signed.join("&")))
            },
            &[Cause::QueryOrder],
        ),
    ]
}
