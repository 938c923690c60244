//! What a server for Event Streams must do.

use std::collections::BTreeSet;

use twilio_verify_webhooks::AuthToken;
use twilio_verify_webhooks::testing::{
    BatchCase, CloudEventBuilder, OwnedDelivery, Signer, StartedVerification,
};
use twilio_verify_webhooks::verify_events::{MessageEventType, VerificationEventType};

use crate::delivery::{TOKEN, URL};
use crate::http::{Connection, Framing, Request};
use crate::server::Server;

/// Runs all there is against a server, and then looks at what its handler did.
///
/// # Panics
///
/// If something is not as it must be.
pub fn check(server: &Server) {
    let signer = Signer::new(URL, AuthToken::new(TOKEN).unwrap()).unwrap();
    let mut started = StartedVerification::from_seed(1);
    let events = [
        started.verification(VerificationEventType::Approved),
        started.message(MessageEventType::Delivered),
        started.verification(VerificationEventType::Pending),
        started.sink_test(),
        started.sink_test(),
        started.event("com.twilio.accountsecurity.verify.challenge.approved"),
    ];
    let batch = signer.post_events(&events);
    assert_eq!(send(server, &batch, Framing::Length), 200);
    // Again, in chunks, alone, and with what is no event.
    assert_eq!(send(server, &batch, Framing::Chunks(7)), 200);
    assert_eq!(
        send(server, &signer.post_json(events[0].json()), Framing::Length),
        200
    );
    let bad = format!(r#"[{{"hello":"world"}},{},null]"#, events[1].json());
    assert_eq!(send(server, &signer.post_json(bad), Framing::Length), 200);
    assert_eq!(send(server, &signer.post_json("[]"), Framing::Length), 200);
    for case in BatchCase::ALL {
        let refused = case.delivery(&signer);
        assert_eq!(
            send(server, &refused, Framing::Length),
            case.status(),
            "{case}"
        );
    }
    // The last that is handled, so that nothing comes after.
    let last = CloudEventBuilder::sink_test();
    assert_eq!(
        send(server, &signer.post_events([&last]), Framing::Length),
        200
    );

    let id = |event: &CloudEventBuilder| event.build().unwrap().delivery_id().to_string();
    let mut expected: BTreeSet<String> = events.iter().chain([&last]).map(id).collect();
    while !expected.is_empty() {
        let line = server.next_line();
        let (_, id) = line.rsplit_once(": ").unwrap();
        assert!(expected.remove(id), "handled twice, or never sent: {line}");
    }
}

fn send(server: &Server, delivery: &OwnedDelivery, framing: Framing) -> u16 {
    let mut request = Request::post(delivery.body());
    request.method = delivery.method().to_owned();
    request.target = delivery.target().to_owned();
    request.framing = framing;
    let headers = delivery.headers().filter(|(name, _)| *name != "host");
    let request = headers.fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    let response = Connection::open(server.address.unwrap())
        .unwrap()
        .send(&request);
    response.unwrap().status
}
