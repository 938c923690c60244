//! What is wrong with a form, and where. Decoding only finds that something is.

use super::unescape;
use crate::error::FormError;
use crate::limits::MAX_PARAMETERS;

/// Says what is wrong with a form, apart from its UTF-8 and repeated names.
#[cold]
pub(super) fn first_fault(form: &[u8]) -> FormError {
    let ends_badly = |count: usize, start: usize| {
        if count >= MAX_PARAMETERS {
            return Some(FormError::TooManyParameters {
                limit: MAX_PARAMETERS,
            });
        }
        let has_no_name = matches!(form.get(start), None | Some(b'&' | b'='));
        has_no_name.then_some(FormError::EmptyName { position: start })
    };
    let (mut count, mut start) = (0_usize, 0_usize);
    for (position, byte) in form.iter().enumerate() {
        match byte {
            b'%' if !is_escape(form, position) => return FormError::Escape { position },
            b'&' => {
                if let Some(fault) = ends_badly(count, start) {
                    return fault;
                }
                count = count.saturating_add(1);
                start = position.saturating_add(1);
            }
            0x80.. => return FormError::NotAscii { position },
            _ => {}
        }
    }
    ends_badly(count, start).unwrap_or(FormError::TooManyParameters {
        limit: MAX_PARAMETERS,
    })
}

/// Finds the bad escape of a form in which nothing else is wrong.
#[cold]
pub(super) fn bad_escape(form: &[u8]) -> FormError {
    let mut bytes = form.iter().enumerate();
    let bad = bytes.find(|&(position, &byte)| byte == b'%' && !is_escape(form, position));
    let position = bad.map_or(form.len(), |(position, _)| position);
    FormError::Escape { position }
}

fn is_escape(form: &[u8], position: usize) -> bool {
    let digits = form.get(position.saturating_add(1)..);
    digits.is_some_and(|digits| unescape::escaped(digits).is_some())
}

/// Finds where the first character is written that is not UTF-8, name by name and value by value.
#[cold]
pub(super) fn bad_utf8(form: &[u8]) -> Option<usize> {
    let mut start = 0_usize;
    for parameter in form.split(|byte| *byte == b'&') {
        for part in parameter.splitn(2, |byte| *byte == b'=') {
            if let Some(place) = unescape::bad_utf8(part) {
                return Some(start.saturating_add(place));
            }
            // What ends the part has one byte.
            start = start.saturating_add(part.len()).saturating_add(1);
        }
    }
    None
}

/// Finds where in the form a parameter starts.
#[cold]
pub(super) fn start_of(index: u8, form: &[u8]) -> usize {
    let ends = form.iter().enumerate().filter(|&(_, &byte)| byte == b'&');
    let end = ends
        .map(|(position, _)| position.saturating_add(1))
        .nth(usize::from(index).saturating_sub(1));
    end.filter(|_| index > 0).unwrap_or_default()
}
