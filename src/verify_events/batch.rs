use serde_json::value::RawValue;

use super::cloud_event::CloudEvent;
use super::data::EventData;
use super::error::{BatchError, ElementError};
use super::json::RawJson;
use super::read::{self, TooMany};
use crate::receiver::MatchedKey;

/// U+FEFF in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The events of one verified delivery, in the order of their arrival, which is not that in which they happened.
///
/// All of it is answered at once: with 200 once every event is kept, known or not. If one cannot be kept, answer 503:
/// all of them come again, and those that were kept are recognised by their [`delivery_id`](CloudEvent::delivery_id).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Batch {
    /// The elements of the array, each by itself; one if a single event was sent. There may be none.
    pub elements: Vec<Result<CloudEvent, BadElement>>,
    /// The key that the delivery was signed with.
    pub key: MatchedKey<'static>,
}

impl Batch {
    /// Returns an iterator over the events.
    pub fn events(&self) -> impl Iterator<Item = &CloudEvent> {
        self.elements
            .iter()
            .filter_map(|element| element.as_ref().ok())
    }

    /// Returns an iterator over the elements that are no events: log them, and answer 200 all the same.
    pub fn bad_elements(&self) -> impl Iterator<Item = &BadElement> {
        self.elements
            .iter()
            .filter_map(|element| element.as_ref().err())
    }

    /// Returns the events, and drops the elements that are none.
    pub fn into_events(self) -> impl Iterator<Item = CloudEvent> {
        self.elements.into_iter().filter_map(Result::ok)
    }
}

/// An element of a verified batch that is no event. Twilio signed it nevertheless.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("{error}, in the element at position {position}")]
#[non_exhaustive]
pub struct BadElement {
    /// What is wrong with it.
    pub error: ElementError,
    /// Where in the array it is, counted from 0.
    pub position: usize,
    /// Its text as received.
    pub raw: RawJson,
}

/// Reads the elements of a body: of an array, or of one object.
pub(super) fn elements(
    body: &[u8],
    limit: usize,
    account_sid: Option<&str>,
) -> Result<Vec<Result<CloudEvent, BadElement>>, BatchError> {
    // Parsers may ignore it (RFC 8259, section 8.1), and what is answered with 400 is destroyed.
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let text = std::str::from_utf8(body).map_err(|error| not_utf8(body, error.valid_up_to()))?;
    let not_json = |error: serde_json::Error| BatchError::NotJson {
        line: error.line(),
        column: error.column(),
    };
    let values = match text.trim_ascii_start().bytes().next() {
        Some(b'[') => read::elements(text, limit).map_err(not_json)?,
        _ => Ok(vec![
            serde_json::from_str::<&RawValue>(text).map_err(not_json)?,
        ]),
    };
    let values = values.map_err(|TooMany| BatchError::TooManyElements { limit })?;
    let is_batch = |value: &&RawValue| value.get().starts_with('{');
    if !text.trim_ascii_start().starts_with('[') && !values.iter().all(is_batch) {
        return Err(BatchError::NotABatch);
    }
    let elements = values.iter().enumerate().map(|(position, value)| {
        read_element(value.get(), account_sid).map_err(|error| BadElement {
            error,
            position,
            raw: RawJson::new(value.get()),
        })
    });
    Ok(elements.collect())
}

fn read_element(json: &str, account_sid: Option<&str>) -> Result<CloudEvent, ElementError> {
    let event = CloudEvent::from_json(json)?;
    let Some(expected) = account_sid else {
        return Ok(event);
    };
    // The id of a test of the sink, and the account of its data.
    let mut named = event
        .account_sid()
        .into_iter()
        .chain(event.data.account_sid());
    if named.any(|named| named != expected) {
        return Err(ElementError::OtherAccount);
    }
    if let (None, Some(data)) = (event.account_sid(), event.data_json()) {
        EventData::check_nameless(data)?;
    }
    Ok(event)
}

/// Says where a body is no UTF-8, as it is said where it is no JSON.
fn not_utf8(body: &[u8], position: usize) -> BatchError {
    let before = body.get(..position).unwrap_or_default();
    let lines = before.split(|byte| *byte == b'\n');
    let column = lines.clone().next_back().map_or(0, <[u8]>::len);
    BatchError::NotJson {
        line: lines.count(),
        column: column.saturating_add(1),
    }
}
