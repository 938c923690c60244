//! Deliveries that are hard to read in one way only: texts planted in what Twilio might add, names that are pieces of
//! others, types that are not known.

/// Names and values.
pub type Pairs = Vec<(String, String)>;

const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
const SERVICE: &str = "VA89abcdef0123456789abcdef01234567";
const FACTOR: &str = "YFaa11bb22cc33dd44aa11bb22cc33dd44";
const CHALLENGE: &str = "YCe0e1e2e3e4e5e6e7e0e1e2e3e4e5e6e7";
const UUID: &str = "9f0f6d3c-2f6f-4f0e-9e1e-0a5b3c1d7e42";

const EVENT_TYPES: [&str; 14] = [
    "challenge.approved",
    "challenge.denied",
    "challenge.denied",
    "factor.created",
    "factor.verified",
    "factor.deleted",
    "challenge.expired",
    "foo.bar",
    "factor.status_updated",
    "challenge.approved.late",
    "challenge.timed_out",
    "entity.typechanged",
    "foo.baruuidx",
    "prototype.created",
];
const FACTOR_TYPES: [&str; 8] = [
    "push",
    "push",
    "push",
    "totp",
    "passkeys",
    "sms",
    "voice_call",
    "push_v",
];
const IDENTITIES: [&str; 9] = [
    "user-0001",
    "user-james",
    "user-jam",
    "ff483d1ff591898a9942916050d2ca3f",
    "0123456789abcfab",
    "user-0001fact",
    "user-0001factor",
    "9f0f6d3c-2f6f-4f0e-9e1e-0a5b3c1d7e43",
    "userevent",
];
const FRIENDLY_NAMES: [&str; 9] = [
    "John's Phone",
    "John's Phone",
    "my_phone",
    "a factor_kind",
    "typefactor.createduuidx",
    "élan",
    "factor",
    "Phone {}",
    "x factor",
];
const OBJECTS: [&str; 9] = [
    "{}",
    r#"{"os":"Android"}"#,
    "{\n\"ip\": \"127.0.0.1\"\n}\n",
    r#"{"factor_sid":"YFaa11bb22cc33dd44aa11bb22cc33dd44"}"#,
    r#"{"a":"typechallenge.approveduuidxv_w"}"#,
    r#"{"a":"}service_sidVA89abcdef0123456789abcdef01234567typechallenge.approveduuidxv_w"}"#,
    "",
    "null",
    r#"{"type":"uuid"}"#,
];
const UUIDS: [&str; 9] = [
    UUID,
    UUID,
    UUID,
    UUID,
    "Unique identifier",
    "x",
    "wh_123",
    "xuuidy",
    "a uuid v_1",
];
/// Added by Twilio, one day, or made of pieces of other names.
const UNKNOWN_NAMES: [&str; 44] = [
    "timestamp",
    "status",
    "date",
    "device",
    "region",
    "version",
    "event",
    "environment",
    "user",
    "session",
    "url",
    "api_version",
    "app",
    "attempts",
    "challenge_attempts",
    "challenge_expiration",
    "challenge_status",
    "device_type",
    "entity_sid",
    "event_id",
    "esevent_id",
    "expires_at",
    "factor_lang",
    "factor_status",
    "factor_type_x",
    "factor_meta",
    "ip_address",
    "or_sid",
    "_sid",
    "region_code",
    "session_note",
    "session_type",
    "session_uuid",
    "tag_type",
    "trace_id",
    "typed",
    "user_agent",
    "user_note",
    "user_uuid",
    "useruuid_hash",
    "uuid2",
    "v_w",
    "vv_w",
    "webhook_sid",
];
const UNKNOWN_VALUES: [&str; 32] = [
    "",
    "",
    "1",
    "1",
    "x",
    "us",
    "2026-11-26T12:00:00Z",
    "approved",
    "challenge.approved",
    "typechallenge.approved",
    "typechallenge.approveduuidx",
    "typechallenge.approveduuidxv_w",
    "typefoo.baruuidxv_w",
    "typefactor.createduuid",
    "uuid",
    "uuidx",
    "uuidxv_w",
    "uuid11111111-2222-3333-4444-555555555555",
    "uuid11111111-2222-3333-4444-555555555555v_w",
    "service_sidVAffffffffffffffffffffffffffffffff",
    "service_sidVAfffffffffffffffffffffffffffffffftypechallenge.approveduuidxv_w",
    "entity_identityuser-0002",
    "entity_identityuser-0002factor_sidYF00000000000000000000000000000000service_sidVAfffffffffffffffffffffffffffffffftypechallenge.approveduuidxv_w",
    "factor_metadata{}",
    "challenge_hidden_details{}",
    "challenge_hidden_details{}x",
    "factor_nam",
    "_sid",
    "_hashabc",
    "event_id",
    "null",
    "a typechallenge.denied",
];

/// Chooses a number below another.
struct Choice<F>(F);

impl<F: FnMut(u64) -> u64> Choice<F> {
    fn of<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let index = self.below(texts.len() as u64);
        texts[usize::try_from(index).unwrap_or_default()]
    }

    fn below(&mut self, most: u64) -> u64 {
        (self.0)(most) % most
    }
}

/// Makes a delivery in the order of its names, the same for the same seed. No name occurs twice.
pub fn delivery(seed: u64) -> Pairs {
    let mut state = seed;
    // SplitMix64.
    chosen(|_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    })
}

/// Makes one by choices, each of a number below another.
pub fn chosen(choose: impl FnMut(u64) -> u64) -> Pairs {
    let mut choice = Choice(choose);
    let event_type = choice.of(&EVENT_TYPES);
    let mut pairs = vec![
        ("account_sid", ACCOUNT),
        ("entity_identity", choice.of(&IDENTITIES)),
        ("factor_sid", FACTOR),
        ("service_sid", SERVICE),
        ("type", event_type),
        ("uuid", choice.of(&UUIDS)),
    ];
    let is_challenge = event_type.starts_with("challenge") || event_type == "foo.bar";
    if is_challenge {
        pairs.push(("challenge_sid", CHALLENGE));
    }
    if choice.below(3) != 0 {
        pairs.push(("factor_type", choice.of(&FACTOR_TYPES)));
        pairs.push(("factor_friendly_name", choice.of(&FRIENDLY_NAMES)));
        if choice.below(3) != 0 {
            pairs.push(("factor_metadata", choice.of(&OBJECTS)));
        }
        if is_challenge {
            for name in [
                "challenge_details",
                "challenge_hidden_details",
                "challenge_metadata",
            ] {
                if name == "challenge_details" || choice.below(3) != 0 {
                    pairs.push((name, choice.of(&OBJECTS)));
                }
            }
        }
    }
    for _ in 0..choice.below(4) {
        let (name, value) = (choice.of(&UNKNOWN_NAMES), choice.of(&UNKNOWN_VALUES));
        if pairs.iter().all(|(other, _)| *other != name) {
            pairs.push((name, value));
        }
    }
    pairs.sort_unstable();
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    pairs.into_iter().map(owned).collect()
}
