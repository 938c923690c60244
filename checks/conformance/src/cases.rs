//! The deliveries that every server gets, and what it must answer.

use twilio_verify_webhooks::SIGNATURE_HEADER;

use crate::delivery::{ACCOUNT, Event, FORM, LIMIT, TOKEN};
use crate::http::{Framing, Request};

/// A request and what must come of it.
#[derive(Debug, Clone)]
pub struct Case {
    pub name: &'static str,
    pub request: Request,
    pub status: u16,
    /// The event that the handler must have acted on.
    pub event: Option<Event>,
}

fn accept(name: &'static str, event: Event, change: impl FnOnce(Request) -> Request) -> Case {
    Case {
        name,
        request: change(event.request()),
        status: 200,
        event: Some(event),
    }
}

fn refuse(
    name: &'static str,
    status: u16,
    change: impl FnOnce(&Event, Request) -> Request,
) -> Case {
    let event = Event::v2("challenge.approved");
    Case {
        name,
        request: change(&event, event.request()),
        status,
        event: None,
    }
}

fn same(request: Request) -> Request {
    request
}

/// Deliveries to accept.
#[must_use]
pub fn accepted() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        "factor.created",
        "factor.verified",
        "factor.deleted",
        "challenge.approved",
        "challenge.denied",
    ]
    .into_iter()
    .flat_map(|name| {
        [
            accept(name, Event::v1(name), same),
            accept(name, Event::v2(name), same),
        ]
    })
    .collect();
    let approval = || Event::v2("challenge.approved");
    cases.extend([
        accept(
            "an event of another type",
            Event::v1("entity.deleted"),
            same,
        ),
        accept(
            "an added parameter",
            approval().with("push_token_kind", "fcm"),
            same,
        ),
        accept("over 8 KiB", Event::of_len(20_000), same),
        accept("exactly the limit", Event::of_len(LIMIT), same),
        accept("a charset", approval(), |request| {
            request.replace("Content-Type", &format!("{FORM}; charset=UTF-8"))
        }),
        accept(
            "the media type as Twilio's page spells it",
            approval(),
            |request| request.replace("Content-Type", "application/x-www-urlencoded"),
        ),
        accept("header names in other case", approval(), |mut request| {
            for (name, _) in &mut request.headers {
                *name = name.to_ascii_uppercase();
            }
            request
        }),
    ]);
    cases
}

/// Deliveries to refuse.
#[must_use]
pub fn refused() -> Vec<Case> {
    vec![
        refuse("PUT", 405, |_, request| method(request, "PUT")),
        refuse("DELETE", 405, |_, request| method(request, "DELETE")),
        refuse("GET", 405, |event, request| {
            let mut request = method(request, "GET");
            request.target = format!("/webhook?{}", event.form());
            request.body.clear();
            request
        }),
        refuse("no content type", 415, |_, request| {
            request.without("Content-Type")
        }),
        refuse("JSON", 415, |_, request| {
            request.replace("Content-Type", "application/json")
        }),
        refuse("two content types", 415, |_, request| {
            request.header("Content-Type", FORM)
        }),
        refuse("a content encoding", 415, |_, request| {
            request.header("Content-Encoding", "gzip")
        }),
        refuse("one byte over the limit", 413, |_, _| {
            Event::of_len(LIMIT + 1).request()
        }),
        refuse("a bad escape", 400, |_, request| {
            with_body(request, |body| body.extend(b"&a=%zz"))
        }),
        refuse("bad UTF-8", 400, |_, request| {
            with_body(request, |body| body.extend(b"&a=%FF"))
        }),
        refuse("raw bytes", 400, |_, request| {
            with_body(request, |body| body.extend(b"&a=\xff"))
        }),
        refuse("a repeated parameter", 400, |_, request| {
            with_body(request, |body| body.extend(b"&type=challenge.approved"))
        }),
        refuse("too many parameters", 400, |_, request| {
            with_body(request, |body| {
                for n in 0..64 {
                    body.extend(format!("&added_{n}=").bytes());
                }
            })
        }),
        refuse("a missing parameter", 400, |event, _| {
            event.clone().without("factor_sid").request()
        }),
        refuse("JSON that is not whole", 400, |event, _| {
            event.clone().with("challenge_metadata", "{").request()
        }),
        refuse("a boundary shift", 400, |event, request| {
            let friendly = "John\u{2019}s Phonefactor_metadata{\"os\":\"Android\"}";
            let shifted = event.clone().with("factor_friendly_name", friendly);
            with_body(request, |body| {
                *body = shifted.without("factor_metadata").form().into()
            })
        }),
        refuse("no signature", 403, |_, request| {
            request.without(SIGNATURE_HEADER)
        }),
        refuse("an empty signature", 403, |_, request| {
            request.replace(SIGNATURE_HEADER, "")
        }),
        refuse("no base64", 403, |_, request| {
            request.replace(SIGNATURE_HEADER, "signature")
        }),
        refuse("a short tag", 403, |_, request| {
            request.replace(SIGNATURE_HEADER, "AAAA")
        }),
        refuse("two signatures, both right", 403, |event, request| {
            request.header(SIGNATURE_HEADER, &event.signature(TOKEN))
        }),
        refuse("two signatures, the first right", 403, |event, request| {
            request.header(SIGNATURE_HEADER, &event.signature("another"))
        }),
        refuse("two signatures, the second right", 403, |event, request| {
            let request = request.replace(SIGNATURE_HEADER, &event.signature("another"));
            request.header(SIGNATURE_HEADER, &event.signature(TOKEN))
        }),
        refuse("another key", 403, |event, request| {
            request.replace(SIGNATURE_HEADER, &event.signature("another"))
        }),
        refuse("a changed value", 403, |event, request| {
            let changed = event.clone().with("entity_identity", "identity-99999999");
            with_body(request, |body| *body = changed.form().into())
        }),
        refuse("an added parameter", 403, |_, request| {
            with_body(request, |body| body.extend(b"&push_token_kind=fcm"))
        }),
        // Without the account, a server that finds keys by it could not look at the signature.
        refuse("only the account left", 403, |_, request| {
            with_body(request, |body| {
                *body = format!("account_sid={ACCOUNT}").into()
            })
        }),
    ]
}

/// Deliveries in chunks. Cannot be had where a gateway hands whole bodies over.
#[must_use]
pub fn chunked() -> Vec<Case> {
    let in_chunks = |len| {
        move |mut request: Request| {
            request.framing = Framing::Chunks(len);
            request
        }
    };
    let approval = || Event::v2("challenge.approved");
    vec![
        accept("chunks of 100 bytes", approval(), in_chunks(100)),
        accept("chunks of 1 byte", approval(), in_chunks(1)),
        accept(
            "chunks, over 8 KiB",
            Event::of_len(20_000),
            in_chunks(1_000),
        ),
        accept(
            "chunks, exactly the limit",
            Event::of_len(LIMIT),
            in_chunks(5_000),
        ),
        refuse("chunks, one byte over the limit", 413, |_, _| {
            in_chunks(5_000)(Event::of_len(LIMIT + 1).request())
        }),
        refuse("chunks, a changed value", 403, |event, request| {
            let changed = event.clone().with("entity_identity", "identity-99999999");
            in_chunks(100)(with_body(request, |body| *body = changed.form().into()))
        }),
    ]
}

fn method(mut request: Request, method: &str) -> Request {
    method.clone_into(&mut request.method);
    request
}

fn with_body(mut request: Request, change: impl FnOnce(&mut Vec<u8>)) -> Request {
    change(&mut request.body);
    request
}
