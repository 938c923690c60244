//! The whole way of a delivery, from whatever a request may hold to an event.
#![no_main]

use libfuzzer_sys::fuzz_target;
use twilio_verify_webhooks::{
    Buffer, Delivery, Event, Received, Receiver, Refusal, SIGNATURE_HEADER, SignatureError,
};
use verify_webhooks_fuzz::{ACCOUNT, Request, SECRETS, Setup, checked, reference};

fuzz_target!(|request: Request<'_>| {
    let delivery = request.delivery();
    let Setup { receiver, .. } = request.setup;
    match receive(receiver, &delivery) {
        Ok(received) => {
            checked();
            assert_is_signed(&request, &received);
            assert_holds_its_parameters(&request, &received.event);
            if received.event.account_sid() == *ACCOUNT {
                assert_eq!(for_its_account(&request, &delivery), Ok(received));
            } else {
                let refusal = for_its_account(&request, &delivery);
                assert_eq!(refusal, Err(Refusal::UnknownAccount));
            }
        }
        Err(refusal) => {
            assert!([400, 403, 405, 413, 415, 500].contains(&refusal.status()));
            assert_tells_nothing(&request, &refusal.to_string());
            assert!(for_its_account(&request, &delivery).is_err());
            let mismatch = matches!(refusal, Refusal::Signature(SignatureError::Mismatch { .. }));
            assert!(!(mismatch && request.is_signed), "{refusal}");
        }
    }
});

/// Receives in every way there is, all of which agree.
fn receive(receiver: &Receiver, delivery: &Delivery<'_>) -> Result<Received<'static>, Refusal> {
    let received = receiver.receive(delivery);
    let mut buffer = Buffer::new();
    assert_eq!(
        receiver
            .receive_in(delivery, &mut buffer)
            .map(Received::into_owned),
        received
    );
    let verified = receiver.verify_in(delivery, &mut buffer);
    match (receiver.verify(delivery), verified, &received) {
        (Ok(key), Ok(verified), Ok(received)) => {
            assert_eq!((&key, verified.key()), (&received.key, &received.key));
        }
        (Ok(_), Ok(_), Err(refusal)) => assert!(matches!(refusal, Refusal::Event(_))),
        (Err(one), Err(other), Err(refusal)) => assert_eq!((&one, &other), (refusal, refusal)),
        (one, other, _) => panic!("{one:?} {other:?} {received:?}"),
    }
    received
}

fn for_its_account(
    request: &Request<'_>,
    delivery: &Delivery<'_>,
) -> Result<Received<'static>, Refusal> {
    let Setup {
        accounts,
        account_keys,
        ..
    } = request.setup;
    accounts.receive(delivery, |account| {
        (account == *ACCOUNT).then_some(account_keys)
    })
}

/// Nothing is accepted without the signature of the key that is named.
fn assert_is_signed(request: &Request<'_>, received: &Received<'_>) {
    let (id, secret, algorithm) = SECRETS[received.key.position];
    assert_eq!(received.key.key_id.as_deref(), id);
    assert_eq!(received.key.algorithm, algorithm);
    let is_signature = |url| reference::signature(algorithm, secret, &request.text(url));
    let signatures: Vec<_> = request.setup.url.variants().map(is_signature).collect();
    let (_, sent) = request
        .headers
        .iter()
        .find(|(name, _)| name.contains("signature"))
        .unwrap();
    assert!(
        signatures
            .iter()
            .any(|signature| signature.as_bytes() == sent)
    );
}

/// The event says what the request says, no more and no less.
fn assert_holds_its_parameters(request: &Request<'_>, event: &Event<'_>) {
    let mut pairs = reference::pairs(request.form());
    pairs.sort();
    let parameters = event.parameters();
    let pairs = pairs.iter().map(|(name, value)| (&**name, &**value));
    assert!(parameters.eq(pairs));
    assert!(reference::is_strict(request.form()));
}

fn assert_tells_nothing(request: &Request<'_>, message: &str) {
    for (_, secret, _) in SECRETS {
        assert!(!message.contains(secret));
    }
    for (_, value) in request
        .headers
        .iter()
        .filter(|(name, _)| *name == SIGNATURE_HEADER)
    {
        let value = String::from_utf8_lossy(value);
        assert!(
            !matches!(value.len(), 28 | 44) || value.contains(' ') || !message.contains(&*value)
        );
    }
}
