use twilio_verify_webhooks::diagnosis::Cause;
use twilio_verify_webhooks::*;

use super::{Row, proved, seen, unexplained};
use crate::scene::*;

const ID: &str = "webhooks_sharedkey_01k4zv6x";
const SECRET: &str = "a-shared-secret";
const SETTINGS: &str = "X-Twilio-Webhooks-Signature-Settings";

fn shared(id: &str, algorithm: Algorithm) -> SharedKey {
    SharedKey::new(id, SECRET, algorithm).unwrap()
}

/// A receiver with a token that is not the one that signed.
fn other_token(pairs: &Pairs) -> Scene {
    let builder = Receiver::builder(URL).auth_token(token(OTHER_TOKEN));
    Scene::with_builder(builder, URL, pairs)
}

/// A delivery signed with a SharedKey, and a receiver with the keys given.
fn signed_with(key: &SharedKey, keys: &[Key], pairs: &Pairs) -> Scene {
    let builder = keys
        .iter()
        .cloned()
        .fold(Receiver::builder(URL), ReceiverBuilder::key);
    Scene::with_builder(builder, URL, pairs)
        .set("X-Twilio-Signature", &key.sign(URL, pairs.clone()))
        .header(SETTINGS, &key.settings())
}

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut scene = other_token(pairs);
    scene.keys = vec![
        ("sub-account", token("another").into()),
        ("before May", token(TOKEN).into()),
    ];
    rows.push(proved("an older token", scene, &[Cause::OtherKey]));

    for (secret, causes) in [
        (TOKEN, &[Cause::OtherKey][..]),
        (
            "0123456789abcdef0123456789abcdef\n",
            &[Cause::SecretWhiteSpace],
        ),
        (
            "\u{feff} 0123456789abcdef0123456789abcdef",
            &[Cause::SecretWhiteSpace],
        ),
        (
            "0123456789abcdef0123456789abcdef\\n",
            &[Cause::SecretWhiteSpace],
        ),
        (
            "\"0123456789abcdef0123456789abcdef\"",
            &[Cause::SecretQuotes],
        ),
        ("'0123456789abcdef0123456789abcdef'", &[Cause::SecretQuotes]),
        ("“0123456789abcdef0123456789abcdef”", &[Cause::SecretQuotes]),
        (
            "TWILIO_AUTH_TOKEN=0123456789abcdef0123456789abcdef",
            &[Cause::SecretAssignment],
        ),
        (
            "export TOKEN=0123456789abcdef0123456789abcdef",
            &[Cause::SecretAssignment],
        ),
        (
            "auth_token: 0123456789abcdef0123456789abcdef",
            &[Cause::SecretAssignment],
        ),
        ("0123456789ABCDEF0123456789ABCDEF", &[Cause::SecretCase]),
        (
            "export TOKEN=\"0123456789abcdef0123456789abcdef\"\n",
            &[
                Cause::SecretWhiteSpace,
                Cause::SecretAssignment,
                Cause::SecretQuotes,
            ],
        ),
    ] {
        let mut scene = other_token(pairs);
        scene.secret = Some(secret);
        rows.push(proved(&format!("secret {secret:?}"), scene, causes));
    }
    let (sha1, sha256) = (
        shared(ID, Algorithm::HmacSha1),
        shared(ID, Algorithm::HmacSha256),
    );
    let auth_token: Key = token(TOKEN).into();

    let mut scene = signed_with(&sha256, &[sha1.clone().into()], pairs);
    scene.secret = Some(SECRET);
    let row = proved(
        "a secret with the other algorithm",
        scene,
        &[Cause::SecretAlgorithm],
    );
    rows.push(row.seeing(&[Cause::SharedKeyUnknown]));

    let scene = signed_with(&sha256, &[auth_token.clone(), sha256.clone().into()], pairs);
    rows.push(
        proved(
            "settings header lost",
            scene.remove(SETTINGS),
            &[Cause::SettingsHeader],
        )
        .seeing(&[Cause::AlgorithmMismatch]),
    );
    let other_id = shared("webhooks_sharedkey_other", Algorithm::HmacSha256);
    let scene = signed_with(&sha256, &[other_id.into()], pairs);
    rows.push(
        proved("another id", scene, &[Cause::SettingsHeader]).seeing(&[Cause::SharedKeyUnknown]),
    );
    let scene = signed_with(&sha256, &[sha256.clone().into()], pairs);
    rows.push(seen(
        "malformed settings",
        scene.set(SETTINGS, "HMAC_SHA256"),
        &[Cause::SettingsUnreadable],
    ));
    rows.last_mut().unwrap().causes = vec![Cause::SettingsHeader];
    let scene = Scene::genuine(pairs)
        .header(SETTINGS, "")
        .header(SETTINGS, "");
    rows.push(
        proved("settings twice", scene, &[Cause::SettingsHeader])
            .seeing(&[Cause::SettingsUnreadable]),
    );

    let mut scene = signed_with(&sha256, &[auth_token], pairs);
    scene.keys = vec![("the new shared key", sha256.into())];
    rows.push(
        proved(
            "a shared key that is not configured",
            scene,
            &[Cause::OtherKey],
        )
        .seeing(&[Cause::SharedKeyUnknown]),
    );
    let mut scene = other_token(pairs);
    scene.secret = Some("ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5");
    scene.keys = vec![("right", token(TOKEN).into())];
    rows.push(proved("a SID as secret", scene, &[Cause::OtherKey]).seeing(&[Cause::SecretIsSid]));
    for (secret, seen) in [
        ("undefined", &[Cause::SecretPlaceholder][..]),
        ("${TWILIO_AUTH_TOKEN}", &[Cause::SecretPlaceholder]),
        ("TWILIO_AUTH_TOKEN=${TOKEN}", &[Cause::SecretPlaceholder]),
        ("your_auth_token", &[Cause::SecretPlaceholder]),
        ("<your auth token>", &[Cause::SecretPlaceholder]),
        ("[AuthToken]", &[Cause::SecretPlaceholder]),
        (
            "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            &[Cause::SecretPlaceholder],
        ),
        ("{{ twilio.auth_token }}", &[Cause::SecretPlaceholder]),
        ("$TWILIO_AUTH_TOKEN", &[Cause::SecretPlaceholder]),
        ("SKa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5", &[Cause::SecretIsSid]),
        ("ZSa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5", &[Cause::SecretIsSid]),
        ("aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF", &[Cause::SecretIsApiKey]),
        ("0123456789abcdef0123456789abcde", &[Cause::SecretLength]),
        ("0123456789abcdef0123456789abcdef0", &[Cause::SecretLength]),
        ("", &[Cause::SecretLength]),
        (OTHER_TOKEN, &[]),
    ] {
        let mut scene = other_token(pairs);
        scene.secret = Some(secret);
        scene.keys = vec![("right", token(TOKEN).into())];
        let row = proved(&format!("{secret:?} as secret"), scene, &[Cause::OtherKey]);
        rows.push(row.seeing(seen));
    }
    let scene = other_token(pairs).header("X-Home-Region", "ie1");
    rows.push(unexplained("another region", scene, &[Cause::OtherRegion]));
    let scene = other_token(pairs).header("X-Home-Region", "us1");
    rows.push(unexplained("the usual region", scene, &[]));
    rows
}
