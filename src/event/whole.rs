use crate::block::{Finder, Lanes, at_most, equal};
use crate::error::JsonFault;

/// How deep objects and arrays may be nested, the outermost object included.
const MAX_DEPTH: u32 = u64::BITS;

/// Checks that a text is one JSON object (RFC 8259) from its first to its last character, white space around it
/// aside, and says what is wrong at which byte.
///
/// This is what lets nothing be cut off the end of such a value and nothing be added to it. It allocates nothing
/// and does not recurse; whether the object holds what it should is seen when it is decoded.
pub(super) fn check(text: &str) -> Result<(), (JsonFault, usize)> {
    let stops = |bytes: Lanes| equal(bytes, b'"') | equal(bytes, b'\\') | at_most(bytes, b' ' - 1);
    let mut scan = Scan {
        text: text.as_bytes(),
        position: 0,
        stops: Finder::new(text.as_bytes(), stops),
    };
    scan.object().map_err(|fault| (fault, scan.position))
}

/// The objects and arrays around a value, one bit each: 1 for an object.
#[derive(Default)]
struct Nesting {
    kinds: u64,
    depth: u32,
}

impl Nesting {
    fn enter(&mut self, is_object: bool) -> Result<(), JsonFault> {
        if self.depth == MAX_DEPTH {
            return Err(JsonFault::TooDeep);
        }
        self.depth = self.depth.saturating_add(1);
        self.kinds = self.kinds << 1 | u64::from(is_object);
        Ok(())
    }

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

struct Scan<'t, F> {
    text: &'t [u8],
    position: usize,
    /// Finds what a string cannot hold as it is.
    stops: Finder<'t, F>,
}

impl<F: Fn(Lanes) -> Lanes> Scan<'_, F> {
    fn object(&mut self) -> Result<(), JsonFault> {
        match self.peek() {
            Some(b'{') => {}
            Some(_) => return Err(JsonFault::NotAnObject),
            None => return Err(JsonFault::EndsEarly),
        }
        let mut nesting = Nesting::default();
        loop {
            let opened = self.value(&mut nesting)?;
            if opened && self.peek() != Some(nesting.bracket()) {
                self.key(&nesting)?;
                continue;
            }
            loop {
                match self.peek() {
                    Some(b',') => {
                        self.advance();
                        self.key(&nesting)?;
                        break;
                    }
                    Some(bracket) if bracket == nesting.bracket() => self.advance(),
                    Some(_) => return Err(JsonFault::Syntax),
                    None => return Err(JsonFault::EndsEarly),
                }
                nesting.leave();
                if nesting.depth == 0 {
                    return match self.peek() {
                        None => Ok(()),
                        Some(_) => Err(JsonFault::TrailingText),
                    };
                }
            }
        }
    }

    /// Takes a scalar, or the bracket that opens an object or array, and tells whether it opened one.
    fn value(&mut self, nesting: &mut Nesting) -> Result<bool, JsonFault> {
        match self.peek().ok_or(JsonFault::EndsEarly)? {
            bracket @ (b'{' | b'[') => {
                nesting.enter(bracket == b'{')?;
                self.advance();
                return Ok(true);
            }
            b'"' => self.string()?,
            b't' => self.literal(b"true")?,
            b'f' => self.literal(b"false")?,
            b'n' => self.literal(b"null")?,
            _ => self.number()?,
        }
        Ok(false)
    }

    /// Takes a member's name and colon, where there is one.
    fn key(&mut self, nesting: &Nesting) -> Result<(), JsonFault> {
        if !nesting.in_object() {
            return Ok(());
        }
        self.peek();
        self.string()?;
        self.expect(b':')
    }

    #[inline(always)]
    fn string(&mut self) -> Result<(), JsonFault> {
        self.take(|byte| byte == b'"')?;
        loop {
            self.position = self.stops.find(self.position).unwrap_or(self.text.len());
            match self.text.get(self.position) {
                Some(b'"') => {
                    self.advance();
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(_) => return Err(JsonFault::Syntax),
                None => return Err(JsonFault::EndsEarly),
            }
        }
    }

    fn escape(&mut self) -> Result<(), JsonFault> {
        self.advance();
        if self.take(|byte| b"\"\\/bfnrtu".contains(&byte))? == b'u' {
            for _ in 0..4 {
                self.take(|byte| byte.is_ascii_hexdigit())?;
            }
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), JsonFault> {
        self.skip(b"-");
        if self.take(|byte| byte.is_ascii_digit())? != b'0' {
            self.digits();
        }
        if self.skip(b".") {
            self.take(|byte| byte.is_ascii_digit())?;
            self.digits();
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.take(|byte| byte.is_ascii_digit())?;
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.skip(b"0123456789") {}
    }

    fn literal(&mut self, literal: &[u8]) -> Result<(), JsonFault> {
        literal
            .iter()
            .try_for_each(|&expected| self.take(|byte| byte == expected).map(drop))
    }

    /// Takes a mark, white space before it aside.
    fn expect(&mut self, mark: u8) -> Result<(), JsonFault> {
        self.peek();
        self.take(|byte| byte == mark).map(drop)
    }

    /// Takes one byte that is as wanted.
    fn take(&mut self, wanted: impl FnOnce(u8) -> bool) -> Result<u8, JsonFault> {
        match self.text.get(self.position) {
            Some(&byte) if wanted(byte) => {
                self.advance();
                Ok(byte)
            }
            Some(_) => Err(JsonFault::Syntax),
            None => Err(JsonFault::EndsEarly),
        }
    }

    /// Takes one byte if it is one of those, and tells whether it was.
    fn skip(&mut self, bytes: &[u8]) -> bool {
        self.take(|byte| bytes.contains(&byte)).is_ok()
    }

    /// Skips white space and looks at what follows.
    #[inline(always)]
    fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.get(self.position)? {
                b' ' | b'\t' | b'\n' | b'\r' => self.advance(),
                byte => return Some(byte),
            }
        }
    }

    fn advance(&mut self) {
        self.position = self.position.saturating_add(1);
    }
}
