//! What SIDs, identities and free texts may hold.

use twilio_verify_webhooks::*;

use crate::support::*;

#[test]
fn sids_have_a_prefix_and_32_letters_or_digits() {
    for (name, prefix) in [
        ("account_sid", "AC"),
        ("service_sid", "VA"),
        ("factor_sid", "YF"),
        ("challenge_sid", "YC"),
    ] {
        let digits = "0123456789abcdefABCDEFxyzXYZ0123";
        let pairs = v2_challenge();
        accepted(&with(pairs.clone(), name, &format!("{prefix}{digits}")));
        let lower = prefix.to_lowercase();
        for (value, error) in [
            (String::new(), SidError::Length { prefix, found: 0 }),
            (
                format!("{prefix}{}", &digits[1..]),
                SidError::Length { prefix, found: 33 },
            ),
            (
                format!("{prefix}{digits}0"),
                SidError::Length { prefix, found: 35 },
            ),
            (
                format!("{prefix}{digits} "),
                SidError::Length { prefix, found: 35 },
            ),
            (format!("{lower}{digits}"), SidError::Prefix { prefix }),
            (format!("SM{digits}"), SidError::Prefix { prefix }),
            (
                format!("{prefix}{}-{}", &digits[..9], &digits[10..]),
                SidError::Character {
                    prefix,
                    position: 11,
                },
            ),
            (
                format!("{prefix}{}é", &digits[2..]),
                SidError::Character {
                    prefix,
                    position: 32,
                },
            ),
        ] {
            let found = refused_event(&with(pairs.clone(), name, &value));
            assert_eq!(found, EventError::Sid { name, error }, "{value}");
        }
    }
}

/// Texts are looked at sixteen bytes at a time.
#[test]
fn no_byte_of_a_sid_or_an_identity_is_overlooked() {
    for position in 2..34 {
        for byte in 0..=0x7f {
            let mut sid = ACCOUNT.as_bytes().to_vec();
            sid[position] = byte;
            let found = AccountSid::new(str::from_utf8(&sid).unwrap());
            let prefix = "AC";
            let expected = match byte.is_ascii_alphanumeric() {
                true => Ok(sid.clone()),
                false => Err(SidError::Character { prefix, position }),
            };
            let found = found.map(|sid| sid.as_str().as_bytes().to_vec());
            assert_eq!(found, expected, "{byte:#x} at {position}");
        }
    }
    let name = "entity_identity";
    // The neighbours of what is allowed, and a character of two bytes with the highest bit set.
    let mut others = "/:@[`{_ ,.é".chars().cycle();
    for len in 8..=64 {
        for position in 0..len {
            let other = others.next().unwrap();
            let (before, behind) = ("x".repeat(position), "x".repeat(len - position - 1));
            let value = format!("{before}{other}{behind}");
            let error = refused_event(&with(v1_challenge(), name, &value));
            assert_eq!(error, EventError::Character { name, position }, "{value}");
        }
    }
}

#[test]
fn an_identity_has_8_to_64_letters_digits_and_dashes() {
    let name = "entity_identity";
    for value in [
        "user-001",
        "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a",
        &"Z".repeat(64),
    ] {
        let Event::Factor(event) = accepted(&with(v2_factor(), name, value)) else {
            panic!()
        };
        assert_eq!(event.entity_identity, value);
    }
    for (value, position) in [
        ("user_001", 4),
        ("user 0001", 4),
        ("user.0001@x", 4),
        ("rené-0001", 3),
    ] {
        let error = refused_event(&with(v2_factor(), name, value));
        assert_eq!(error, EventError::Character { name, position }, "{value}");
    }
    for found in [0, 1, 7, 65, 200] {
        let error = refused_event(&with(v2_factor(), name, &"x".repeat(found)));
        assert_eq!(
            error,
            EventError::Length {
                name,
                least: 8,
                most: 64,
                found
            }
        );
    }
}

#[test]
fn free_texts_have_1_to_64_characters() {
    for name in ["uuid", "factor_friendly_name"] {
        for value in ["x", " ", "été 😃", &"é".repeat(64), &"😃".repeat(64)] {
            accepted(&with(v2_challenge(), name, value));
        }
        for (value, found) in [
            (String::new(), 0),
            ("x".repeat(65), 65),
            ("é".repeat(65), 65),
        ] {
            let error = refused_event(&with(v2_challenge(), name, &value));
            assert_eq!(
                error,
                EventError::Length {
                    name,
                    least: 1,
                    most: 64,
                    found
                }
            );
        }
    }
}
