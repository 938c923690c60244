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
    write("batch", batches());
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
    let requests: Vec<Vec<u8>> = requests.collect();
    write("receive", requests.clone());
    // The same, spoilt in one way after the other, with something known.
    let spoilt = [0, 8, 9, 10, 12, 14, 8];
    let known = [0x00, 0x1f, 0x60, 0xa0, 0x7f];
    let diagnosed = requests.iter().enumerate().map(|(position, request)| {
        let (choices, rest) = request.split_at(8);
        let mut choices = choices.to_vec();
        choices[6] = spoilt[position % spoilt.len()];
        let text = ["hooks.example.org\0", "hook/\x01?a=1\0", "9000\0"][position % 3];
        [
            &[known[position % known.len()]],
            &*choices,
            text.as_bytes(),
            rest,
        ]
        .concat()
    });
    write("diagnosis", diagnosed);

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
    write("splits", events);

    // Choices of every kind, then a text for one value.
    let planted = [
        "",
        "typechallenge.approveduuidxv_w",
        "entity_identityuser-0002",
        "{\"a\":\"uuid\"}",
    ];
    write(
        "interpretations",
        (0..16_u8).map(|seed| {
            let choices =
                (0..24_u8).map(|place| seed.wrapping_mul(37).wrapping_add(place.wrapping_mul(101)));
            let planted = planted[usize::from(seed % 4)].bytes();
            choices.chain(planted).collect()
        }),
    );

    // One thing that happened, or one to the URL and one to the key.
    let mut happened: Vec<[u8; 6]> = Vec::new();
    for change in 0..12 {
        happened.extend((0..4).map(|origin| [origin, change, 0, 0, 0, 0]));
        happened.push([0, change, 0, 0, change % 8, 0]);
    }
    happened.extend((0..14).map(|change| [0, 0, change, 6, 0, 0]));
    happened.extend((0..8).map(|change| [0, 0, 0, 0, change, 0]));
    happened.extend((0..9).map(|change| [0, 0, 0, 0, 0, change]));
    let changed = happened.iter().enumerate().map(|(position, happened)| {
        let event = [[4, 0x3d, 0, 0], [0, 0x7f, 1, 0x28]][position % 2];
        let target = ["hook", "hook/?tenant=1&a=b"][position / 2 % 2];
        let texts = "\0uuid_\x01\0+49 \x01 1+1\0{\"a\":\"\x01\"}";
        let bytes = [&happened[..], &event, &[0, 60, 1, 0]].concat();
        [&bytes, target.as_bytes(), texts.as_bytes()].concat()
    });
    write("causes", changed);

    let bodies = [
        (0, ""),
        (0, "<html>\r\n<h1>502 Bad Gateway</h1>"),
        (
            0,
            r#"{"sid":null,"labels":{"a":[1e5,-0.5,true,null]},"sid_":1}"#,
        ),
        (0, r#"{"sid":null,"sid":null}"#),
        (
            0,
            r#"{"webhooks":[],"meta":{"next_page_url":null,"page":1e400}}"#,
        ),
        (0, "[[],[null]]"),
        (0, r#"{"code":20429,"message":"Too Many Requests"}"#),
        (
            0,
            "{\"message\":\"\x04\x01\",\"detail\":\"\x01\",\"title\":\" \",\"type\":\"about:blank\"}",
        ),
        (
            0,
            "Authorization: Basic \x02== \x02\\u003d\\u003d \x02%3D%3D \x01",
        ),
        (0, "\x04\x04\x04\x04Authorization: Basic \x02=="),
        (0, "{\"title\":\"\x04\x04\x04\x04\x04\x04\x04\x04\"}"),
        (1, ""),
        (1, "\x01"),
        (2, ""),
        (2, "\x03\n"),
        (
            3,
            "\x03?PageSize=50&Page=1&PageToken=PAYW1\0\x03?Page=2\0\x03?Page=2",
        ),
        (3, "//evil.example/v2\0?Page=1#\0\x03/../Webhooks?Page='1'"),
        (
            3,
            "https://user:\x01@verify.twilio.com\0HTTPS://VERIFY.twilio.com:443/",
        ),
        (4, ""),
        (4, "\u{9b}\x02"),
        (5, ""),
    ];
    let statuses = [200_u16, 201, 204, 302, 400, 429, 503, 199];
    let waits = ["", "7", "11", "Fri, 31 Dec 1999 23:59:59 GMT", "-1"];
    let replies = bodies
        .iter()
        .enumerate()
        .flat_map(|(position, (kind, text))| {
            let statuses = statuses.iter().enumerate();
            statuses.map(move |(index, status)| {
                let [high, low] = (status - 100).to_be_bytes();
                let place = 40 * (position % 3) as u8;
                let bytes = [index as u8 % 3, high, low, *kind, 0, place, 3 * (place % 7)];
                let wait = waits[(position + index) % waits.len()];
                [&bytes, wait.as_bytes(), b"\0", text.as_bytes()].concat()
            })
        });
    write("api_reply", replies);
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

/// Batches of Event Streams, and what is put into an event, after the way of the target.
fn batches() -> Vec<Vec<u8>> {
    #[derive(Deserialize)]
    struct Samples {
        samples: Vec<Batch>,
    }
    #[derive(Deserialize)]
    struct Batch {
        body: serde_json::Value,
    }

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/verify-events.json");
    let samples: Samples = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let bodies = samples
        .samples
        .iter()
        .map(|sample| (0, sample.body.to_string()));
    let elements = samples
        .samples
        .iter()
        .flat_map(|sample| sample.body.as_array().unwrap());
    let elements = elements.map(|element| (3, element.to_string()));
    let members = [
        (1, r#""data":{"test_id":"t"}"#),
        (1, r#""data":"{\"test_id\":\"t\"}""#),
        (1, r#""time":null,"x":{"a":1,"a":2}"#),
        (1, r#""id":"j""#),
        (
            2,
            r#""check_attempts":{"count":1,"attempts":[{"status":"SUCCESS"}]}"#,
        ),
        (
            2,
            r#""send_code_attempts":{"count":"1","attempts":[{"tags":{"a":"b","c":1}}]}"#,
        ),
        (
            2,
            r#""code_length":6.0e1,"verified_at":null,"risk":{"score":7}"#,
        ),
        (2, r#""tags":[[[[[[]]]]]],"\ud800":1"#),
        (3, "null"),
        (3, "[],{}"),
    ];
    let members = members.map(|(way, text)| (way, text.to_owned()));
    let seeds = bodies.chain(elements).chain(members);
    seeds
        .map(|(way, text): (u8, String)| [&[way][..], text.as_bytes()].concat())
        .collect()
}
