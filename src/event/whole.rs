use crate::block::Finder;
use crate::error::JsonFault;

/// How deep objects and arrays may be nested, the outermost object included.
const MAX_DEPTH: u32 = u64::BITS;

/// Checks that a text is one JSON object (RFC 8259) from its first to its last character, white space around it
/// aside, and says what is wrong at which byte.
///
/// This is what lets nothing be cut off the end of such a value and nothing be added to it. It allocates nothing
/// and does not recurse; whether the object holds what it should is seen when it is decoded.
pub(super) fn check(text: &str) -> Result<(), (JsonFault, usize)> {
    let stops = |byte: u8| (byte == b'"') | (byte == b'\\') | (byte < b' ');
    let mut scan = Scan {
        text: text.as_bytes(),
        rest: text.as_bytes(),
        stops: Finder::new(text.as_bytes(), stops),
    };
    scan.object().map_err(|fault| (fault, scan.position()))
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

    fn in_object(&self) -> bool {
        self.kinds & 1 == 1
    }
}

struct Scan<'t, F> {
    text: &'t [u8],
    rest: &'t [u8],
    /// Finds what a string cannot hold as it is.
    stops: Finder<'t, F>,
}

impl<F: Fn(u8) -> bool> Scan<'_, F> {
    fn position(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn object(&mut self) -> Result<(), JsonFault> {
        match self.peek() {
            Some(b'{') => {}
            Some(_) => return Err(JsonFault::NotAnObject),
            None => return Err(JsonFault::EndsEarly),
        }
        let mut nesting = Nesting::default();
        loop {
            let opened = self.value(&mut nesting)?;
            if opened && !self.closes(&nesting)? {
                self.key(&nesting)?;
                continue;
            }
            while self.closes(&nesting)? {
                self.advance(1);
                nesting.leave();
                if nesting.depth == 0 {
                    return match self.peek() {
                        None => Ok(()),
                        Some(_) => Err(JsonFault::TrailingText),
                    };
                }
            }
            self.expect(b',')?;
            self.key(&nesting)?;
        }
    }

    /// Takes a scalar, or the bracket that opens an object or array, and tells whether it opened one.
    fn value(&mut self, nesting: &mut Nesting) -> Result<bool, JsonFault> {
        match self.peek().ok_or(JsonFault::EndsEarly)? {
            bracket @ (b'{' | b'[') => {
                nesting.enter(bracket == b'{')?;
                self.advance(1);
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

    /// Tells whether the innermost object or array ends here.
    fn closes(&mut self, nesting: &Nesting) -> Result<bool, JsonFault> {
        let bracket = if nesting.in_object() { b'}' } else { b']' };
        Ok(self.peek().ok_or(JsonFault::EndsEarly)? == bracket)
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

    fn string(&mut self) -> Result<(), JsonFault> {
        self.take(|byte| byte == b'"')?;
        loop {
            let stop = self.stops.find(self.position()).unwrap_or(self.text.len());
            self.rest = self.text.get(stop..).unwrap_or_default();
            match self.next_byte()? {
                b'"' => {
                    self.advance(1);
                    return Ok(());
                }
                b'\\' => {
                    self.advance(1);
                    let escaped = self.take(|byte| b"\"\\/bfnrtu".contains(&byte))?;
                    if escaped == b'u' {
                        for _ in 0..4 {
                            self.take(|byte| byte.is_ascii_hexdigit())?;
                        }
                    }
                }
                _ => return Err(JsonFault::Syntax),
            }
        }
    }

    fn number(&mut self) -> Result<(), JsonFault> {
        if self.rest.first() == Some(&b'-') {
            self.advance(1);
        }
        if self.take(|byte| byte.is_ascii_digit())? != b'0' {
            self.digits();
        }
        if self.rest.first() == Some(&b'.') {
            self.advance(1);
            self.take(|byte| byte.is_ascii_digit())?;
            self.digits();
        }
        if let Some(b'e' | b'E') = self.rest.first() {
            self.advance(1);
            if let Some(b'+' | b'-') = self.rest.first() {
                self.advance(1);
            }
            self.take(|byte| byte.is_ascii_digit())?;
            self.digits();
        }
        Ok(())
    }

    fn digits(&mut self) {
        let digits = self
            .rest
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.advance(digits);
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
        let byte = self.next_byte()?;
        if !wanted(byte) {
            return Err(JsonFault::Syntax);
        }
        self.advance(1);
        Ok(byte)
    }

    fn next_byte(&self) -> Result<u8, JsonFault> {
        self.rest.first().copied().ok_or(JsonFault::EndsEarly)
    }

    /// Skips white space and looks at what follows.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.rest.first() {
            self.advance(1);
        }
        self.rest.first().copied()
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }
}
