//! Writes `seeds/`, a folder for each target, from the test data of the crate and from what is listed here.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use verify_webhooks_fuzz::{Pairs, form};

#[derive(Deserialize)]
struct Sample {
    params: Pairs,
}

#[derive(Deserialize)]
struct Vector {
    url: String,
    params: Option<Pairs>,
}

fn read<T: for<'de> Deserialize<'de>>(file: &str) -> Vec<T> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data")
        .join(file);
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn main() {
    let samples: Vec<Sample> = read("page-samples.json");
    let vectors: Vec<Vector> = read("official-vectors.json");
    let samples: Vec<Pairs> = samples.into_iter().map(|sample| sample.params).collect();
    let of_vectors: Vec<Pairs> = vectors
        .iter()
        .filter_map(|vector| vector.params.clone())
        .collect();

    let forms = || {
        samples
            .iter()
            .chain(&of_vectors)
            .map(|pairs| form(pairs).into_bytes())
    };
    let hostile_forms = [
        "a=1&&b=2",
        "a=%zz",
        "a=%FF",
        "a=%C3%A9&b=%f0%9f%98%80",
        "a=é",
        "=1",
        "a=1&a=2",
        "type=x&%74ype=y",
        "a;b=1",
        "%",
        "a=%",
        "a=%4",
        "uuid=%E2%82",
        "a=b=c",
        "+=+",
        "a[]=1&a[b]=2",
        "a%C3=%A9",
        "a=%E2%82&%AC=1",
    ];
    write("form", forms().chain(hostile_forms.map(Vec::from)));
    let zeros = |count| vec![0; count];
    write("reference", forms().map(|form| [zeros(9), form].concat()));

    // Every receiver sees every sample, with POST and with GET.
    let requests = samples.iter().enumerate().flat_map(|(position, pairs)| {
        let form = form(pairs);
        (0..6_u8).flat_map(move |address| {
            let get = 16 * address + 1;
            let post = [
                &[16 * address, 0, 5, 0, 0, position as u8, 0, address][..],
                b"hook\0",
            ];
            let get = [&[get, 1, 0, 0, 0, position as u8, 0, address][..], b""];
            [post, get].map(|start| [&start.concat(), form.as_bytes()].concat())
        })
    });
    write("receive", requests);

    let texts = samples
        .iter()
        .flatten()
        .map(|(_, value)| value)
        .filter(|value| value.starts_with('{'));
    let hostile_texts = [
        r#"{"message":"a","fields":[{"label":"b","value":"c"}],"date":null,"other":[1e400,-0.5E+7,true,false,null]}"#,
        r#"{"a":"\ud800","b":"\u00e9\n\"\\"}"#,
        r#"{"a":"1","a":"2"}"#,
        r#"[{"a":1}]"#,
        "{}",
        " {\t} \n",
        "{}x",
        "{\"a\":}",
        "{\"a\" 1}",
        "{'a':1}",
        "{\"a\":01}",
        "{\"a\":1,}",
        "\u{feff}{}",
        "nul",
        r#"{"message":"m","fields":["l","v"]}"#,
    ];
    let nested = [64, 65].map(|depth| "[".repeat(depth - 1) + &"]".repeat(depth - 1));
    let nested = nested.map(|arrays| format!(r#"{{"a":{arrays}}}"#).into_bytes());
    let texts = texts.map(|text| text.clone().into_bytes());
    write(
        "json",
        texts.chain(hostile_texts.map(Vec::from)).chain(nested),
    );

    let hostile_urls = [
        "https://user:p%40ss@example.com:8443/a?b=c#rc=2",
        "http://[2001:db8::1]:80/",
        "https://h:",
        "https://h:99999/",
        "wss://example.com/",
        "HTTPS://Example.COM",
        "https:\\\\h\\p",
        "https://h/a/../b?q=It's+a",
        " https://h/",
        "https://@h/",
        "https://bücher.example/ñ?ñ",
        "https://a@b@c:1/",
        "/webhook",
        "https://",
        "http://0x7f.1/",
        "https://h?#?",
    ];
    let urls = vectors.iter().map(|vector| vector.url.clone().into_bytes());
    write("url", urls.chain(hostile_urls.map(Vec::from)));

    write(
        "headers",
        [
            "\0@0",
            "\0@3",
            "algorithm=HMAC_SHA1\0@0",
            "key=key_1,algorithm=HMAC_SHA1\0@1",
            " algorithm = hmac_sha256 ,key=key_1\0@2",
            "key=key_1\0@1",
            "key=,algorithm=\0@0",
            "key=key_2,algorithm=HMAC_SHA256\0@2",
            "algorithm=HMAC_MD5\0@0",
            "other=1,other=2\0@0",
            "algorithm=HMAC_SHA1,algorithm=HMAC_SHA256\0@2",
            "algorithm\0@0",
            "\0@0,@0",
            "\0@0\0@0",
            "\0 @0",
            "\0@0=",
            "",
            "\0",
            "\0AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "\0AAAAAAAAAAAAAAAAAAAAAAAAAAB=",
            "\0AAAAAAAAAAAAAAAAAAAAAAAAAAA-",
            "\0AAAA",
        ]
        .map(Vec::from),
    );

    let maps = samples
        .iter()
        .map(|pairs| pairs.iter().cloned().collect::<BTreeMap<_, _>>());
    write("serde", maps.map(|map| serde_json::to_vec(&map).unwrap()));

    let planted = [
        "",
        "a_b",
        "uuid_x\0x factor_sid\0{\"a\":1}",
        "\0push\0voice_call",
        "\0\0account_sidAC\0challenge_sid\0service_sid",
        "x\0name\0{}\0{\"x\":\"}\"}\0entity_identityuser-0002factor_sid",
        "x typechallenge.approveduuid",
        "\0\0\0\0\0\0region_code\0uuid",
    ];
    let events = planted.iter().enumerate().flat_map(|(position, texts)| {
        let choices = [
            [0, 0, 0, 0],
            [0, 0x3d, 0, 0],
            [5, 0x7f, 3, 0x28],
            [3, 0x61, 1, 0],
        ];
        choices.map(|[event_type, documented, extra, texts_of]| {
            let choices = [
                event_type + position as u8,
                documented,
                extra,
                texts_of,
                0,
                60,
                1,
                0,
            ];
            [&choices[..], texts.as_bytes()].concat()
        })
    });
    write("cuts", events);
}

/// Writes each seed into a file that is named after its number.
fn write(target: &str, seeds: impl IntoIterator<Item = Vec<u8>>) {
    let folder: PathBuf = [env!("CARGO_MANIFEST_DIR"), "seeds", target]
        .iter()
        .collect();
    fs::create_dir_all(&folder).unwrap();
    for (position, seed) in seeds.into_iter().enumerate() {
        fs::write(folder.join(format!("{position:03}")), seed).unwrap();
    }
}
