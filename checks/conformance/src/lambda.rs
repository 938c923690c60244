//! The runtime API of AWS Lambda, as far as a function needs it to be invoked.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use serde_json::{Value, json};

use crate::cases;
use crate::connection::compare;
use crate::delivery::Event;
use crate::http::{Request, Response};
use crate::server::Server;

/// The payloads that a webhook may arrive in.
#[derive(Debug, Clone, Copy)]
pub enum Payload {
    /// API Gateway's REST API: all lines of a header.
    RestApi,
    /// API Gateway's HTTP API and function URLs, version 2.0: lines of a header joined by a comma.
    HttpApi,
    /// An Application Load Balancer with multi-value headers.
    LoadBalancer,
}

/// Runs the cases against a function in each kind of payload.
pub fn check(start: impl FnOnce(SocketAddr) -> Server) {
    let (address, api) = RuntimeApi::listen();
    let server = start(address);
    let mut events = Vec::new();
    for payload in [Payload::RestApi, Payload::HttpApi, Payload::LoadBalancer] {
        for case in cases::accepted().into_iter().chain(cases::refused()) {
            let response = api.invoke(&payload.event(&case.request));
            compare(&case, Ok(response));
            events.extend(case.event);
        }
        for n in 0..200_u32 {
            let forged = n.is_multiple_of(4);
            let event = Event::v2("challenge.denied");
            let mut request = event.request();
            if forged {
                request = request.replace("X-Twilio-Signature", &event.signature("another"));
            }
            let status = api.invoke(&payload.event(&request)).status;
            assert_eq!(status, if forged { 403 } else { 200 });
            events.extend((!forged).then_some(event));
        }
    }
    server.stop_and_compare(&events);
}

impl Payload {
    /// Wraps a request as the gateway does.
    #[must_use]
    pub fn event(self, request: &Request) -> Value {
        let (path, query) = request
            .target
            .split_once('?')
            .unwrap_or((&request.target, ""));
        let names: Vec<String> = request
            .headers
            .iter()
            .map(|(name, _)| name.to_ascii_lowercase())
            .collect();
        let values = |name: &String| -> Vec<&str> {
            let lines = names.iter().zip(&request.headers);
            lines
                .filter(|(other, _)| *other == name)
                .map(|(_, (_, value))| value.as_str())
                .collect()
        };
        let headers = |of: &dyn Fn(Vec<&str>) -> Value| -> Value {
            let headers = names.iter().map(|name| (name.clone(), of(values(name))));
            Value::Object(headers.collect())
        };
        let every = headers(&|values| json!(values));
        let last = headers(&|values| json!(values.last()));
        let joined = headers(&|values| json!(values.join(",")));
        let (body, is_base64) = match std::str::from_utf8(&request.body) {
            // Gateways hand text over as it is, or everything in base64; both occur for forms.
            Ok(text) if request.body.len().is_multiple_of(2) => (text.to_owned(), false),
            _ => (base64(&request.body), true),
        };
        let method = &request.method;
        match self {
            Self::RestApi => json!({
                "resource": path, "path": path, "httpMethod": method,
                "headers": last, "multiValueHeaders": every,
                "queryStringParameters": null, "multiValueQueryStringParameters": null,
                "pathParameters": null, "stageVariables": null,
                "requestContext": {
                    "accountId": "123456789012", "resourceId": "abc", "stage": "prod", "requestId": "r",
                    "identity": {"sourceIp": "127.0.0.1"}, "resourcePath": path, "httpMethod": method,
                    "apiId": "api", "path": path, "protocol": "HTTP/1.1",
                },
                "body": body, "isBase64Encoded": is_base64,
            }),
            Self::HttpApi => json!({
                "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": query,
                "headers": joined,
                "requestContext": {
                    "accountId": "123456789012", "apiId": "api", "domainName": "example.com",
                    "domainPrefix": "example", "requestId": "r", "routeKey": "$default", "stage": "$default",
                    "time": "22/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_305_600_000_u64,
                    "http": {
                        "method": method, "path": path, "protocol": "HTTP/1.1",
                        "sourceIp": "127.0.0.1", "userAgent": "TwilioProxy/1.1",
                    },
                },
                "body": body, "isBase64Encoded": is_base64,
            }),
            Self::LoadBalancer => json!({
                "httpMethod": method, "path": path,
                "multiValueHeaders": every, "multiValueQueryStringParameters": {},
                "requestContext": {"elb": {"targetGroupArn": "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1"}},
                "body": body, "isBase64Encoded": is_base64,
            }),
        }
    }
}

/// Gives out invocations and takes their results, one at a time.
#[derive(Debug)]
pub struct RuntimeApi {
    invocations: Sender<String>,
    results: Receiver<Value>,
}

impl RuntimeApi {
    fn listen() -> (SocketAddr, Self) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (invocations, next) = mpsc::channel();
        let (done, results) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                // The function may open its connection anew at any time.
                let _ = serve(stream, &next, &done);
            }
        });
        (
            address,
            Self {
                invocations,
                results,
            },
        )
    }

    fn invoke(&self, event: &Value) -> Response {
        self.invocations.send(event.to_string()).unwrap();
        let timeout = std::time::Duration::from_secs(60);
        let result = self.results.recv_timeout(timeout).expect("a result");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let status = result["statusCode"].as_u64().expect("a status");
        let headers = ["headers", "multiValueHeaders"].into_iter();
        let headers = headers
            .filter_map(|kind| result[kind].as_object())
            .flatten();
        let headers =
            headers.map(|(name, value)| (name.clone(), text(value.get(0).unwrap_or(value))));
        Response {
            status: status.try_into().unwrap(),
            headers: headers.collect(),
            body: text(&result["body"]).into_bytes(),
        }
    }
}

/// Answers what a function asks on one connection.
fn serve(stream: TcpStream, next: &Receiver<String>, done: &Sender<Value>) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let is_next = line.contains("/invocation/next");
        let is_response = line.contains("/response");
        let mut len = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                len = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        let mut body = vec![0; len];
        reader.read_exact(&mut body)?;
        if is_next {
            let Ok(event) = next.recv() else {
                return Ok(());
            };
            let len = event.len();
            write!(
                writer,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len}\r\n\
                 Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n\
                 Lambda-Runtime-Deadline-Ms: 4102444800000\r\n\
                 Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:eu-west-1:1:function:webhook\r\n\
                 Lambda-Runtime-Trace-Id: Root=1-0-0\r\n\r\n{event}"
            )?;
        } else {
            let result = serde_json::from_slice(&body).map_err(io::Error::other)?;
            let result = if is_response {
                result
            } else {
                json!({ "error": result })
            };
            done.send(result).map_err(io::Error::other)?;
            writer.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")?;
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
