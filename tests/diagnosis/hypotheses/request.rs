use twilio_verify_webhooks::Receiver;
use twilio_verify_webhooks::diagnosis::Cause;

use super::{Row, seen, unexplained};
use crate::scene::*;

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    let scene = || Scene::genuine(pairs);
    let typed = |content_type: &str| scene().set("Content-Type", content_type);
    let get = |target: &str| {
        Scene::genuine(&Vec::new())
            .text(&format!("https://example.com{target}"))
            .method("GET")
            .body("")
            .target(target)
    };
    let query = format!("/webhook?{}", form(pairs));
    let mut accepting = get("/webhook");
    accepting.builder = accepting.builder.accept_get();
    let mut without_target = get(&query).text(URL);
    without_target.builder = without_target.builder.accept_get();
    without_target.target = None;
    let empty = Scene::genuine(&Vec::new());
    let mut small = scene();
    small.builder = small.builder.body_limit(10);
    small = small
        .remove("X-Twilio-Signature")
        .header("X-Twilio-Signature", "");
    let origin = Receiver::builder_for_origin("https://example.com").auth_token(token(TOKEN));
    let origin = Scene::with_builder(origin, "https://example.com", pairs);
    let neighbour = |header: &'static str, value: &str, body: &str| {
        scene()
            .remove("X-Twilio-Signature")
            .set("Content-Type", "application/json")
            .header(header, value)
            .body(body)
    };
    let other = |cause| [cause, Cause::ContentTypeJson, Cause::SignatureMissing];
    let segment = r#"{"messageId":"m","anonymousId":"a","type":"track"}"#;
    let events = r#"[{"specversion":"1.0","type":"com.twilio.eventstreams.test-event"}]"#;
    let forged = || scene().set("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    let named =
        |value: &str| forged().body(form(&with(pairs.clone(), "factor_friendly_name", value)));
    let members: Vec<String> = (0..9).map(|number| format!("\"m{number}\":1")).collect();
    let members = format!("{{{}}}", members.join(","));
    let private = |url: &str| {
        let mut scene = forged();
        scene.builder = Receiver::builder(url).auth_token(token(TOKEN));
        scene
    };
    vec![
        seen(
            "SendGrid",
            neighbour("X-Twilio-Email-Event-Webhook-Signature", "MEUC", "[]"),
            &other(Cause::Sendgrid),
        ),
        seen(
            "Authy",
            neighbour("X-Authy-Signature", "abc=", "{}"),
            &other(Cause::Authy),
        ),
        seen(
            "Segment",
            neighbour("X-Signature", "00ff", segment),
            &other(Cause::Segment),
        ),
        seen(
            "Segment by its agent",
            neighbour("User-Agent", "Segment.io/1.0", "{}"),
            &other(Cause::Segment),
        ),
        seen(
            "like Segment",
            neighbour("Host", "h.com", segment),
            &other(Cause::Segment),
        ),
        seen(
            "a signature header of anyone",
            scene()
                .remove("X-Twilio-Signature")
                .header("X-Signature", "00ff"),
            &[Cause::SignatureMissing],
        ),
        seen(
            "Event Streams",
            neighbour("Host", "h.com", events).target("/webhook?bodySHA256=00"),
            &other(Cause::EventStreams),
        ),
        unexplained(
            "Event Streams, its hash unknown",
            forged()
                .set("Content-Type", "application/json")
                .body(events),
            &[Cause::EventStreams, Cause::ContentTypeJson],
        ),
        unexplained(
            "a replacement character",
            named("Zo\u{fffd}"),
            &[Cause::CharacterLost],
        ),
        unexplained(
            "a question mark in a word",
            named("J?rg"),
            &[Cause::CharacterLost],
        ),
        unexplained(
            "a question mark at the end",
            named("Zo? iPhone"),
            &[Cause::CharacterLost],
        ),
        unexplained(
            "a question",
            forged().body(form(&with(
                pairs.clone(),
                "challenge_metadata",
                r#"{"a":"Who? Me?"}"#,
            ))),
            &[],
        ),
        unexplained(
            "many members",
            forged().body(form(&with(pairs.clone(), "challenge_metadata", &members))),
            &[Cause::JsonOrder],
        ),
        unexplained(
            "this machine",
            private("http://127.0.0.1:3000/x"),
            &[Cause::PrivateUrl],
        ),
        unexplained("a container", private("http://web/x"), &[Cause::PrivateUrl]),
        unexplained(
            "a private network",
            private("https://[fd00::1]/x"),
            &[Cause::PrivateUrl],
        ),
        unexplained(
            "a cluster",
            private("http://web.prod.svc.internal/x"),
            &[Cause::PrivateUrl],
        ),
        unexplained("a public address", private("http://8.8.8.8/x"), &[]),
        seen("PUT", scene().method("PUT"), &[Cause::Method]),
        seen("GET not accepted", get(&query), &[Cause::GetDelivery]),
        seen(
            "redirected",
            get("/webhook"),
            &[Cause::GetWithoutParameters],
        ),
        seen(
            "redirected, GET accepted",
            accepting,
            &[Cause::GetWithoutParameters],
        ),
        seen(
            "no target with GET",
            without_target,
            &[Cause::TargetMissing],
        ),
        seen("no target with an origin", origin, &[Cause::TargetMissing]),
        seen(
            "no content type",
            scene().remove("Content-Type"),
            &[Cause::ContentTypeMissing],
        ),
        seen(
            "two content types",
            scene().header("Content-Type", FORM),
            &[Cause::ContentTypeRepeated],
        ),
        seen(
            "JSON",
            typed("application/json; charset=utf-8"),
            &[Cause::ContentTypeJson],
        ),
        seen(
            "JSON of a kind",
            typed("application/vnd.api+json"),
            &[Cause::ContentTypeJson],
        ),
        seen(
            "multipart",
            typed("multipart/form-data; boundary=x"),
            &[Cause::ContentTypeMultipart],
        ),
        seen("text", typed("text/plain"), &[Cause::ContentTypeOther]),
        seen(
            "gzip",
            scene().header("Content-Encoding", "gzip"),
            &[Cause::ContentEncoded],
        ),
        seen("empty", empty.clone(), &[Cause::BodyEmpty]),
        seen(
            "consumed",
            empty.header("Content-Length", "312"),
            &[Cause::BodyEmpty],
        ),
        // The signature is right for what came, so that something else must be the matter: the receiver is strict.
        seen(
            "another length",
            Scene::genuine(&with(pairs.clone(), "some_new_name", "1"))
                .header("Content-Length", "9000")
                .strict(),
            &[Cause::BodyLength],
        ),
        seen(
            "large",
            small,
            &[Cause::BodyTooLarge, Cause::SignatureEmpty],
        ),
    ]
}

impl Scene {
    fn strict(mut self) -> Self {
        self.builder = self.builder.strict();
        self
    }
}
