//! A request to be received, and the values that most tests share.

use twilio_verify_webhooks::*;

pub(crate) const URL: &str = "https://example.com/webhook";
pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

pub(crate) const ACCOUNT: &str = "ACa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
pub(crate) const SERVICE: &str = "VAa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
pub(crate) const FACTOR: &str = "YFa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
pub(crate) const CHALLENGE: &str = "YCa0b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5";
pub(crate) const IDENTITY: &str = "ff483d1ff591898a9942916050d2ca3f";
pub(crate) const UUID: &str = "e1d34d2c-73c4-4d1d-8d1f-6b6f0f5f1c5a";
pub(crate) const DETAILS: &str =
    r#"{"message":"Log in?","fields":[{"label":"Where","value":"Lyon"}]}"#;

pub(crate) type Pairs = Vec<(String, String)>;

pub(crate) fn token() -> AuthToken {
    AuthToken::new(TOKEN).unwrap()
}

pub(crate) fn receiver() -> Receiver {
    Receiver::builder(URL).auth_token(token()).build().unwrap()
}

pub(crate) fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Pairs {
    pairs
        .map(|(name, value)| (name.into(), value.into()))
        .to_vec()
}

pub(crate) fn v1_factor() -> Pairs {
    pairs([
        ("uuid", UUID),
        ("type", "factor.verified"),
        ("account_sid", ACCOUNT),
        ("service_sid", SERVICE),
        ("entity_identity", IDENTITY),
        ("factor_sid", FACTOR),
    ])
}

pub(crate) fn v1_challenge() -> Pairs {
    let pairs = with(v1_factor(), "type", "challenge.approved");
    with(pairs, "challenge_sid", CHALLENGE)
}

pub(crate) fn v2_factor() -> Pairs {
    let pairs = with(v1_factor(), "factor_type", "push");
    let pairs = with(pairs, "factor_friendly_name", "John's Phone");
    with(pairs, "factor_metadata", r#"{"os":"Android"}"#)
}

pub(crate) fn v2_challenge() -> Pairs {
    let mut pairs = v1_challenge();
    pairs.extend(v2_factor().into_iter().skip(6));
    let pairs = with(pairs, "challenge_details", DETAILS);
    let pairs = with(pairs, "challenge_hidden_details", r#"{"ip":"127.0.0.1"}"#);
    with(pairs, "challenge_metadata", r#"{"os":"Android 16"}"#)
}

/// Sets a parameter.
pub(crate) fn with(mut pairs: Pairs, name: &str, value: &str) -> Pairs {
    match pairs.iter_mut().find(|(other, _)| other == name) {
        Some((_, old)) => *old = value.into(),
        None => pairs.push((name.into(), value.into())),
    }
    pairs
}

/// Leaves a parameter out.
pub(crate) fn without(mut pairs: Pairs, name: &str) -> Pairs {
    pairs.retain(|(other, _)| other != name);
    pairs
}

pub(crate) fn form(pairs: &Pairs) -> String {
    let mut form = String::new();
    for (index, (name, value)) in pairs.iter().enumerate() {
        let separator = if index == 0 { "" } else { "&" };
        form.push_str(separator);
        escape(name, &mut form);
        form.push('=');
        escape(value, &mut form);
    }
    form
}

fn escape(text: &str, form: &mut String) {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F',
    ];
    for byte in text.bytes() {
        match byte {
            b' ' => form.push('+'),
            b'*' | b'-' | b'.' | b'_' => form.push(byte.into()),
            _ if byte.is_ascii_alphanumeric() => form.push(byte.into()),
            _ => form.extend([
                '%',
                DIGITS[usize::from(byte >> 4)],
                DIGITS[usize::from(byte & 15)],
            ]),
        }
    }
}

/// A request, with everything in it free to be wrong.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: &'static str,
    pub(crate) target: Option<String>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn signed(pairs: &Pairs) -> Self {
        let signature = token().sign(URL, pairs.clone());
        Self::post(form(pairs)).header(SIGNATURE_HEADER, &signature)
    }

    pub(crate) fn post(body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST",
            target: None,
            headers: vec![("Content-Type", FORM.into())],
            body: body.into(),
        }
    }

    /// Signs a body as it stands, whatever a strict decoder thinks of it.
    pub(crate) fn signed_body(body: &str) -> Self {
        let pairs: Pairs = serde_urlencoded::from_str(body).unwrap();
        let signature = token().sign(URL, pairs);
        Self::post(body).header(SIGNATURE_HEADER, &signature)
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn replace(mut self, name: &'static str, value: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self.header(name, value)
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn delivery(&self) -> Delivery<'_> {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (name, value.as_bytes()));
        let delivery = Delivery::new(self.method, &self.body).headers(headers);
        match &self.target {
            Some(target) => delivery.target(target),
            None => delivery,
        }
    }
}

/// Receives a request in every way there is, sees that all agree, and returns the event.
#[track_caller]
pub(crate) fn receive(receiver: &Receiver, request: &Request) -> Result<Event<'static>, Refusal> {
    receive_delivery(receiver, &request.delivery())
}

#[track_caller]
pub(crate) fn receive_delivery(
    receiver: &Receiver,
    delivery: &Delivery<'_>,
) -> Result<Event<'static>, Refusal> {
    let received = receiver.receive(delivery);
    let mut buffer = Buffer::new();
    let borrowed = receiver
        .receive_in(delivery, &mut buffer)
        .map(Received::into_owned);
    assert_eq!(received, borrowed);
    match (receiver.verify(delivery), &received) {
        (Ok(key), Ok(received)) => assert_eq!(key, received.key),
        (Ok(_), Err(refusal)) => assert!(matches!(refusal, Refusal::Event(_))),
        (Err(refusal), received) => assert_eq!(received.as_ref().unwrap_err(), &refusal),
    }
    received.map(|received| received.event)
}

#[track_caller]
pub(crate) fn refused(request: &Request) -> Refusal {
    receive(&receiver(), request).unwrap_err()
}

#[track_caller]
pub(crate) fn accepted(pairs: &Pairs) -> Event<'static> {
    receive(&receiver(), &Request::signed(pairs)).unwrap()
}

#[track_caller]
pub(crate) fn refused_event(pairs: &Pairs) -> EventError {
    match refused(&Request::signed(pairs)) {
        Refusal::Event(error) => error,
        refusal => panic!("expected an event error, found {refusal:?}"),
    }
}
