//! Cases made at random: an event, a URL and a key, and mostly one thing done to them.

use fastrand::Rng;
use twilio_verify_webhooks::Algorithm;
use twilio_verify_webhooks::signature::string_to_sign;

use crate::case::{Case, Layer, Pairs, Signed, form};

pub(crate) fn cases(count: u64, seed: u64) -> Vec<Case> {
    let mut rng = Rng::with_seed(seed);
    (0..count)
        .map(|number| case(&mut rng).named(format!("generated {number}, seed {seed}")))
        .collect()
}

fn case(rng: &mut Rng) -> Case {
    let (url, signed_url) = url(rng);
    let event = event(rng);
    let mut case = match rng.bool() {
        true => Case::request(&url, event),
        false => Case::parameters(&url, event),
    };
    let pairs = case.params.clone();
    case.sign(&signed_url, pairs);
    match rng.u8(0..4) {
        0 => case = case.with_shared_key(Algorithm::HmacSha256),
        1 => case = case.with_shared_key(Algorithm::HmacSha1),
        _ => {}
    }
    match rng.u8(0..10) {
        0 => {}
        1 => respell(&mut case, rng),
        2 => change_parameters(&mut case, rng),
        3 => repeat_parameter(&mut case, rng),
        4 | 5 => split_otherwise(&mut case, rng),
        6 => change_signature(&mut case, rng),
        7 => sign_for_another_url(&mut case, rng),
        8 => sign_with_another_secret(&mut case, rng),
        _ => change_byte(&mut case, rng),
    }
    case
}

fn choose<T: Copy>(rng: &mut Rng, from: &[T]) -> T {
    from[rng.usize(..from.len())]
}

fn digits(rng: &mut Rng, count: usize) -> String {
    (0..count)
        .map(|_| choose(rng, b"0123456789abcdef") as char)
        .collect()
}

/// Text as people write it.
fn text(rng: &mut Rng, most: usize) -> String {
    let pieces = [
        "John's ", "Phone", "é", "日本", "😃", "a+b", "50%", "&", "=", "\"", "\\", "x", "1", "-",
        ".", "~", "*", "\u{ff5e}", "(", ")", "!", "/", "?", ";", "{}", "<b>", "\n",
    ];
    let text: String = (0..rng.usize(1..8)).map(|_| choose(rng, &pieces)).collect();
    text.chars().take(most).collect()
}

