use twilio_verify_webhooks::Receiver;
use twilio_verify_webhooks::diagnosis::Cause;

use super::{Row, seen};
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
    vec![
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
