//! Requests from text: captures of `listen` and all else in which people keep requests.

/// A request as far as its text holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Capture {
    pub(crate) method: String,
    /// Path and query as in the request line. Empty where they are not known.
    pub(crate) target: String,
    /// In order, each line of a header on its own.
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    /// `None` where it is not known.
    pub(crate) body: Option<Vec<u8>>,
}
