//! Requests in JSON: HAR, events of AWS Lambda, ngrok's API, headers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::{Capture, CaptureError, printed, raw};

type Object = Map<String, Value>;

/// Reads JSON, or returns none if the text is none, or holds no request.
pub(super) fn parse(text: &str) -> Option<Result<Capture, CaptureError>> {
    let start = text.trim_start();
    if !start.starts_with(['{', '[']) {
        return None;
    }
    match serde_json::from_str::<Value>(start) {
        Ok(value) => request(&value),
        // What starts like an object may be one of another language.
        Err(error) if is_meant_as_json(start) => Some(Err(CaptureError::Json {
            line: error.line(),
            column: error.column(),
        })),
        Err(_) => None,
    }
}

/// Whether a broken text was JSON of one of the kinds that are read here.
fn is_meant_as_json(text: &str) -> bool {
    [
        "\"entries\"",
        "\"requestContext\"",
        "\"httpMethod\"",
        "\"postData\"",
        "\"rawPath\"",
    ]
    .into_iter()
    .any(|member| text.contains(member))
}

fn request(value: &Value) -> Option<Result<Capture, CaptureError>> {
    let object = match value {
        Value::Object(object) => object,
        _ => return headers(value).and_then(printed::capture).map(Ok),
    };
    if let Some(entries) = value.pointer("/log/entries").and_then(Value::as_array) {
        return Some(match of_twilio(entries) {
            Some(entry) => har(entry),
            None => Err(CaptureError::Expected(
                "an entry with a request in the HAR file",
            )),
        });
    }
    if let Some(requests) = object.get("requests").and_then(Value::as_array) {
        return requests.first().and_then(request);
    }
    if let Some(Value::Object(inner)) = object.get("request") {
        if let Some(encoded) = inner.get("raw").and_then(Value::as_str) {
            return Some(ngrok(encoded));
        }
        if inner.contains_key("url") {
            return Some(har(inner));
        }
    }
    if object.contains_key("url") && object.contains_key("method") && object.contains_key("headers")
    {
        return Some(har(object));
    }
    let is_lambda = ["requestContext", "httpMethod", "rawPath"]
        .into_iter()
        .any(|name| object.contains_key(name));
    if is_lambda {
        return Some(lambda(object));
    }
    if let Some(printed) = object.get("headers").and_then(headers) {
        let mut capture = printed::capture(printed)?;
        capture.body = object
            .get("body")
            .and_then(Value::as_str)
            .map(|body| body.as_bytes().to_vec());
        return Some(Ok(capture));
    }
    headers(value).and_then(printed::capture).map(Ok)
}

/// Returns the first request with a signature, or else the first.
fn of_twilio(entries: &[Value]) -> Option<&Object> {
    let requests = || {
        entries
            .iter()
            .filter_map(|entry| entry.get("request")?.as_object())
    };
    let is_signed = |request: &&Object| {
        let headers = request.get("headers").and_then(headers).unwrap_or_default();
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("x-twilio-signature"))
    };
    requests().find(is_signed).or_else(|| requests().next())
}

/// Reads headers in any of the forms of JSON: an object of texts or lists, a list of pairs or of objects with `name` and
/// `value`.
fn headers(value: &Value) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let lines: Vec<&Value> = match value {
                    Value::Array(lines) => lines.iter().collect(),
                    value => vec![value],
                };
                let lines = lines.into_iter().filter_map(Value::as_str);
                found.extend(lines.map(|value| (name.clone(), value.to_owned())));
            }
        }
        Value::Array(items) => {
            let is_flat = items.iter().all(Value::is_string);
            let mut items = items.iter();
            while let Some(item) = items.next() {
                let pair = match item {
                    Value::Array(pair) => (pair.first()?, pair.get(1)?),
                    Value::Object(object) => (object.get("name")?, object.get("value")?),
                    name if is_flat => (name, items.next()?),
                    _ => return None,
                };
                found.push((pair.0.as_str()?.to_owned(), pair.1.as_str()?.to_owned()));
            }
        }
        _ => return None,
    }
    Some(found)
}

/// Reads the request of a HAR entry, and what request bins make of one.
fn har(request: &Object) -> Result<Capture, CaptureError> {
    let text = |name: &str| request.get(name).and_then(Value::as_str);
    let mut capture = Capture {
        method: text("method").unwrap_or("POST").to_owned(),
        ..Capture::default()
    };
    let headers = request.get("headers").and_then(headers).unwrap_or_default();
    for (name, value) in headers {
        let name = if name == ":authority" {
            "Host".to_owned()
        } else {
            name
        };
        if !name.starts_with(':') {
            capture.headers.push((name, value.into_bytes()));
        }
    }
    capture.set_url(text("url").unwrap_or_default())?;
    capture.body = match request
        .get("postData")
        .or_else(|| request.get("body"))
        .or_else(|| request.get("content"))
    {
        Some(Value::String(body)) => Some(body.as_bytes().to_vec()),
        Some(Value::Object(data)) => post_data(data)?,
        // HAR says nothing of a body that there is not.
        _ if request
            .get("bodySize")
            .and_then(Value::as_i64)
            .is_some_and(|size| size > 0) =>
        {
            None
        }
        _ => Some(Vec::new()),
    };
    Ok(capture)
}