fn event(rng: &mut Rng) -> Pairs {
    let is_challenge = rng.bool();
    let event_type = match is_challenge {
        true => choose(rng, &["challenge.approved", "challenge.denied"]),
        false => choose(
            rng,
            &["factor.created", "factor.verified", "factor.deleted"],
        ),
    };
    let identity = match rng.bool() {
        true => digits(rng, 32),
        false => format!("user-{}", rng.u32(1000..)),
    };
    let uuid = [8, 4, 4, 4, 12].map(|count| digits(rng, count)).join("-");
    let mut pairs: Vec<(&str, String)> = vec![
        ("uuid", uuid),
        ("type", event_type.to_owned()),
        ("entity_identity", identity),
    ];
    for (name, prefix) in [
        ("account_sid", "AC"),
        ("service_sid", "VA"),
        ("factor_sid", "YF"),
        ("challenge_sid", "YC"),
    ] {
        if name != "challenge_sid" || is_challenge {
            pairs.push((name, format!("{prefix}{}", digits(rng, 32))));
        }
    }
    let strings =
        |rng: &mut Rng| serde_json::json!({ "os": text(rng, 20), "ip": "127.0.0.1" }).to_string();
    if rng.bool() {
        pairs.push(("factor_type", "push".to_owned()));
        pairs.push(("factor_friendly_name", text(rng, 64)));
        if rng.bool() {
            pairs.push(("factor_metadata", strings(rng)));
        }
        if is_challenge {
            let details = serde_json::json!({
                "message": text(rng, 80),
                "fields": [{ "label": text(rng, 36), "value": text(rng, 64) }],
            });
            pairs.push(("challenge_details", details.to_string()));
            if rng.bool() {
                pairs.push(("challenge_hidden_details", strings(rng)));
            }
            if rng.bool() {
                pairs.push(("challenge_metadata", strings(rng)));
            }
        }
    }
    rng.shuffle(&mut pairs);
    pairs
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// A configured URL, and one of those that Twilio may sign for it.
fn url(rng: &mut Rng) -> (String, String) {
    let scheme = choose(rng, &["https", "https", "https", "http", "HTTPS"]);
    let user = choose(rng, &["", "", "", "user:p%40ss@"]);
    let host = choose(
        rng,
        &[
            "example.com",
            "example.com",
            "Example.COM",
            "192.0.2.7",
            "[2001:db8::1]",
            "bücher.example",
        ],
    );
    let default = if scheme == "http" { ":80" } else { ":443" };
    let port = choose(rng, &["", "", "", default, ":8443"]);
    let path = choose(
        rng,
        &["/webhook", "/", "", "/a//b/../c", "/España", "/a%2Fb"],
    );
    let query = choose(rng, &["", "", "?", "?tenant=1", "?a=%3A&b=+'", "?q=ñ"]);
    let fragment = choose(rng, &["", "", "", "#rc=2&rp=all"]);
    let signed_user = choose(rng, &[user, ""]);
    let signed_port = match port {
        "" => choose(rng, &["", default]),
        port => choose(rng, &[port, ""]),
    };
    (
        format!("{scheme}://{user}{host}{port}{path}{query}{fragment}"),
        format!("{scheme}://{signed_user}{host}{signed_port}{path}{query}"),
    )
}

/// Writes the same form in another way.
fn respell(case: &mut Case, rng: &mut Rng) {
    rng.shuffle(&mut case.params);
    if case.layer == Layer::Request {
        let body = form(&case.params);
        let body = match rng.u8(0..4) {
            0 => body,
            1 => body.replace('+', "%20"),
            2 => body.replace('_', "%5f"),
            _ => body.replace("%C3%A9", "%c3%a9"),
        };
        case.body = body.into();
    }
}

fn set_parameters(case: &mut Case, params: Pairs) {
    if !case.body.is_empty() {
        case.body = form(&params).into();
    }
    case.params = params;
}

fn change_parameters(case: &mut Case, rng: &mut Rng) {
    let mut params = case.params.clone();
    let place = rng.usize(..params.len());
    match rng.u8(0..4) {
        0 => drop(params.remove(place)),
        1 => params[place].1.push('x'),
        2 => params[place].0 = params[place].0.to_uppercase(),
        _ => params.push(("region_code".to_owned(), "ie1".to_owned())),
    }
    set_parameters(case, params);
    case.genuine = false;
}

/// Sends a parameter twice that was signed once.
fn repeat_parameter(case: &mut Case, rng: &mut Rng) {
    let mut params = case.params.clone();
    let (name, value) = params[rng.usize(..params.len())].clone();
    let is_same = rng.bool();
    params.push((name, if is_same { value } else { format!("{value}0") }));
    if rng.bool() {
        rng.shuffle(&mut params);
    }
    set_parameters(case, params);
    case.genuine = is_same && case.layer == Layer::Parameters;
}

/// Cuts what is signed into other parameters, in the same order.
fn split_otherwise(case: &mut Case, rng: &mut Rng) {
    let mut sorted = case.params.clone();
    sorted.sort();
    let text = string_to_sign("", sorted.clone());
    // Not every such step leaves the names in order.
    for _ in 0..20 {
        let mut split = sorted.clone();
        let place = rng.usize(..split.len());
        let count = rng.usize(1..4);
        let next = Some(place + 1).filter(|&next| next < split.len());
        let (name, value) = &mut split[place];
        match (rng.u8(0..4), next) {
            // The name takes in the start of its value.
            (0, _) => {
                let taken: String = value.chars().take(count).collect();
                value.drain(..taken.len());
                name.push_str(&taken);
            }
            // The value takes in the end of its name.
            (1, _) => {
                let taken = name.split_off(name.len().saturating_sub(count));
                value.insert_str(0, &taken);
            }
            // The value takes in the parameter after it.
            (2, Some(next)) => {
                let (name, value) = split.remove(next);
                split[place].1 += &(name + &value);
            }
            // The value falls into two parameters.
            _ => {
                let start = rng.usize(..=value.len());
                if value.is_char_boundary(start) {
                    let mut name = value.split_off(start);
                    let end = name.chars().take(count).map(char::len_utf8).sum();
                    let rest = name.split_off(end);
                    split.insert(place + 1, (name, rest));
                }
            }
        }
        let is_same_text = string_to_sign("", split.clone()) == text;
        if is_same_text && split != sorted && split.iter().all(|(name, _)| !name.is_empty()) {
            set_parameters(case, split);
            case.genuine = case.layer == Layer::Parameters;
            return;
        }
    }
}

fn change_signature(case: &mut Case, rng: &mut Rng) {
    let right = case.signature.clone().unwrap_or_default();
    let signature = match rng.u8(0..7) {
        0 => None,
        1 => Some(String::new()),
        2 => Some(right.to_lowercase()),
        3 => Some(right.trim_end_matches('=').to_owned()),
        4 => Some(format!(
            "{right}{}",
            choose(rng, &[" ", "\n", "=", ",", "A"])
        )),
        5 => Some(right.replace('/', "_").replace('+', "-")).filter(|changed| *changed != right),
        _ => {
            let place = rng.usize(..right.len());
            let other = choose(rng, b"ABCDEFabcdef0123456789+/=") as char;
            let mut changed = right.clone();
            changed.replace_range(place..=place, &other.to_string());
            Some(changed).filter(|changed| *changed != right)
        }
    };
    case.signature = signature;
    case.signed = None;
    case.genuine = false;
}

/// Signs a URL that is not among those that Twilio may sign for the configured one.
fn sign_for_another_url(case: &mut Case, rng: &mut Rng) {
    let Some(Signed { url, pairs, .. }) = case.signed.clone() else {
        return;
    };
    let printed = url::Url::parse(&url).map(String::from).unwrap_or_default();
    let other = match rng.u8(0..9) {
        0 => format!("{url}/"),
        1 => url.to_lowercase(),
        2 => url.replacen("https", "http", 1),
        3 => url.replacen("example", "attacker", 1),
        4 => url.replace('\'', "%27"),
        5 => url.replace('+', "%20"),
        6 => url.split('?').next().unwrap_or_default().to_owned(),
        7 => printed,
        _ => format!("{url}#rc=2&rp=all"),
    };
    if other != url {
        case.sign(&other, pairs);
        case.genuine = is_documented(&case.url, &other);
    }
}

/// Tells whether Twilio may sign a URL for the configured one: the default port aside, and user and fragment.
fn is_documented(configured: &str, signed: &str) -> bool {
    use twilio_verify_webhooks::signature::SignedUrl;

    SignedUrl::new(configured).is_ok_and(|url| url.variants().any(|form| form == signed))
}

fn sign_with_another_secret(case: &mut Case, rng: &mut Rng) {
    let Some(Signed { url, pairs, .. }) = case.signed.clone() else {
        return;
    };
    let secret = choose(rng, &["54321", "", "12345 ", "1234", "123450"]);
    case.sign_with(secret, &url, pairs);
    case.genuine = false;
}

/// Changes a byte of the body, or the content type, of a request.
fn change_byte(case: &mut Case, rng: &mut Rng) {
    if case.body.is_empty() {
        return change_signature(case, rng);
    }
    if rng.u8(0..4) == 0 {
        let content_type = choose(rng, &[None, Some("text/plain"), Some("application/json")]);
        case.content_type = content_type.map(str::to_owned);
        case.genuine = false;
        // Express' parser would raise an error of its own.
        if content_type == Some("application/json") {
            case.body = b"{}".to_vec();
        }
        return;
    }
    let place = rng.usize(..case.body.len());
    case.body[place] = rng.u8(..);
    // The other case of a hexadecimal digit is another spelling of the same.
    case.genuine = form_urlencoded::parse(&case.body)
        .into_owned()
        .eq(case.params.iter().cloned());
}
