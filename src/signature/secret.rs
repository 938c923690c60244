//! Secrets that cannot be right.

use crate::error::KeyError;
use crate::invisible::is_invisible;

/// Refuses a secret that Twilio cannot have given out: what is left of a mistake in a file, a variable or a form.
///
/// What merely is no AuthToken of 32 hexadecimal digits is accepted, because tests use such.
pub(super) fn check(secret: &str) -> Result<(), KeyError> {
    if secret.is_empty() {
        return Err(KeyError::Empty);
    }
    if secret.chars().all(char::is_whitespace) {
        return Err(KeyError::Blank);
    }
    for (position, character) in secret.char_indices() {
        if character.is_whitespace() {
            return Err(KeyError::WhiteSpace { position });
        }
        if character.is_control() {
            return Err(KeyError::Control { position });
        }
        if is_invisible(character) {
            return Err(KeyError::Invisible {
                character,
                position,
            });
        }
    }
    if is_quoted(secret) {
        return Err(KeyError::Quoted);
    }
    if is_sid(secret) {
        return Err(KeyError::Sid);
    }
    Ok(())
}

/// Tells whether a secret is in quotes, as a shell or a file of settings wants them.
fn is_quoted(secret: &str) -> bool {
    let is_quote = |character: char| {
        matches!(
            character,
            '"' | '\'' | '`' | '\u{AB}' | '\u{BB}' | '\u{2018}'..='\u{201F}'
        )
    };
    let mut characters = secret.chars();
    let ends = (characters.next(), characters.next_back());
    matches!(ends, (Some(first), Some(last)) if is_quote(first) && is_quote(last))
}

/// Tells whether a secret is a SID: two capitals and 32 hexadecimal digits, or `X` as Twilio's documentation writes.
fn is_sid(secret: &str) -> bool {
    let Some((prefix, digits)) = secret.as_bytes().split_first_chunk::<2>() else {
        return false;
    };
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || byte.eq_ignore_ascii_case(&b'X');
    prefix.iter().all(u8::is_ascii_uppercase) && digits.len() == 32 && digits.iter().all(is_digit)
}
