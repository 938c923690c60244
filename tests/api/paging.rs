//! From page to page, and never anywhere else.

use serde_json::{Value, json};
use twilio_verify_webhooks::api::*;

use crate::support::*;

fn parsed(webhooks: &Webhooks, body: &Value) -> Page {
    webhooks
        .list()
        .parse(&response(200, body.to_string()))
        .unwrap()
}

fn next(webhooks: &Webhooks, next_page_url: &str) -> Result<Option<String>, NextPageError> {
    let page = parsed(webhooks, &page(&[], json!(next_page_url)));
    let call = webhooks.next_page(&page)?;
    Ok(call.map(|call| call.to_request().uri().to_string()))
}

#[test]
fn next_pages_of_the_same_list_are_followed() {
    let query = "PageSize=1&Page=1&PageToken=PAYW0123";
    let twilio = webhooks();
    let uri = format!("{COLLECTION}?{query}");
    for next_page_url in [
        uri.clone(),
        uri.replace("https://verify.twilio.com", "HTTPS://VERIFY.twilio.com:443"),
        uri.replace("https://verify.twilio.com", ""),
        format!("{uri}#fragment"),
        format!("?{query}"),
    ] {
        assert_eq!(
            next(&twilio, &next_page_url),
            Ok(Some(uri.clone())),
            "{next_page_url}"
        );
    }
    assert_eq!(next(&twilio, COLLECTION), Ok(Some(COLLECTION.into())));

    let local = webhooks()
        .with_base_url("http://127.0.0.1:4010/mock")
        .unwrap();
    let uri = format!("http://127.0.0.1:4010/mock/v2/Services/{SERVICE}/Webhooks?{query}");
    assert_eq!(next(&local, &uri), Ok(Some(uri.clone())));
}

#[test]
fn the_last_page_has_no_next() {
    let webhooks = webhooks();
    let page = parsed(&webhooks, &page(&[resource()], Value::Null));
    assert!(webhooks.next_page(&page).unwrap().is_none());
}

#[test]
fn next_pages_elsewhere_are_refused() {
    use NextPageError::{Invalid, Origin, Path, UserInfo};

    let path = format!("/v2/Services/{SERVICE}/Webhooks?Page=1");
    let webhooks = webhooks();
    for (next_page_url, error) in [
        (format!("https://evil.example{path}"), Origin),
        (format!("//evil.example{path}"), Origin),
        (format!("\\\\evil.example{path}"), Origin),
        (format!("https:/\\evil.example{path}"), Origin),
        (
            format!("https://verify.twilio.com.evil.example{path}"),
            Origin,
        ),
        (format!("https://verify.twilio.com.{path}"), Origin),
        (format!("https://verify.twilio.com:8443{path}"), Origin),
        (format!("http://verify.twilio.com{path}"), Origin),
        (format!("http://verify.twilio.com:443{path}"), Origin),
        (format!("https://verify.twilio.com:x{path}"), Invalid),
        ("file:///etc/passwd".into(), Origin),
        ("data:,x".into(), Origin),
        (format!("https://user@verify.twilio.com{path}"), UserInfo),
        (
            format!("https://verify.twilio.com:pw@evil.example{path}"),
            UserInfo,
        ),
        (
            format!("https://verify.twilio.com@evil.example{path}"),
            UserInfo,
        ),
        (
            format!(
                "https://verify.twilio.com{}",
                path.replace("Webhooks", "Entities")
            ),
            Path,
        ),
        (
            format!("https://verify.twilio.com{}", path.replace("/v2", "/v3")),
            Path,
        ),
        (
            format!(
                "https://verify.twilio.com{}",
                path.replace("Webhooks", "Webhooks/")
            ),
            Path,
        ),
        (
            format!(
                "https://verify.twilio.com{}",
                path.replace("Webhooks", "Webhooks/../x")
            ),
            Path,
        ),
        (format!("https://verify.twilio.com/x{path}"), Path),
        ("https://verify.twilio.com".into(), Path),
        ("PAYW0123".into(), Path),
        ("https://".into(), Invalid),
        (format!("{COLLECTION}?{}", "a".repeat(8192)), Invalid),
    ] {
        assert_eq!(
            next(&webhooks, &next_page_url),
            Err(error),
            "{next_page_url}"
        );
    }
}

#[test]
fn all_pages_in_order() {
    let webhooks = webhooks().with_page_size(1).unwrap();
    let mut listing = webhooks.list_all();
    let second = format!("{COLLECTION}?PageSize=1&Page=1&PageToken=PAYW1");
    let third = format!("{COLLECTION}?PageSize=1&Page=2&PageToken=PAYW2");
    let named = |name| resource_with(json!({"friendly_name": name}));
    for (uri, webhooks, next_page_url) in [
        (
            format!("{COLLECTION}?PageSize=1"),
            vec![named("a"), named("b")],
            json!(second),
        ),
        // A page may be empty without being the last.
        (second.clone(), vec![], json!(third)),
        (third.clone(), vec![named("c")], Value::Null),
    ] {
        let call = listing.next_call().unwrap();
        assert_eq!(call.to_request().uri().to_string(), uri);
        let body = page(&webhooks, next_page_url).to_string();
        listing
            .add(call.parse(&response(200, body)).unwrap())
            .unwrap();
    }
    assert!(listing.next_call().is_none());
    let names = listing
        .into_webhooks()
        .into_iter()
        .filter_map(|webhook| webhook.friendly_name);
    assert!(names.eq(["a", "b", "c"]));
}

#[test]
fn a_list_that_leads_back_ends() {
    let source = webhooks();
    for back in [COLLECTION.to_owned(), format!("{COLLECTION}?Page=1")] {
        let mut listing = source.list_all();
        let first = page(&[resource()], json!(format!("{COLLECTION}?Page=1")));
        listing.add(parsed(&source, &first)).unwrap();
        let second = page(&[resource()], json!(back));
        assert_eq!(
            listing.add(parsed(&source, &second)),
            Err(NextPageError::Repeated)
        );
        assert!(listing.next_call().is_none());
        assert_eq!(listing.into_webhooks().len(), 2);
    }
}

#[test]
fn a_list_that_leads_elsewhere_ends() {
    let source = webhooks();
    let mut listing = source.list_all();
    let first = page(&[resource()], json!("https://evil.example/"));
    assert_eq!(
        listing.add(parsed(&source, &first)),
        Err(NextPageError::Origin)
    );
    assert!(listing.next_call().is_none());
}

#[test]
fn a_list_without_end_ends() {
    let source = webhooks();
    let mut listing = source.list_all();
    let mut pages = 0;
    let error = loop {
        pages += 1;
        let next = format!("{COLLECTION}?Page={pages}");
        if let Err(error) = listing.add(parsed(&source, &page(&[], json!(next)))) {
            break error;
        }
    };
    assert_eq!(
        (pages, error),
        (1000, NextPageError::TooMany { limit: 1000 })
    );
    assert!(listing.next_call().is_none());
}
