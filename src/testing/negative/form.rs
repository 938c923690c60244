//! Forms that decoders disagree on, or that hold too much or nothing.

use super::{EventBuilder, OwnedDelivery, Signer};

/// The most parameters that a delivery may have.
const MOST_PARAMETERS: usize = 64;

/// Signs what lenient decoders make of a piece at the end of the form.
fn read_leniently(
    signer: &Signer,
    event: EventBuilder,
    sent: impl AsRef<[u8]>,
    read: &str,
) -> OwnedDelivery {
    let name = "factor_friendly_name";
    let event = event.without(name);
    let start = format!("{}&{name}=", event.form());
    let mut body = start.into_bytes();
    body.extend_from_slice(sent.as_ref());
    signer.post(&event.parameter(name, read)).with_body(body)
}

pub(super) fn duplicate_parameter(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let denied = event.event_type("challenge.denied");
    let body = format!("{}&type=challenge.approved", denied.form());
    signer.post(&denied).with_body(body)
}

pub(super) fn bad_escape(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    read_leniently(signer, event, "100%zz", "100%zz")
}

pub(super) fn bad_utf8(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    read_leniently(signer, event, "Phone+%FF", "Phone \u{fffd}")
}

pub(super) fn unescaped_text(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    read_leniently(signer, event, "Zoë", "Zoë")
}

pub(super) fn empty_name(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let body = format!("{}&", event.form());
    signer.post(&event).with_body(body)
}

pub(super) fn too_many_parameters(signer: &Signer, event: EventBuilder) -> OwnedDelivery {
    let more = MOST_PARAMETERS.saturating_sub(event.iter().count());
    let event = (0..=more).fold(event, |event, number| {
        event.parameter(format_args!("factor_note_{number}"), number)
    });
    signer.post(&event)
}

pub(super) fn empty_body(signer: &Signer, _: EventBuilder) -> OwnedDelivery {
    signer.post(&EventBuilder::empty())
}
