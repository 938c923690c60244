use std::fmt;

/// The most characters of a path that an error keeps.
const MAX_PATH: usize = 160;

/// Why nested JSON, or the parameters of an event unknown to the crate, did not match the requested type.
///
/// It names the element, not its value. Names in the path come from the delivery: they are truncated after 160
/// characters, with control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    missing: bool,
    line_and_column: Option<(usize, usize)>,
}

impl DecodeError {
    pub(crate) fn json(
        parameter: &str,
        error: &serde_path_to_error::Error<serde_json::Error>,
    ) -> Self {
        let inner = error.inner();
        Self::new(parameter, error, Some((inner.line(), inner.column())))
    }

    pub(crate) fn parameters<E: fmt::Display>(error: &serde_path_to_error::Error<E>) -> Self {
        Self::new("", error, None)
    }

    fn new<E: fmt::Display>(
        parameter: &str,
        error: &serde_path_to_error::Error<E>,
        line_and_column: Option<(usize, usize)>,
    ) -> Self {
        let mut path = Path::default();
        path.push(parameter);
        for segment in error.path() {
            path.segment(segment);
        }
        // The names that serde reports missing are those of the type, which is code and not data.
        let message = error.inner().to_string();
        let missing = message
            .strip_prefix("missing field `")
            .and_then(|rest| rest.split_once('`'));
        if let Some((name, _)) = missing {
            path.member(name);
        }
        Self {
            path: path.text,
            missing: missing.is_some(),
            line_and_column,
        }
    }

    /// Returns the path of the element, starting with the parameter if it is nested JSON:
    /// `challenge_details.fields[2].label`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Tells whether the element is missing, rather than of another type than requested.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.missing
    }

    /// Returns line and column in the nested JSON, counted from 1.
    #[must_use]
    pub fn line_and_column(&self) -> Option<(usize, usize)> {
        self.line_and_column
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fault = if self.missing {
            "is missing"
        } else {
            "does not match the requested type"
        };
        let path = if self.path.is_empty() {
            "the value"
        } else {
            &self.path
        };
        write!(f, "{path} {fault}")?;
        match self.line_and_column {
            Some((line, column)) => write!(f, ", at line {line} column {column}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DecodeError {}

#[derive(Default)]
struct Path {
    text: String,
    len: usize,
}

impl Path {
    fn push(&mut self, text: &str) {
        for c in text.chars().flat_map(char::escape_debug) {
            self.len = self.len.saturating_add(1);
            match self.len {
                ..=MAX_PATH => self.text.push(c),
                len if len == MAX_PATH.saturating_add(1) => self.text.push('…'),
                _ => return,
            }
        }
    }

    fn member(&mut self, name: &str) {
        if !self.text.is_empty() {
            self.push(".");
        }
        self.push(name);
    }

    fn segment(&mut self, segment: &serde_path_to_error::Segment) {
        use serde_path_to_error::Segment;

        match segment {
            Segment::Seq { index } => self.push(&format!("[{index}]")),
            Segment::Map { key } => self.member(key),
            Segment::Enum { variant } => self.member(variant),
            Segment::Unknown => self.member("?"),
        }
    }
}
