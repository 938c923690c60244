use twilio_verify_webhooks::diagnosis::Cause;

use super::{Row, seen};
use crate::scene::*;

const HEADER: &str = "X-Twilio-Signature";

fn hex(signature: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(signature)
        .unwrap();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    // With all characters that are spelled in several ways.
    let (scene, signature) = (0..10_000)
        .map(|number| {
            let uuid = format!("00000000-0000-4000-8000-{number:012}");
            Scene::genuine(&with(pairs.clone(), "uuid", &uuid))
        })
        .map(|scene| (scene.clone(), scene.signature()))
        .find(|(_, signature)| signature.contains('+') && signature.contains('/'))
        .unwrap();
    let spelled = |value: &str| scene.clone().set(HEADER, value);
    let escaped = signature
        .replace('+', "%2B")
        .replace('/', "%2f")
        .replace('=', "%3D");
    let other = token(OTHER_TOKEN).sign(URL, pairs.clone());
    vec![
        seen(
            "absent",
            scene.clone().remove(HEADER),
            &[Cause::SignatureMissing],
        ),
        seen("empty", spelled(""), &[Cause::SignatureEmpty]),
        seen("blank", spelled("  "), &[Cause::SignatureEmpty]),
        seen(
            "twice",
            scene.clone().header(HEADER, &signature),
            &[Cause::SignatureRepeated],
        ),
        seen(
            "with another",
            scene.clone().header(HEADER, &other),
            &[Cause::SignatureRepeated],
        ),
        seen(
            "behind another",
            spelled(&other).header(HEADER, &signature),
            &[Cause::SignatureRepeated],
        ),
        seen(
            "joined",
            spelled(&format!("{signature},{signature}")),
            &[Cause::SignatureJoined],
        ),
        seen(
            "behind another, joined",
            spelled(&format!("{other},{signature}")),
            &[Cause::SignatureJoined],
        ),
        seen(
            "with a space",
            spelled(&format!(" {signature}")),
            &[Cause::SignaturePadded],
        ),
        seen(
            "in quotes",
            spelled(&format!("\"{signature}\"")),
            &[Cause::SignaturePadded],
        ),
        seen("escaped", spelled(&escaped), &[Cause::SignatureEscaped]),
        seen(
            "plus lost",
            spelled(&signature.replace('+', " ")),
            &[Cause::SignatureEscaped],
        ),
        seen(
            "URL-safe",
            spelled(&signature.replace('+', "-").replace('/', "_")),
            &[Cause::SignatureAlphabet],
        ),
        seen(
            "no padding",
            spelled(signature.trim_end_matches('=')),
            &[Cause::SignaturePadding],
        ),
        seen(
            "padding twice",
            spelled(&format!("{signature}=")),
            &[Cause::SignaturePadding],
        ),
        seen(
            "URL-safe without padding",
            spelled(
                &signature
                    .replace('+', "-")
                    .replace('/', "_")
                    .replace('=', ""),
            ),
            &[Cause::SignatureAlphabet, Cause::SignaturePadding],
        ),
        seen(
            "hexadecimal",
            spelled(&hex(&signature)),
            &[Cause::SignatureInHex],
        ),
        seen(
            "cut",
            spelled(&signature[..20]),
            &[Cause::SignatureUnreadable],
        ),
        seen(
            "something else",
            spelled("RAW §"),
            &[Cause::SignatureUnreadable],
        ),
    ]
}