fn post_data(data: &Object) -> Result<Option<Vec<u8>>, CaptureError> {
    let text = data
        .get("text")
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    let is_base64 = data.get("encoding").and_then(Value::as_str) == Some("base64");
    match text {
        Some(text) if is_base64 => base64(text).map(Some),
        Some(text) => Ok(Some(text.as_bytes().to_vec())),
        // The parameters alone, decoded.
        None => {
            let params = data.get("params").and_then(headers).unwrap_or_default();
            let mut form = form_urlencoded::Serializer::new(String::new());
            let form = form.extend_pairs(&params).finish();
            Ok((!params.is_empty()).then(|| form.into_bytes()))
        }
    }
}

fn ngrok(encoded: &str) -> Result<Capture, CaptureError> {
    raw::parse(&base64(encoded)?)
}

fn base64(encoded: &str) -> Result<Vec<u8>, CaptureError> {
    STANDARD
        .decode(encoded)
        .map_err(|_| CaptureError::Expected("base64"))
}

/// Reads an event of API Gateway, in the payload format 1.0 or 2.0, of a function's URL, or of a load balancer.
fn lambda(event: &Object) -> Result<Capture, CaptureError> {
    let text = |name: &str| event.get(name).and_then(Value::as_str);
    let context = |path: &str| {
        let context = event.get("requestContext")?;
        context.pointer(path)?.as_str()
    };
    let multiple = event
        .get("multiValueHeaders")
        .filter(|headers| headers.is_object());
    let headers = multiple.or_else(|| event.get("headers")).and_then(headers);
    let is_balancer = event
        .get("requestContext")
        .is_some_and(|context| context.get("elb").is_some());
    let path = match text("rawPath") {
        Some(path) => path,
        // With its stage, as the public URL has it.
        None => context("/path").or_else(|| text("path")).unwrap_or("/"),
    };
    let query = match text("rawQueryString") {
        Some(query) => query.to_owned(),
        None => lambda_query(event, is_balancer),
    };
    let body = text("body").unwrap_or_default();
    let is_base64 = event.get("isBase64Encoded").and_then(Value::as_bool) == Some(true);
    Ok(Capture {
        method: text("httpMethod")
            .or_else(|| context("/http/method"))
            .unwrap_or("POST")
            .to_owned(),
        target: match &*query {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        },
        headers: headers
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name, value.into_bytes()))
            .collect(),
        body: Some(match is_base64 {
            true => base64(body)?,
            false => body.as_bytes().to_vec(),
        }),
    })
}

