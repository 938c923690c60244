//! The form decoder, beside a decoder of another library.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::{Buffer, Delivery, FormError, Refusal};
use verify_webhooks_fuzz::{FORM, checked, reference, setups};

/// Any tag will do: what is decoded before a signature is verified is the same.
const TAG: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=";

fuzz_target!(|form: &[u8]| {
    let delivery = Delivery::new("POST", form)
        .content_type(FORM)
        .signature(TAG);
    let mut buffer = Buffer::new();
    let opened = setups()[0].accounts.open(&delivery, &mut buffer);
    match opened {
        Ok(unverified) => {
            let params = unverified.params();
            let pairs = reference::pairs(form);
            assert!(reference::is_strict(form));
            assert!(
                params
                    .iter()
                    .eq(pairs.iter().map(|(name, value)| (&**name, &**value)))
            );
            assert_eq!(
                (params.len(), params.is_empty()),
                (pairs.len(), pairs.is_empty())
            );
            for (name, value) in &pairs {
                assert_eq!(params.get(name), Some(&**value));
                let other = format!("{name}_");
                let value = pairs.iter().find(|(name, _)| *name == other);
                assert_eq!(params.get(&other), value.map(|(_, value)| &**value));
            }
            if pairs.len() > 1 {
                checked();
            }
        }
        Err(Refusal::Form(error)) => {
            assert!(!reference::is_strict(form));
            assert_is_there(&error, form);
        }
        Err(refusal) => panic!("{refusal:?}"),
    }
});

/// What is said to be wrong with a form is wrong there.
fn assert_is_there(error: &FormError, form: &[u8]) {
    let pieces = || form.split(|&byte| byte == b'&');
    let name_of = |piece: &[u8]| {
        piece
            .split(|&byte| byte == b'=')
            .next()
            .unwrap_or_default()
            .to_vec()
    };
    let starts_piece = |position: usize| position == 0 || form[position - 1] == b'&';
    let name_at =
        |position: usize| name_of(form[position..].split(|&byte| byte == b'&').next().unwrap());
    match *error {
        FormError::Escape { position } => {
            assert_eq!(form[position], b'%');
            let digits = form.get(position + 1..position + 3).unwrap_or_default();
            assert!(digits.len() < 2 || !digits.iter().all(u8::is_ascii_hexdigit));
        }
        FormError::NotAscii { position } => assert!(!form[position].is_ascii()),
        FormError::NotUtf8 { position } => {
            // Only an escape can stand for a byte outside ASCII, and what comes before it is right.
            assert_eq!(form[position], b'%');
            let is_bound = |&byte: &u8| byte == b'&' || byte == b'=';
            let start = form[..position]
                .iter()
                .rposition(is_bound)
                .map_or(0, |bound| bound + 1);
            let end = form[position..]
                .iter()
                .position(is_bound)
                .map_or(form.len(), |bound| position + bound);
            assert!(reference::unescaped(&form[start..position]).is_some());
            assert!(reference::unescaped(&form[start..end]).is_none());
        }
        FormError::EmptyName { position } => {
            assert!(starts_piece(position) && name_at(position).is_empty());
        }
        FormError::LongName { position, limit } => {
            assert!(starts_piece(position) && limit == 64);
            let name = reference::unescaped(&name_at(position));
            // What is wrong within such a name may be found after it.
            assert!(name.is_none_or(|name| name.len() > limit));
        }
        FormError::RepeatedName { name, position } => {
            assert!(starts_piece(position));
            let repeated = reference::unescaped(&name_at(position));
            let before = pieces()
                .map(name_of)
                .filter(|name| reference::unescaped(name) == repeated);
            assert!(before.count() > 1);
            assert!(name.is_none() || repeated.as_deref() == name);
        }
        FormError::TooManyParameters { limit } => assert!(pieces().count() > limit && limit == 64),
        _ => panic!("{error:?}"),
    }
}
