use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twilio_verify_webhooks::diagnosis::Cause;
use twilio_verify_webhooks::signature::string_to_sign;

use super::{Row, proved};
use crate::scene::*;

fn repeated(pairs: &Pairs, name: &str, values: &[&str]) -> Pairs {
    let values = values
        .iter()
        .map(|value| (name.to_owned(), (*value).to_owned()));
    pairs.iter().cloned().chain(values).collect()
}

/// The text of parameters in the order given.
fn text(pairs: &[(String, String)]) -> String {
    let pieces = pairs
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value]);
    URL.to_owned() + &pieces.collect::<String>()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(1);
        name + &initial.to_ascii_uppercase() + rest
    })
}

pub(super) fn rows(pairs: &Pairs) -> Vec<Row> {
    let genuine = || Scene::genuine(pairs);
    let received = |other: &Pairs| genuine().body(form(other));
    let signed = |other: &Pairs| Scene::genuine(other).body(form(pairs));
    let set = |name: &str, value: &str| with(pairs.clone(), name, value);
    let named = |value: &str| set("factor_friendly_name", value);
    let json = |value: &str| set("challenge_metadata", value);
    let both = |signed: &Pairs, received: &Pairs| Scene::genuine(signed).body(form(received));
    let raw = form(pairs);
    let mut rows = vec![
        proved(
            "one added",
            received(&set("_token", "x")),
            &[Cause::ParameterAdded],
        ),
        proved(
            "a documented one added",
            received(&set("challenge_hidden_details", "{}")),
            &[Cause::ParameterAdded],
        ),
        proved(
            "three added",
            received(&with(with(set("_a", "1"), "_b", "2"), "_c", "3")),
            &[Cause::ParameterAdded],
        ),
        proved(
            "a blank dropped",
            signed(&set("challenge_hidden_details", "")),
            &[Cause::BlankDropped],
        ),
        proved(
            "two blanks dropped",
            signed(&with(
                set("challenge_hidden_details", ""),
                "challenge_metadata",
                "",
            )),
            &[Cause::BlankDropped, Cause::BlankDropped],
        ),
        proved(
            "line break behind",
            genuine().body(raw.clone() + "\n"),
            &[Cause::BodyLineBreak],
        ),
        proved(
            "CRLF behind",
            genuine().body(raw.clone() + "\r\n"),
            &[Cause::BodyLineBreak],
        ),
        proved(
            "in base64",
            genuine().body(STANDARD.encode(&raw)),
            &[Cause::FormInBase64],
        ),
        proved(
            "unescaped",
            both(&named("A & B = C+D"), &named("A & B = C+D")).body(
                named("A & B = C+D")
                    .iter()
                    .map(|(name, value)| format!("{name}={value}"))
                    .collect::<Vec<_>>()
                    .join("&"),
            ),
            &[Cause::Unescaped],
        ),
        proved(
            "signed escaped",
            both(&named("A & B"), &named("A & B")).text(&string_to_sign(
                URL,
                form(&named("A & B"))
                    .split('&')
                    .map(|pair| pair.split_once('=').unwrap()),
            )),
            &[Cause::SignedEscaped],
        ),
        proved(
            "not sorted",
            genuine().text(&text(pairs)),
            &[Cause::Unsorted],
        ),
        proved(
            "plus signs",
            both(&named("+49 1+1"), &named("+49 1+1"))
                .body(form(&named("+49 1+1")).replace("%2B", "+")),
            &[Cause::PlusSigns],
        ),
        proved(
            "escaped names",
            genuine().body(
                raw.split('&')
                    .map(|pair| {
                        let (name, value) = pair.split_once('=').unwrap();
                        format!("{}={value}", camel_case(name))
                    })
                    .collect::<Vec<_>>()
                    .join("&"),
            ),
            &[Cause::NamesRewritten],
        ),
        proved(
            "ampersands escaped for HTML",
            genuine().body(raw.replace('&', "&amp;")),
            &[Cause::HtmlEscaped],
        ),
    ];
    for space in [" ", "\n", "\r\n", "\t"] {
        let value = |value: String| {
            proved(
                &format!("trimmed {value:?}"),
                both(&named(&value), &named("Phone")),
                &[Cause::WhiteSpaceTrimmed],
            )
        };
        rows.push(value(format!("Phone{space}")));
        rows.push(value(format!("{space}Phone")));
    }
    let padded = |pairs: &Pairs| -> Pairs {
        let pad = |(name, value): &(String, String)| (name.clone(), format!("{value} "));
        pairs.iter().map(pad).collect()
    };
    rows.push(proved(
        "white space added",
        received(&padded(pairs)),
        &[Cause::WhiteSpaceAdded],
    ));
    for null in ["null", "None", "undefined"] {
        let scene = both(&json(""), &json(null));
        rows.push(proved(
            &format!("blank as {null}"),
            scene,
            &[Cause::BlankReplaced],
        ));
    }
    let spelled = |json: &str| set("challenge_metadata", json);
    let compact = r#"{"a":"b/c é 😃 \" \\","d":[1,{}]}"#;
    for other in [
        r#"{"a": "b/c é 😃 \" \\", "d": [1, {}]}"#,
        r#"{"a":"b\/c é 😃 \" \\","d":[1,{}]}"#,
        r#"{"a":"b/c \u00e9 \ud83d\ude03 \" \\","d":[1,{}]}"#,
        r#"{"a":"b\/c \u00e9 \ud83d\ude03 \" \\","d":[1,{}]}"#,
        r#"{"a": "b/c \u00e9 \ud83d\ude03 \" \\", "d": [1, {}]}"#,
        "{\n  \"a\": \"b/c é 😃 \\\" \\\\\",\n  \"d\": [\n    1,\n    {}\n  ]\n}",
    ] {
        for (signed, received) in [(compact, other), (other, compact)] {
            let scene = both(&spelled(signed), &spelled(received));
            rows.push(proved(
                &format!("{signed} as {received}"),
                scene,
                &[Cause::JsonRespelled],
            ));
        }
    }
    for (signed, received) in [("a\nb", "a\r\nb"), ("a\r\nb", "a\nb")] {
        let scene = both(&named(signed), &named(received));
        rows.push(proved(
            &format!("{signed:?} as {received:?}"),
            scene,
            &[Cause::LineEnds],
        ));
    }
    let latin1 = form(&named("Zoë")).replace("Zo%C3%AB", "Zo%EB");
    rows.push(proved(
        "ISO-8859-1",
        both(&named("Zoë"), pairs).body(latin1),
        &[Cause::CharacterSet],
    ));
    let scene = both(&named("Zoë"), &named("ZoÃ«"));
    rows.push(proved("UTF-8 twice", scene, &[Cause::CharacterSet]));
    let scene = both(
        &named("<Zoe's & \"co\">"),
        &named("&lt;Zoe&#39;s &amp; &quot;co&quot;&gt;"),
    );
    rows.push(proved(
        "values escaped for HTML",
        scene,
        &[Cause::HtmlEscaped],
    ));

    let twice: String = raw.replace('%', "%25").replace('+', "%2B");
    if twice != raw {
        rows.push(proved(
            "values escaped twice",
            genuine().body(twice),
            &[Cause::EscapedTwice],
        ));
    }
    let whole: String = serde_urlencoded::to_string([("x", &raw)]).unwrap();
    let whole = whole.strip_prefix("x=").unwrap();
    rows.push(proved(
        "all escaped twice",
        genuine().body(whole),
        &[Cause::EscapedTwice],
    ));

    let one_plus = "form +1 of 2";
    let body = form(&named(one_plus)).replace("%2B", "+");
    let scene = both(&named(one_plus), pairs).body(body);
    rows.push(proved(
        "one plus sign among spaces",
        scene,
        &[Cause::PlusSigns],
    ));

    let names = with(with(pairs.clone(), "Zone", "1"), "zebra", "2");
    let mut ignoring_case = names.clone();
    ignoring_case.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let scene = Scene::genuine(&names).text(&text(&ignoring_case));
    rows.push(proved(
        "sorted ignoring case",
        scene,
        &[Cause::SortedIgnoringCase],
    ));

    let values = repeated(pairs, "tag_list", &["b", "a", "b"]);
    for (name, value) in [("first", "b"), ("joined", "b,a,b")] {
        let scene = Scene::genuine(&set("tag_list", value)).body(form(&values));
        rows.push(proved(
            &format!("repeated, {name}"),
            scene,
            &[Cause::RepeatedMerged],
        ));
    }
    let values = repeated(pairs, "tag_list", &["a", "b"]);
    let scene = Scene::genuine(&set("tag_list", "b")).body(form(&values));
    rows.push(proved("repeated, last", scene, &[Cause::RepeatedMerged]));
    let mut every = repeated(pairs, "tag_list", &["b", "b"]);
    let body = form(&every);
    every.sort();
    let scene = Scene::genuine(pairs).body(body).text(&text(&every));
    rows.push(proved(
        "repeated, every one",
        scene,
        &[Cause::RepeatedMerged],
    ));

    let values = repeated(pairs, "tag_list", &["b", "a"]);
    let scene = Scene::genuine(&values).body(form(&set("tag_list", "b,a")));
    rows.push(proved("values joined", scene, &[Cause::ValuesJoined]));

    let object: serde_json::Map<String, serde_json::Value> = pairs
        .iter()
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    let object = serde_json::to_string(&object).unwrap();
    for (name, body) in [
        ("an object", object),
        ("a string", serde_json::to_string(&raw).unwrap()),
    ] {
        let scene = genuine().body(body).set("Content-Type", "application/json");
        rows.push(
            proved(
                &format!("form as JSON, {name}"),
                scene,
                &[Cause::FormAsJson],
            )
            .seeing(&[Cause::ContentTypeJson]),
        );
    }
    rows
}
