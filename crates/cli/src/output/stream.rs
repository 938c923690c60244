//! Standard output and standard error.

use std::fmt;
use std::io::{self, Stdout, Write};

use anstream::AutoStream;
use serde::Serialize;

use super::style::BAD;
use crate::secrets::redacted;

/// Standard output. Who reads it may stop reading, as `head` does: what is written after that is dropped.
pub(crate) struct Out {
    stream: AutoStream<Stdout>,
    is_closed: bool,
}

impl Out {
    pub(crate) fn new() -> Self {
        Self {
            stream: anstream::stdout(),
            is_closed: false,
        }
    }

    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed
    }

    /// Writes a value as JSON for people to read.
    pub(crate) fn json(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        writeln!(self, "{}", redacted(&serde_json::to_string_pretty(value)?))
    }

    /// Writes a value as JSON on a line of its own, at once.
    pub(crate) fn json_line(&mut self, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        self.write_all(json_line(value).as_bytes())?;
        self.flush()
    }

    fn closed(&mut self, outcome: io::Result<()>) -> io::Result<()> {
        match outcome {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(())
            }
            outcome => outcome,
        }
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let outcome = self.stream.write_all(bytes);
        self.closed(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let outcome = self.stream.flush();
        self.closed(outcome)
    }
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Out")
            .field("is_closed", &self.is_closed)
            .finish_non_exhaustive()
    }
}

/// Returns a value as JSON on a line of its own.
pub(crate) fn json_line(value: &(impl Serialize + ?Sized)) -> String {
    // What is printed has texts for names, and nothing else that JSON lacks.
    let json = serde_json::to_string(value).unwrap_or_default();
    format!("{}\n", redacted(&json))
}

/// Says on standard error what the user may want to know.
pub(crate) fn note(text: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "note: {text}");
}

/// Says on standard error what the user should change.
pub(crate) fn warning(text: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{BAD}warning:{BAD:#} {text}");
}
