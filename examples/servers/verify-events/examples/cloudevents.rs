//! Converts events to those of the crate `cloudevents-sdk`, for those who route such events already:
//! `cargo run -p webhook-verify-events --example cloudevents`
//!
//! That crate refuses some of what Twilio's pages show, such as a `datacontenttype` that is a date. So an event is built
//! from what was read of it, rather than from its text.

use std::error::Error;

use cloudevents::{AttributesReader as _, Event, EventBuilder as _, EventBuilderV10};
use serde_json::Value;
use twilio_verify_webhooks::testing::CloudEventBuilder;
use twilio_verify_webhooks::verify_events::CloudEvent;

fn convert(event: &CloudEvent) -> Result<Event, Box<dyn Error>> {
    let mut builder = EventBuilderV10::new()
        .id(&*event.id)
        .source(&*event.source)
        .ty(&*event.event_type);
    if let Some(time) = &event.time {
        builder = builder.time(time.as_str());
    }
    if event.data_json().is_some() {
        let data: Value = event.decode_data()?;
        builder = match &event.dataschema {
            Some(schema) => builder.data_with_schema("application/json", schema.as_str(), data),
            None => builder.data("application/json", data),
        };
    }
    Ok(builder.build()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let event = CloudEventBuilder::verification_approved()
        .attribute("datacontenttype", "2025-10-08T07:17:02.363Z")
        .build()?;
    // Its text is refused.
    assert!(event.raw().decode::<Event>().is_err());
    let converted = convert(&event)?;
    assert_eq!(converted.id(), event.id);
    assert_eq!(converted.ty(), event.event_type);
    let schema = converted.dataschema().map(|schema| schema.as_str());
    assert_eq!(
        schema,
        event.dataschema.as_ref().map(|schema| schema.as_str())
    );
    println!("{converted}");
    Ok(())
}
