use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What kind of failure a [`StoreError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store cannot be reached, is locked by another, or was closed.
    Unavailable,
    /// The store did not answer in time. Whether the step was taken is unknown: repeat it.
    Timeout,
    /// There is no room: the bounded number of rows, the queue, or the disk.
    Full,
    /// What is there was made by another version, or by something else, and must not be used by this one.
    Schema,
    /// The store does not keep what it acknowledges as it is set up.
    NotDurable,
    /// The store may be read only.
    ReadOnly,
    /// What the store holds is damaged.
    Corrupt,
    /// Anything else: a bug, most likely.
    Other,
}

impl StoreErrorKind {
    /// Returns a short text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "the store is not available",
            Self::Timeout => "the store did not answer in time",
            Self::Full => "the store is full",
            Self::Schema => "the schema of the store does not fit",
            Self::NotDurable => "the store would not keep what it acknowledges",
            Self::ReadOnly => "the store is read-only",
            Self::Corrupt => "the store is damaged",
            Self::Other => "the store failed",
        }
    }
}

/// Why a store did not do what was asked.
///
/// Where the failure may have come after the step was taken, as with a connection that broke, repeating the step is
/// safe: every step may come twice.
///
/// Cheap to clone. Its text is the kind's and what the store adds, never an event's.
#[derive(Debug, Clone)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: Option<Arc<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// Takes the kind and what the store has to say.
    pub fn new(kind: StoreErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let source = Some(Arc::from(source.into()));
        Self { kind, source }
    }

    /// Returns the kind.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl From<StoreErrorKind> for StoreError {
    fn from(kind: StoreErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.as_str())?;
        match &self.source {
            Some(source) => write!(f, ": {source}"),
            None => Ok(()),
        }
    }
}

// The text holds the source's already, so that is not a source of its own.
impl Error for StoreError {}
