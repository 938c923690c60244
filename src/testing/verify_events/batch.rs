use super::CloudEventBuilder;
use crate::testing::{OwnedDelivery, Signer};

impl Signer {
    /// Signs a batch, as Event Streams delivers it: a JSON array of the events.
    #[must_use]
    pub fn post_events<'e>(
        &self,
        events: impl IntoIterator<Item = &'e CloudEventBuilder>,
    ) -> OwnedDelivery {
        let events: Vec<String> = events.into_iter().map(CloudEventBuilder::json).collect();
        self.post_json(format!("[{}]", events.join(",")))
    }
}