/// Puts a query together again. A load balancer hands its parts on as they came, API Gateway decoded.
fn lambda_query(event: &Object, is_balancer: bool) -> String {
    let multiple = event
        .get("multiValueQueryStringParameters")
        .filter(|parameters| parameters.is_object());
    let parameters = multiple
        .or_else(|| event.get("queryStringParameters"))
        .and_then(headers);
    let parameters = parameters.unwrap_or_default();
    match is_balancer {
        true => {
            let pairs: Vec<_> = parameters
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            pairs.join("&")
        }
        false => form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&parameters)
            .finish(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn read(value: &Value) -> Capture {
        Capture::parse(value.to_string().as_bytes()).unwrap()
    }

    /// Checks what each of these captures holds.
    #[track_caller]
    fn check(value: &Value) {
        let capture = read(value);
        assert_eq!(
            (&*capture.method, &*capture.target),
            ("POST", "/webhook?x=1"),
            "{value}"
        );
        assert_eq!(capture.header("host"), Some("example.com"), "{value}");
        assert_eq!(
            capture.header("x-twilio-signature"),
            Some("abc="),
            "{value}"
        );
        assert_eq!(capture.body.as_deref(), Some(&b"a=1&b=2"[..]), "{value}");
    }

    #[test]
    fn a_har_is_read_whole_or_an_entry_of_it() {
        let request = json!({
            "method": "POST", "url": "https://example.com/webhook?x=1", "httpVersion": "HTTP/2",
            "headers": [{"name": ":method", "value": "POST"}, {"name": "x-twilio-signature", "value": "abc="}],
            "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "a=1&b=2"},
        });
        let other = json!({"method": "GET", "url": "https://other.example/", "headers": []});
        let entry = |request: &Value| json!({"startedDateTime": "2026-11-26T12:00:00Z", "request": request, "response": {}});
        check(&request);
        check(&entry(&request));
        check(&json!({"log": {"version": "1.2", "entries": [entry(&other), entry(&request)]}}));
        let mut encoded = request.clone();
        encoded["postData"] = json!({"text": "YT0xJmI9Mg==", "encoding": "base64"});
        check(&encoded);
        let mut params = request.clone();
        params["postData"] =
            json!({"params": [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]});
        check(&params);
        let mut missing = request;
        missing["postData"] = Value::Null;
        missing["bodySize"] = json!(7);
        assert_eq!(read(&missing).body, None);
    }

    #[test]
    fn events_of_lambda_are_read() {
        check(&json!({
            "version": "2.0", "rawPath": "/webhook", "rawQueryString": "x=1", "isBase64Encoded": true,
            "headers": {"host": "example.com", "x-twilio-signature": "abc="},
            "requestContext": {"http": {"method": "POST", "path": "/webhook"}}, "body": "YT0xJmI9Mg==",
        }));
        check(&json!({
            "httpMethod": "POST", "path": "/webhook", "queryStringParameters": {"x": "1"}, "headers": null,
            "multiValueHeaders": {"Host": ["example.com"], "X-Twilio-Signature": ["abc="]},
            "requestContext": {"path": "/webhook", "stage": "prod"}, "body": "a=1&b=2", "isBase64Encoded": false,
        }));
        check(&json!({
            "httpMethod": "POST", "path": "/webhook", "queryStringParameters": {"x": "1"},
            "headers": {"host": "example.com", "x-twilio-signature": "abc="},
            "requestContext": {"elb": {"targetGroupArn": "arn"}}, "body": "a=1&b=2", "isBase64Encoded": false,
        }));
        // A load balancer does not decode, API Gateway does, and its stage is part of the public URL.
        let balancer = json!({
            "httpMethod": "GET", "path": "/w", "queryStringParameters": {"x": "%5B1%5D"}, "headers": {}, "requestContext": {"elb": {}},
        });
        assert_eq!(read(&balancer).target, "/w?x=%5B1%5D");
        let gateway = json!({
            "httpMethod": "GET", "path": "/w", "multiValueQueryStringParameters": {"x": ["[1]", "2"]}, "headers": {},
            "requestContext": {"path": "/prod/w"}, "body": null,
        });
        assert_eq!(read(&gateway).target, "/prod/w?x=%5B1%5D&x=2");
    }

    #[test]
    fn requests_of_ngrok_are_read() {
        let raw = "POST /webhook?x=1 HTTP/1.1\r\nHost: example.com\r\nX-Twilio-Signature: abc=\r\n\r\na=1&b=2";
        let request =
            json!({"id": "1", "request": {"method": "POST", "raw": STANDARD.encode(raw)}});
        check(&request);
        check(&json!({"uri": "/api/requests/http", "requests": [request]}));
    }

    #[test]
    fn headers_in_json_are_read() {
        for headers in [
            json!({"host": "example.com", "x-twilio-signature": "abc=", "n": 1}),
            json!({"host": ["example.com"], "x-twilio-signature": ["abc="]}),
            json!([["host", "example.com"], ["x-twilio-signature", "abc="]]),
            json!([{"name": "host", "value": "example.com"}, {"name": "x-twilio-signature", "value": "abc="}]),
            json!(["host", "example.com", "x-twilio-signature", "abc="]),
            json!({"headers": {"host": "example.com", "x-twilio-signature": "abc="}}),
        ] {
            let capture = read(&headers);
            assert_eq!(capture.header("host"), Some("example.com"), "{headers}");
            assert_eq!(
                capture.header("x-twilio-signature"),
                Some("abc="),
                "{headers}"
            );
            assert_eq!(capture.body, None);
        }
    }

    #[test]
    fn broken_json_is_refused_with_its_place() {
        let error = Capture::parse(b"{\"httpMethod\": \"POST\",\n x}").unwrap_err();
        assert_eq!(error, CaptureError::Json { line: 2, column: 2 });
        for (text, expected) in [
            (
                r#"{"log": {"entries": []}}"#,
                "an entry with a request in the HAR file",
            ),
            (r#"{"request": {"raw": "%"}}"#, "base64"),
            (
                r#"{"httpMethod": "POST", "body": "%", "isBase64Encoded": true}"#,
                "base64",
            ),
        ] {
            assert_eq!(
                Capture::parse(text.as_bytes()),
                Err(CaptureError::Expected(expected))
            );
        }
    }
}
