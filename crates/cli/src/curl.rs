//! Requests as commands for a POSIX shell. This is the only place that quotes for one.

use std::fmt::Write as _;

/// The longest body that is an argument. Linux takes arguments of up to 128 KiB.
const LONGEST_ARGUMENT: usize = 64 * 1024;

/// A request to write as a command.
#[derive(Debug, Clone)]
pub(crate) struct CurlRequest<'a> {
    pub(crate) method: &'a str,
    pub(crate) url: &'a str,
    /// `Host` among them only where it differs from that of the URL. curl adds `Content-Length` itself.
    pub(crate) headers: Vec<(&'a str, &'a [u8])>,
    pub(crate) body: &'a [u8],
}

/// Writes a command that sends a request as it is, every byte of it.
///
/// What is not text, and a long body, is made by `printf` of octal escapes, the body on curl's standard input.
pub(crate) fn command(request: &CurlRequest<'_>) -> String {
    let mut lines = vec![format!(
        "curl --include --globoff --path-as-is --request {} --url {}",
        word(request.method.as_bytes()),
        word(request.url.as_bytes())
    )];
    for &(name, value) in &request.headers {
        // This is how curl is told to send a header without a value.
        let header = match value {
            b"" => format!("{name};").into_bytes(),
            value => [name.as_bytes(), b": ", value].concat(),
        };
        lines.push(format!("--header {}", word(&header)));
    }
    let has_body = request.method != "GET" || !request.body.is_empty();
    let names_media_type = request
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    if has_body && !names_media_type {
        // Without this, curl adds one.
        lines.push("--header content-type:".to_owned());
    }
    // curl asks for leave to send a long body, which a webhook's sender does not.
    if request.body.len() > LONGEST_ARGUMENT {
        lines.push("--header expect:".to_owned());
    }
    let text = quoted(request.body).filter(|_| request.body.len() <= LONGEST_ARGUMENT);
    let source = match (has_body, text) {
        (false, _) => None,
        (true, Some(text)) => {
            lines.push(format!("--data-raw {text}"));
            None
        }
        (true, None) => {
            lines.push("--data-binary @-".to_owned());
            Some(printf(request.body))
        }
    };
    let command = lines.join(" \\\n  ");
    match source {
        Some(source) => format!("{source} | {command}"),
        None => command,
    }
}

/// Quotes a word, of whatever bytes.
fn word(bytes: &[u8]) -> String {
    quoted(bytes).unwrap_or_else(|| format!("\"$({})\"", printf(bytes)))
}

/// Quotes text. Nothing else can stand in a script, which may be read in another encoding.
fn quoted(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let quoted = shlex::try_quote(text).ok()?;
    Some(quoted.into_owned())
}

/// Writes a command that prints bytes.
fn printf(bytes: &[u8]) -> String {
    let mut command = "printf '".to_owned();
    for &byte in bytes {
        match byte {
            b'\'' | b'\\' | b'%' | b'!' => escape(&mut command, byte),
            b' '..=b'~' => command.push(char::from(byte)),
            _ => escape(&mut command, byte),
        }
    }
    command.push('\'');
    command
}

fn escape(command: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(command, "\\{byte:03o}");
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;
    use std::process::{Command, Stdio};

    use super::*;

    /// Runs a command with a real shell and the real curl, and returns the bytes that arrive.
    fn arriving(request: &CurlRequest<'_>, listener: &TcpListener) -> Vec<u8> {
        let script = command(request);
        let mut shell = Command::new("sh")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        shell
            .stdin
            .take()
            .unwrap()
            .write_all(script.as_bytes())
            .unwrap();
        let (mut connection, _) = listener.accept().unwrap();
        let mut arrived = Vec::new();
        let mut read = [0; 16 * 1024];
        loop {
            let length = connection.read(&mut read).unwrap();
            arrived.extend_from_slice(&read[..length]);
            if length == 0
                || arrived.ends_with(request.body) && is_complete(&arrived, request.body.len())
            {
                break;
            }
        }
        let answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
        connection.write_all(answer).unwrap();
        drop(connection);
        assert!(shell.wait().unwrap().success(), "{script}");
        arrived
    }

    fn is_complete(arrived: &[u8], body: usize) -> bool {
        let end = arrived.windows(4).position(|window| window == b"\r\n\r\n");
        end.is_some_and(|end| arrived[end..].len() == body.saturating_add(4))
    }

    #[test]
    fn every_byte_arrives_through_a_real_shell() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let all: Vec<u8> = (0..=255).collect();
        let long = [b"it's $(x) `y` \\ %s %% \\n ! \"".repeat(5000), all.clone()].concat();
        let path = "/it's;$(id)`id`$HOME&x=[1-3]{a,b}?a='b'&c=%5B!&d=\\";
        for body in [
            &b"a=1&b=it's"[..],
            b"'; exit 1; '",
            b"@/etc/passwd",
            b"a\nb\r\nc\n",
            b"-d x",
            b"$'x' $(id) `id` $HOME \\ \" !x",
            b"caf\xe9 \xff\xfe",
            b"\0",
            &all,
            &long,
        ] {
            let request = CurlRequest {
                method: "POST",
                url: &format!("{origin}{path}"),
                headers: vec![
                    ("X-Quote", b"it's \"$(id)\" `id` \\ %s"),
                    ("X-Bytes", b"caf\xe9 '%'\\\xff"),
                    ("X-Empty", b""),
                    ("Content-Type", b"application/x-www-form-urlencoded"),
                ],
                body,
            };
            let arrived = arriving(&request, &listener);
            let head = format!("POST {path} HTTP/1.1\r\n");
            assert!(
                arrived.starts_with(head.as_bytes()),
                "{}",
                String::from_utf8_lossy(&arrived)
            );
            assert!(arrived.ends_with(body));
            for line in [
                &b"\r\nX-Quote: it's \"$(id)\" `id` \\ %s\r\n"[..],
                b"\r\nX-Bytes: caf\xe9 '%'\\\xff\r\n",
                b"\r\nX-Empty:\r\n",
            ] {
                assert!(
                    arrived.windows(line.len()).any(|window| window == line),
                    "{}",
                    String::from_utf8_lossy(line)
                );
            }
        }
    }
}
