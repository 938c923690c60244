//! The texts of errors, each as it is meant.

use twilio_verify_webhooks::verify_events::{BatchError, DataError, ElementError};
use twilio_verify_webhooks::{ConfigError, SignatureError, UrlError};

#[test]
fn errors_say_what_was_expected() {
    let texts = [
        BatchError::Method.to_string(),
        BatchError::TooLarge { limit: 5, found: 6 }.to_string(),
        BatchError::Incomplete.to_string(),
        BatchError::Signature(SignatureError::Missing).to_string(),
        BatchError::NotJson { line: 2, column: 7 }.to_string(),
        BatchError::NotABatch.to_string(),
        BatchError::TooManyElements { limit: 4096 }.to_string(),
        BatchError::NoReceiver.to_string(),
        ElementError::NotAnObject.to_string(),
        ElementError::TooDeep.to_string(),
        ElementError::NotJson { position: 3 }.to_string(),
        ElementError::Names { object: "data" }.to_string(),
        ElementError::Missing { name: "id" }.to_string(),
        ElementError::Type { name: "id" }.to_string(),
        ElementError::Length {
            name: "id",
            most: 256,
            found: 300,
        }
        .to_string(),
        ElementError::SpecVersion.to_string(),
        ElementError::OtherAccount.to_string(),
        DataError::Absent.to_string(),
        DataError::NotAnObject.to_string(),
        DataError::Missing { name: "created_at" }.to_string(),
        DataError::Type { name: "created_at" }.to_string(),
        ConfigError::ElementLimit {
            largest: 65_536,
            found: 0,
        }
        .to_string(),
        ConfigError::Status { found: 200 }.to_string(),
        UrlError::BodyHash.to_string(),
    ];
    let expected = "\
expected the method POST
expected at most 5 bytes, found 6
expected the complete body, found a part of it
expected an X-Twilio-Signature header, found none
expected JSON, found something else at line 2 column 7
expected an array of events or one event, found another JSON value
expected at most 4096 events, found more
expected an event stream receiver among the application's data, found none
expected an event, found a JSON value that is no object
found an event nested more than 64 deep
expected an event, found a syntax error at byte 3
expected each name of an object once and as text, found otherwise in data
attribute id is missing
attribute id is no text
attribute id: expected 1 to 256 bytes, found 300
expected a specversion of CloudEvents 1, found another
the event names another account than the receiver is for
data is missing
data is no object
data.created_at is missing
data.created_at is no text
expected a limit of 1 to 65536 elements, found 0
expected a status from 400 to 599 for unverified deliveries, found 200
expected a destination without bodySHA256, which Twilio appends to it";
    assert_eq!(texts.join("\n"), expected);
}
