//! The signature header: one line, one canonical base64 tag.

use twilio_verify_webhooks::*;

use crate::spelling::Spelling;
use crate::support::*;

/// Signed parameters whose signature holds a `+` and a `/`.
fn signed() -> (Pairs, String) {
    (0..)
        .map(|number| with(v1_factor(), "uuid", &format!("uuid {number}")))
        .map(|pairs| (pairs.clone(), token().sign(URL, pairs)))
        .find(|(_, signature)| signature.contains('+') && signature.contains('/'))
        .unwrap()
}

#[track_caller]
fn assert_refused(lines: &[&str], error: impl Into<SignatureError>) {
    let (pairs, _) = signed();
    let request = lines
        .iter()
        .fold(Request::post(form(&pairs)), |request, line| {
            request.header(SIGNATURE_HEADER, line)
        });
    assert_eq!(
        refused(&request),
        Refusal::Signature(error.into()),
        "{lines:?}"
    );
}

#[test]
fn exactly_one_line_is_accepted() {
    let (pairs, signature) = signed();
    let request = Request::post(form(&pairs));
    assert!(
        receive(
            &receiver(),
            &request.clone().header("x-twilio-signature", &signature)
        )
        .is_ok()
    );
    assert!(
        receive(
            &receiver(),
            &request.header("X-TWILIO-SIGNATURE", &signature)
        )
        .is_ok()
    );

    assert_refused(&[], SignatureError::Missing);
    assert_refused(
        &[&signature, &signature],
        SignatureError::SeveralLines { count: 2 },
    );
    assert_refused(
        &[&signature, "", "x"],
        SignatureError::SeveralLines { count: 3 },
    );
    assert_refused(&[""], Spelling::Empty);
}

#[test]
fn each_other_spelling_of_a_signature_is_told_apart() {
    use Spelling::*;

    let (_, right) = signed();
    let plus = right.find('+').unwrap();
    let slash = right.find('/').unwrap();
    let bare = right.trim_end_matches('=');
    // 27 characters are 162 bits, two more than the tag: the last character has two spare bits.
    let last = bare.chars().last().unwrap();
    let spare = char::from(u8::try_from(last).unwrap() + 1);
    for (value, error) in [
        (format!("{right},{right}"), Joined { position: 28 }),
        (format!("{right}, {right}"), Joined { position: 28 }),
        (format!(" {right}"), WhiteSpace { position: 0 }),
        (format!("{right} "), WhiteSpace { position: 28 }),
        (format!("{right}\n"), WhiteSpace { position: 28 }),
        (
            format!("{}\t{}", &right[..9], &right[9..]),
            WhiteSpace { position: 9 },
        ),
        (right.replace('+', "-"), UrlSafeAlphabet { position: plus }),
        (right.replace('/', "_"), UrlSafeAlphabet { position: slash }),
        (right.replacen('+', "*", 1), NotBase64 { position: plus }),
        (right.replacen('/', "é", 1), NotBase64 { position: slash }),
        (format!("\"{right}\""), NotBase64 { position: 0 }),
        (format!("sha1={right}"), Padding { expected: 28 }),
        (bare.to_owned(), Padding { expected: 28 }),
        (format!("{right}="), Padding { expected: 28 }),
        (format!("={bare}"), Padding { expected: 28 }),
        (format!("{}==", &bare[..26]), Padding { expected: 28 }),
        (format!("{bare}A"), Padding { expected: 28 }),
        (format!("{}{spare}=", &bare[..26]), SpareBits),
        (
            "AAAA".to_owned(),
            Length {
                expected: 28,
                found: 4,
            },
        ),
        (
            "A".to_owned(),
            Length {
                expected: 28,
                found: 1,
            },
        ),
        (
            "=".to_owned(),
            Length {
                expected: 28,
                found: 1,
            },
        ),
        (
            format!("AAAA{right}"),
            Length {
                expected: 28,
                found: 32,
            },
        ),
        (
            format!("{}=", "A".repeat(43)),
            Length {
                expected: 28,
                found: 44,
            },
        ),
        (
            "A".repeat(10_000),
            Length {
                expected: 28,
                found: 10_000,
            },
        ),
    ] {
        assert_refused(&[&value], error);
    }
}

#[test]
fn a_signature_of_another_text_is_refused() {
    let (pairs, right) = signed();
    let refusal = Refusal::Signature(SignatureError::Mismatch { tries: 2 });
    for position in 0..26 {
        let mut other = right.clone().into_bytes();
        other[position] = if other[position] == b'A' { b'B' } else { b'A' };
        let other = String::from_utf8(other).unwrap();
        let request = Request::post(form(&pairs)).header(SIGNATURE_HEADER, &other);
        assert_eq!(refused(&request), refusal, "{position}");
    }
    let request =
        Request::signed(&with(pairs, "uuid", "another")).replace(SIGNATURE_HEADER, &right);
    assert_eq!(refused(&request), refusal);
}

#[test]
fn a_header_that_is_no_text_is_refused() {
    let body = form(&v1_factor());
    let delivery = Delivery::new("POST", body.as_bytes())
        .content_type(FORM)
        .signature(b"\xff\xfe");
    let refusal = receiver().receive(&delivery).unwrap_err();
    let error = SignatureError::from(Spelling::NotBase64 { position: 0 });
    assert_eq!(refusal, error.into());
}
