use arbitrary::{Arbitrary, Unstructured};

use crate::ACCOUNT;

pub type Pairs = Vec<(String, String)>;

pub const FORM: &str = "application/x-www-form-urlencoded";

/// The form of some parameters.
pub fn form(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The parameters of a delivery that is an event, or nearly one: the fuzzer chooses the type, which of the
/// optional parameters there are, and every text that a person, a device or a backend could write.
#[derive(Debug)]
pub struct Event {
    pub pairs: Pairs,
    /// Whether there are parameters that Twilio does not document.
    pub has_extra: bool,
    /// Two places of what they sign.
    pub places: [u16; 2],
}

const TYPES: [&str; 8] = [
    "challenge.approved",
    "challenge.denied",
    "factor.created",
    "factor.verified",
    "factor.deleted",
    "challenge.expired",
    "factor.verified_again",
    "entity.merged",
];

impl<'a> Arbitrary<'a> for Event {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let len = u.len();
        Self::new(u.bytes(len)?)
    }
}

impl Event {
    /// Eight bytes of choices, then texts with a zero byte between them.
    fn new(bytes: &[u8]) -> arbitrary::Result<Self> {
        let (&[event_type, documented, extra, texts_of, a, b, c, d], texts) = bytes
            .split_first_chunk()
            .ok_or(arbitrary::Error::NotEnoughData)?;
        let texts = str::from_utf8(texts).map_err(|_| arbitrary::Error::IncorrectFormat)?;
        let mut texts = texts.split('\0');
        let mut text = |otherwise: &str| match texts.next() {
            None | Some("") => otherwise.to_owned(),
            Some(text) => text.to_owned(),
        };
        let event_type = TYPES[usize::from(event_type) % TYPES.len()];
        let mut pairs: Pairs = Vec::new();
        let mut add = |name: &str, value: String| pairs.push((name.to_owned(), value));
        add("account_sid", ACCOUNT.to_owned());
        add("type", event_type.to_owned());
        for (name, prefix) in [
            ("service_sid", "VA"),
            ("factor_sid", "YF"),
            ("challenge_sid", "YC"),
        ] {
            if name != "challenge_sid" || event_type.starts_with("challenge") {
                add(name, ACCOUNT.replacen("AC", prefix, 1));
            }
        }
        let has = |bits: u8, bit: u8| bits & 1 << bit != 0;
        add("uuid", text("e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a"));
        if has(documented, 0) {
            add("factor_friendly_name", text("John's Phone"));
            let factor_type = if has(documented, 1) {
                text("passkeys")
            } else {
                "push".to_owned()
            };
            add("factor_type", factor_type);
        }
        // A text that stands within the string of an object, or as the whole value.
        let json = |bit: u8, text: String| match has(texts_of, bit) {
            true => text,
            false => serde_json::json!({ "a": text }).to_string(),
        };
        for (bit, name) in [
            (2, "challenge_details"),
            (3, "challenge_hidden_details"),
            (4, "challenge_metadata"),
            (5, "factor_metadata"),
        ] {
            if has(documented, bit) {
                add(name, json(bit, text("{}")));
            }
        }
        let identity = match has(documented, 6) {
            true => text("user-0001-free-tier"),
            false => "ff483d1ff591898a9942916050d2ca3f".to_owned(),
        };
        add("entity_identity", identity);
        let has_extra = has(extra, 0) || has(extra, 1);
        for bit in [0, 1] {
            if has(extra, bit) {
                add(&text("region_code"), text(""));
            }
        }
        // A name that is there already is not an event's.
        let mut names: Vec<&str> = pairs.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        match names.windows(2).any(|two| two[0] == two[1]) {
            true => Err(arbitrary::Error::IncorrectFormat),
            false => Ok(Self {
                pairs,
                has_extra,
                places: [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])],
            }),
        }
    }
}
