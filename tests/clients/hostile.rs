//! Servers that misbehave: nothing leaks, nothing hangs, and each gives its error.

use std::error::Error as _;
use std::net::TcpListener;
use std::time::Duration;

use serde_json::json;
use twilio_verify_webhooks::api::*;

use crate::client::*;
use crate::server::*;

/// Long enough for an answer that comes, short enough to wait for one that does not.
const SHORT: Duration = Duration::from_millis(300);

/// Fetches, and returns the one request that was made.
#[track_caller]
fn fetch_from(client: &TestClient, answer: Answer) -> ClientError {
    let server = Server::new([answer]);
    let error = client.send(&fetch(&server)).unwrap_err();
    assert_eq!(server.requests().len(), 1);
    assert_hidden(&error);
    error
}

#[track_caller]
fn assert_hidden(error: &ClientError) {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(" {error} {error:?}"));
        source = error.source();
    }
    for hidden in [SECRET, BASIC.trim_start_matches("Basic ")] {
        assert!(!text.contains(hidden), "{text}");
    }
}

fn reply_error(error: ClientError) -> ReplyError {
    match error {
        ClientError::Reply(error) => error,
        error => panic!("unexpected {error:?}"),
    }
}

#[test]
fn slow() {
    for client in TestClient::each() {
        let client = client.timeout(SHORT);
        for start in [
            "",
            "HTTP/1.1 200 x\r\ncontent-",
            "HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n",
            "HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n{",
            "HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n",
        ] {
            let error = fetch_from(&client, Answer::Stall(start.into()));
            assert!(
                matches!(error, ClientError::Timeout),
                "{start:?}: {error:?}"
            );
        }
    }
}

#[test]
fn slow_after_an_error_status() {
    for client in TestClient::each() {
        let client = client.timeout(SHORT);
        let start = "HTTP/1.1 503 x\r\ncontent-length: 100\r\n\r\n<html>";
        let error = fetch_from(&client, Answer::Stall(start.into()));
        let reply = error.refused().unwrap();
        assert_eq!((reply.status.as_u16(), &reply.body[..]), (503, "<html>"));
    }
}

#[test]
fn cut() {
    for client in TestClient::each() {
        for start in [
            "",
            "HTTP/1.1 200 x\r\n",
            "HTTP/1.1 200 x\r\ncontent-length: 100\r\n\r\n{",
            "HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{",
        ] {
            let error = fetch_from(&client, Answer::Bytes(start.into()));
            assert!(
                matches!(error, ClientError::Transport(_)),
                "{start:?}: {error:?}"
            );
        }
        // Without a length the end of the connection is the end of the body.
        let error = fetch_from(
            &client,
            Answer::Bytes(b"HTTP/1.1 200 x\r\n\r\n{\"sid\":".into()),
        );
        assert_eq!(reply_error(error), ReplyError::Truncated { found: 7 });
    }
}

#[test]
fn not_http() {
    for client in TestClient::each() {
        for start in [
            "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "\r\n\r\n\r\n\r\n",
            "HTTP/1.1 abc x\r\n\r\n",
        ] {
            let error = fetch_from(&client, Answer::Bytes(start.into()));
            assert!(
                matches!(error, ClientError::Transport(_)),
                "{start:?}: {error:?}"
            );
        }
    }
}

#[test]
fn redirecting_to_a_foreign_host() {
    for client in TestClient::each() {
        for status in [301, 302, 303, 307, 308] {
            let foreign = Server::new([Answer::json(200, &resource(json!({})))]);
            let location = format!("location: {}/\r\n", foreign.base_url());
            let answer = Answer::with_headers(status, &location, "");
            let error = fetch_from(&client, answer);
            assert_eq!(reply_error(error), ReplyError::Redirect { status });

            let server = Server::new([Answer::with_headers(status, &location, "")]);
            let error = client
                .send(&webhooks(&server).create(&wanted()))
                .unwrap_err();
            assert_eq!(reply_error(error), ReplyError::Redirect { status });
            assert_eq!(server.requests().len(), 1);
            assert_eq!(foreign.requests(), [""; 0]);
        }
    }
}

#[test]
fn next_page_on_a_foreign_host() {
    for client in TestClient::each() {
        let foreign = Server::new([Answer::json(200, &page(&[], None))]);
        let next = list_url(&foreign.base_url(), "?Page=1");
        let answer = || Answer::json(200, &page(&[resource(json!({}))], Some(next.clone())));
        let server = Server::new([answer(), answer()]);
        let error = client.list_all(&webhooks(&server)).unwrap_err();
        assert_eq!(
            reply_error(error),
            ReplyError::NextPage(NextPageError::Origin)
        );
        // Nor is anything created because of what was not seen.
        let error = client.ensure(&webhooks(&server), &wanted()).unwrap_err();
        assert_eq!(
            reply_error(error),
            ReplyError::NextPage(NextPageError::Origin)
        );
        assert_eq!(server.requests().len(), 2);
        assert_eq!(foreign.requests(), [""; 0]);
    }
}

