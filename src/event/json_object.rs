//! Finds where a JSON object ends.
//!
//! What is called for each value or byte is inlined: as calls, they take longer than what they do.

use crate::error::JsonFault;
use crate::kernels::block::{Finder, Lanes, at_most, equal};
use crate::limits;

/// How deep objects and arrays may be nested, the outermost object included.
const MAX_DEPTH: u32 = limits::MAX_JSON_DEPTH;
// `Nesting` has a bit for each.
const _: () = assert!(MAX_DEPTH <= u64::BITS);

/// Checks that a text is one JSON object (RFC 8259) from its first to its last character, white space around it
/// aside, and says what is wrong at which byte.
///
/// So such a value can be neither shortened nor extended without becoming invalid. The scan allocates nothing and does not
/// recurse, where `serde_json` would skip a value of any depth and name a line and column instead of a byte. Whether the
/// object holds what it should is seen when it is decoded.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    let stops = |bytes: Lanes| equal(bytes, b'"') | equal(bytes, b'\\') | at_most(bytes, b' ' - 1);
    let mut scan = Scan {
        text: text.as_bytes(),
        stops: Finder::new(text.as_bytes(), stops),
    };
    scan.object()
}

/// Returns where the JSON object ends that a text starts with, white space after it included, and how many bytes were
/// looked at.
pub(super) fn end(text: &str) -> (Option<usize>, usize) {
    match check(text) {
        Ok(()) => (Some(text.len()), text.len()),
        Err((JsonFault::TrailingText, at)) => (Some(at), at),
        Err((_, at)) => (None, at),
    }
}

/// What is wrong, and at which byte.
pub(crate) type Fault = (JsonFault, usize);

/// The objects and arrays around a value, one bit each: 1 for an object.
#[derive(Default)]
struct Nesting {
    kinds: u64,
    depth: u32,
}

impl Nesting {
    #[inline(always)]
    fn enter(&mut self, is_object: bool) -> Result<(), JsonFault> {
        if self.depth == MAX_DEPTH {
            return Err(JsonFault::TooDeep);
        }
        self.depth = self.depth.saturating_add(1);
        self.kinds = self.kinds << 1 | u64::from(is_object);
        Ok(())
    }

    #[inline(always)]
    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.kinds >>= 1;
    }

    #[inline(always)]
    fn in_object(&self) -> bool {
        self.kinds & 1 == 1
    }

    /// What ends the innermost object or array.
    #[inline(always)]
    fn bracket(&self) -> u8 {
        if self.in_object() { b'}' } else { b']' }
    }
}

/// Each part takes the place where it starts and returns the place after it.
struct Scan<'t, F> {
    text: &'t [u8],
    /// Finds what a string cannot hold as it is.
    stops: Finder<'t, F>,
}

impl<F: Fn(Lanes) -> Lanes> Scan<'_, F> {
    fn object(&mut self) -> Result<(), Fault> {
        let mut at = self.skip_space(0);
        match self.text.get(at) {
            Some(b'{') => {}
            Some(_) => return Err((JsonFault::NotAnObject, at)),
            None => return Err((JsonFault::EndsEarly, at)),
        }
        let mut nesting = Nesting::default();
        'value: loop {
            if nesting.in_object() {
                at = self.string(at)?;
                at = self.take(self.skip_space(at), |byte| byte == b':')?;
                at = self.skip_space(at);
            }
            at = match self.byte(at)? {
                bracket @ (b'{' | b'[') => {
                    nesting
                        .enter(bracket == b'{')
                        .map_err(|fault| (fault, at))?;
                    at = self.skip_space(next(at));
                    if self.text.get(at) != Some(&nesting.bracket()) {
                        continue;
                    }
                    at
                }
                b'"' => self.string(at)?,
                b't' => self.literal(at, b"true")?,
                b'f' => self.literal(at, b"false")?,
                b'n' => self.literal(at, b"null")?,
                _ => self.number(at)?,
            };
            loop {
                at = self.skip_space(at);
                match self.byte(at)? {
                    b',' => {
                        at = self.skip_space(next(at));
                        continue 'value;
                    }
                    bracket if bracket == nesting.bracket() => at = next(at),
                    _ => return Err((JsonFault::Syntax, at)),
                }
                nesting.leave();
                if nesting.depth == 0 {
                    at = self.skip_space(at);
                    return match self.text.get(at) {
                        None => Ok(()),
                        Some(_) => Err((JsonFault::TrailingText, at)),
                    };
                }
            }
        }
    }

    #[inline(always)]
    fn string(&mut self, at: usize) -> Result<usize, Fault> {
        let mut at = self.take(at, |byte| byte == b'"')?;
        loop {
            at = self.stops.find(at).unwrap_or(self.text.len());
            match self.byte(at)? {
                b'"' => return Ok(next(at)),
                b'\\' => at = self.escape(next(at))?,
                _ => return Err((JsonFault::Syntax, at)),
            }
        }
    }

    fn escape(&self, at: usize) -> Result<usize, Fault> {
        let after = self.take(at, |byte| b"\"\\/bfnrtu".contains(&byte))?;
        match self.text.get(at) {
            Some(b'u') => (0..4).try_fold(after, |at, _| {
                self.take(at, |byte| byte.is_ascii_hexdigit())
            }),
            _ => Ok(after),
        }
    }

    fn number(&self, at: usize) -> Result<usize, Fault> {
        let at = self.skip(at, b"-").unwrap_or(at);
        let mut at = match self.skip(at, b"0") {
            Some(at) => at,
            None => self.digits(at)?,
        };
        if let Some(point) = self.skip(at, b".") {
            at = self.digits(point)?;
        }
        if let Some(exponent) = self.skip(at, b"eE") {
            at = self.digits(self.skip(exponent, b"+-").unwrap_or(exponent))?;
        }
        Ok(at)
    }

    /// Takes at least one digit.
    fn digits(&self, at: usize) -> Result<usize, Fault> {
        let mut at = self.take(at, |byte| byte.is_ascii_digit())?;
        while let Some(after) = self.skip(at, b"0123456789") {
            at = after;
        }
        Ok(at)
    }

    fn literal(&self, at: usize, literal: &[u8]) -> Result<usize, Fault> {
        let mut bytes = literal.iter();
        bytes.try_fold(at, |at, &expected| self.take(at, |byte| byte == expected))
    }

    /// Takes one byte that is as wanted.
    #[inline(always)]
    fn take(&self, at: usize, wanted: impl FnOnce(u8) -> bool) -> Result<usize, Fault> {
        match wanted(self.byte(at)?) {
            true => Ok(next(at)),
            false => Err((JsonFault::Syntax, at)),
        }
    }

    /// Takes one byte if it is one of those.
    fn skip(&self, at: usize, bytes: &[u8]) -> Option<usize> {
        self.take(at, |byte| bytes.contains(&byte)).ok()
    }

    #[inline(always)]
    fn byte(&self, at: usize) -> Result<u8, Fault> {
        self.text.get(at).copied().ok_or((JsonFault::EndsEarly, at))
    }

    /// Skips white space.
    #[inline(always)]
    fn skip_space(&self, mut at: usize) -> usize {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.text.get(at) {
            at = next(at);
        }
        at
    }
}

/// The place after one that lies in the text.
#[inline(always)]
fn next(at: usize) -> usize {
    at.wrapping_add(1)
}