#[test]
fn a_list_in_a_circle() {
    for client in TestClient::each() {
        let server = Server::at(|base_url| {
            let next = list_url(base_url, "?Page=1");
            [next.clone(), next].map(|next| Answer::json(200, &page(&[], Some(next))))
        });
        let error = client.list_all(&webhooks(&server)).unwrap_err();
        assert_eq!(
            reply_error(error),
            ReplyError::NextPage(NextPageError::Repeated)
        );
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn errors_of_the_server() {
    for client in TestClient::each() {
        for status in [500, 502, 503, 504] {
            let html = "<html><h1>Bad Gateway</h1></html>";
            let error = fetch_from(&client, Answer::with_headers(status, "", html));
            let reply = error.refused().unwrap();
            assert_eq!((reply.status.as_u16(), &reply.body[..]), (status, html));
            assert!(!reply.is_retryable());
        }
    }
}

#[test]
fn credentials_in_the_reply() {
    for client in TestClient::each() {
        let body = format!("You sent: {BASIC} {SECRET}");
        let error = fetch_from(&client, Answer::with_headers(400, "", body));
        let reply = error.refused().unwrap();
        assert_eq!(reply.body, "You sent: Basic [credentials] [credentials]");
    }
}

#[test]
fn twenty_megabytes() {
    for client in TestClient::each() {
        let body = vec![b' '; 20_000_000];
        let error = fetch_from(&client, Answer::with_headers(200, "", &body));
        assert_eq!(
            reply_error(error),
            ReplyError::TooLarge { limit: REPLY_LIMIT }
        );
        let error = fetch_from(&client, Answer::with_headers(500, "", &body));
        let reply = error.refused().unwrap();
        assert_eq!(
            (reply.status.as_u16(), reply.body.chars().count()),
            (500, 2049)
        );
    }
}

#[test]
fn without_end() {
    for client in TestClient::each() {
        let head = "HTTP/1.1 200 x\r\n\r\n";
        let error = fetch_from(&client, Answer::Endless(head.into()));
        assert_eq!(
            reply_error(error),
            ReplyError::TooLarge { limit: REPLY_LIMIT }
        );
        let head = "HTTP/1.1 404 x\r\n\r\n";
        let error = fetch_from(&client, Answer::Endless(head.into()));
        assert_eq!(error.refused().unwrap().status.as_u16(), 404);
        let head = "HTTP/1.1 200 x\r\nx: ";
        let error = fetch_from(&client, Answer::Endless(head.into()));
        assert!(matches!(error, ClientError::Transport(_)), "{error:?}");
    }
}

#[test]
fn invalid_json() {
    for client in TestClient::each() {
        let not_json = ReplyError::NotJson { line: 1, column: 1 };
        for (body, expected) in [
            ("<html>", not_json.clone()),
            ("\u{0}", not_json),
            ("", ReplyError::Empty { status: 200 }),
            ("{", ReplyError::Truncated { found: 1 }),
        ] {
            let error = fetch_from(&client, Answer::with_headers(200, "", body));
            assert_eq!(reply_error(error), expected);
        }
    }
}

#[test]
fn nobody_there() {
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for client in TestClient::each() {
        let call = webhooks_at(&format!("http://{address}")).list();
        let error = client.send(&call).unwrap_err();
        assert!(matches!(error, ClientError::Transport(_)), "{error:?}");
        assert_hidden(&error);
    }
}

#[test]
fn no_tls_where_it_is_expected() {
    for client in TestClient::each() {
        let server = Server::new([Answer::json(200, &page(&[], None))]);
        let call = webhooks_at(&format!("https://{}", server.address())).list();
        let client = client.timeout(SHORT);
        let error = client.send(&call).unwrap_err();
        assert!(
            matches!(error, ClientError::Timeout | ClientError::Transport(_)),
            "{error:?}"
        );
        for request in server.requests() {
            assert!(!request.contains("asic"), "{request}");
        }
    }
}

#[test]
fn settings_of_a_client_are_not_shown() {
    let proxy = "http://proxy-user:proxy-password@127.0.0.1:1";
    let builder = reqwest::Client::builder().proxy(reqwest::Proxy::all(proxy).unwrap());
    let reqwest = ReqwestClient::from_builder(builder).unwrap();
    let agent = ureq::Agent::config_builder()
        .proxy(Some(ureq::Proxy::new(proxy).unwrap()))
        .build()
        .new_agent();
    let ureq = UreqClient::from_agent(agent);
    for text in [
        format!("{reqwest:?} {reqwest:#?}"),
        format!("{ureq:?} {ureq:#?}"),
    ] {
        assert!(!text.contains("proxy"), "{text}");
        assert!(text.contains("timeout"), "{text}");
    }
}
