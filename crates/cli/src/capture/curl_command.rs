//! curl commands, as browsers, inspectors and this tool write them.

use super::{Capture, CaptureError, shell};

/// The options that take a value and say nothing of the request as Twilio sent it.
const OTHER_VALUES: [&str; 22] = [
    "-o",
    "--output",
    "-m",
    "--max-time",
    "--connect-timeout",
    "-x",
    "--proxy",
    "--resolve",
    "--connect-to",
    "--cacert",
    "--capath",
    "-E",
    "--cert",
    "--key",
    "-w",
    "--write-out",
    "--retry",
    "-c",
    "--cookie-jar",
    "-T",
    "--limit-rate",
    "-K",
];

/// Reads a command, or returns none if the text is none.
pub(super) fn parse(text: &str) -> Option<Result<Capture, CaptureError>> {
    let mut lines = text.lines().map(str::trim_start);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let line = line.strip_prefix("$ ").unwrap_or(line);
    let has_input = line.starts_with("printf ") && text.contains("| curl ");
    if !line.starts_with("curl ") && !has_input {
        return None;
    }
    let start = text.find(line)?;
    let Some(words) = shell::words(text.get(start..)?) else {
        return Some(Err(CaptureError::Quotes));
    };
    let at = words.iter().position(|word| word == b"curl")?;
    let (before, words) = words.split_at_checked(at)?;
    let input = match before {
        [printf, format, pipe] if printf == b"printf" && pipe == b"|" => {
            Some(shell::printed(format))
        }
        _ => None,
    };
    Some(command(words.get(1..).unwrap_or_default(), input))
}

#[derive(Default)]
struct Command {
    capture: Capture,
    method: Option<String>,
    url: Option<String>,
    data: Vec<Vec<u8>>,
    is_get: bool,
    is_json: bool,
    /// The body is in a file that is not here.
    is_elsewhere: bool,
}

fn command(words: &[Vec<u8>], input: Option<Vec<u8>>) -> Result<Capture, CaptureError> {
    let mut command = Command::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if matches!(word.as_slice(), b"|" | b";" | b"&") {
            break;
        }
        let Some(option) = std::str::from_utf8(word)
            .ok()
            .filter(|word| word.len() > 1 && word.starts_with('-'))
        else {
            command.url = Some(text(word)?);
            continue;
        };
        let (option, mut attached) = split(option);
        let mut value = || {
            let value = attached.take().map(str::as_bytes);
            let value = value.or_else(|| words.next().map(Vec::as_slice));
            value.ok_or(CaptureError::Expected(
                "a value after each option of the curl command",
            ))
        };
        match option {
            "-X" | "--request" => command.method = Some(text(value()?)?),
            "--url" => command.url = Some(text(value()?)?),
            "-H" | "--header" => command.header(value()?),
            "-A" | "--user-agent" => command.set("User-Agent", value()?),
            "-e" | "--referer" => command.set("Referer", value()?),
            "-b" | "--cookie" => command.set("Cookie", value()?),
            "-u" | "--user" => {
                use base64::Engine as _;
                let encoded = base64::engine::general_purpose::STANDARD.encode(value()?);
                command.set("Authorization", format!("Basic {encoded}").as_bytes());
            }
            "-d" | "--data" | "--data-ascii" | "--data-binary" => {
                let value = value()?;
                match value {
                    b"@-" => match &input {
                        Some(input) => command.data.push(input.clone()),
                        None => command.is_elsewhere = true,
                    },
                    value if value.starts_with(b"@") => command.is_elsewhere = true,
                    value => command.data.push(value.to_vec()),
                }
            }
            "--data-raw" => command.data.push(value()?.to_vec()),
            "--data-urlencode" => command.urlencode(value()?)?,
            "--json" => {
                command.is_json = true;
                command.data.push(value()?.to_vec());
            }
            "-F" | "--form" => {
                value()?;
                command.is_elsewhere = true;
            }
            "-G" | "--get" => command.is_get = true,
            "-I" | "--head" => command.method = Some("HEAD".into()),
            option if OTHER_VALUES.contains(&option) => {
                value()?;
            }
            _ => {}
        }
    }
    command.complete()
}

/// Splits `-XPOST`. Long options have their value as a word of its own, and short ones without a value may be joined.
fn split(option: &str) -> (&str, Option<&str>) {
    let takes_value = |short: &str| "XHAebudFomxEwcTK".contains(short.trim_start_matches('-'));
    match option.split_at_checked(2) {
        Some((short, rest))
            if !option.starts_with("--") && !rest.is_empty() && takes_value(short) =>
        {
            (short, Some(rest))
        }
        _ => (option, None),
    }
}

fn text(word: &[u8]) -> Result<String, CaptureError> {
    let text = std::str::from_utf8(word).map(str::to_owned);
    text.map_err(|_| CaptureError::Expected("text in the options of the curl command"))
}

impl Command {
    fn set(&mut self, name: &str, value: &[u8]) {
        self.capture.headers.push((name.to_owned(), value.to_vec()));
    }

    /// `Name: value`, `Name;` for one without value, and `Name:` for one that is not to be sent.
    fn header(&mut self, header: &[u8]) {
        let header = header.trim_ascii();
        let (name, value) = match header.iter().position(|byte| *byte == b':') {
            Some(colon) => {
                let (name, value) = header.split_at_checked(colon).unwrap_or((header, b""));
                let value = value.get(1..).unwrap_or_default().trim_ascii();
                if value.is_empty() {
                    return;
                }
                (name, value)
            }
            None => (header.strip_suffix(b";").unwrap_or(header), &b""[..]),
        };
        self.set(&String::from_utf8_lossy(name), value);
    }

    fn urlencode(&mut self, value: &[u8]) -> Result<(), CaptureError> {
        let value = text(value)?;
        let (name, value) = value.split_once('=').unwrap_or(("", &value));
        let encoded: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
        let encoded = encoded.replace('+', "%20");
        self.data.push(match name {
            "" => encoded.into_bytes(),
            name => format!("{name}={encoded}").into_bytes(),
        });
        Ok(())
    }

    fn complete(self) -> Result<Capture, CaptureError> {
        let mut capture = self.capture;
        let url = self
            .url
            .ok_or(CaptureError::Expected("a URL in the curl command"))?;
        let url = if url.contains("://") {
            url
        } else {
            format!("http://{url}")
        };
        let has_data = !self.data.is_empty() || self.is_elsewhere;
        let data = self.data.join(b"&".as_slice());
        let url = match self.is_get && has_data {
            true => {
                let delimiter = if url.contains('?') { '&' } else { '?' };
                format!("{url}{delimiter}{}", String::from_utf8_lossy(&data))
            }
            false => url,
        };
        capture.set_url(&url)?;
        let is_post = has_data && !self.is_get;
        capture.method = self
            .method
            .unwrap_or_else(|| if is_post { "POST" } else { "GET" }.to_owned());
        if is_post && capture.header("content-type").is_none() {
            let media_type = if self.is_json {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            };
            capture
                .headers
                .push(("Content-Type".into(), media_type.into()));
        }
        capture.body = match (self.is_elsewhere, is_post) {
            (true, _) => None,
            (false, true) => Some(data),
            (false, false) => Some(Vec::new()),
        };
        Ok(capture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curl::{self, CurlRequest};

    #[track_caller]
    fn read(text: &str) -> Capture {
        Capture::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn commands_of_browsers_and_people_are_read() {
        for text in [
            "curl 'https://example.com/webhook?x=1' -X POST -H 'X-Twilio-Signature: abc=' --data-raw 'a=1&b=it%27s'",
            "$ curl -sS -XPOST https://example.com/webhook?x=1 \\\n -H \"X-Twilio-Signature: abc=\" -d a=1 -d b=it%27s",
            "# copied\ncurl --url https://example.com/webhook?x=1 --header 'x-twilio-signature:abc=' --data 'a=1&b=it%27s' -o /dev/null",
            "curl --compressed 'https://u:p@example.com/webhook?x=1#f' -H 'X-Twilio-Signature: abc=' --data-urlencode a=1 --data-urlencode \"b=it's\"",
            "curl 'https://example.com/webhook?x=1' -H 'X-Twilio-Signature: abc=' --data-raw $'a=1&b=it%27s' | jq .",
        ] {
            let capture = read(text);
            assert_eq!(
                (&*capture.method, &*capture.target),
                ("POST", "/webhook?x=1"),
                "{text}"
            );
            assert_eq!(capture.header("host"), Some("example.com"));
            assert_eq!(capture.header("x-twilio-signature"), Some("abc="), "{text}");
            assert_eq!(
                capture.header("content-type"),
                Some("application/x-www-form-urlencoded")
            );
            assert_eq!(
                capture.body.as_deref(),
                Some(&b"a=1&b=it%27s"[..]),
                "{text}"
            );
        }
        let get = read("curl -G example.com/webhook -d a=1");
        assert_eq!((&*get.method, &*get.target), ("GET", "/webhook?a=1"));
        assert_eq!(read("curl example.com -d @body.txt").body, None);
        let hosts =
            read("curl http://127.0.0.1/ -H 'Host: example.com' -H 'Accept;' -H 'User-Agent:'");
        assert_eq!(hosts.header("host"), Some("example.com"));
        assert_eq!(
            (hosts.header("accept"), hosts.header("user-agent")),
            (Some(""), None)
        );
    }

    #[test]
    fn commands_that_make_no_sense_are_refused() {
        for text in [
            "curl 'https://example.com",
            "curl -H",
            "curl -X POST",
            "curl https://a.dev -d \"$(rm x)\"",
        ] {
            let error = Capture::parse(text.as_bytes()).unwrap_err();
            assert!(
                matches!(error, CaptureError::Quotes | CaptureError::Expected(_)),
                "{text}"
            );
        }
    }

    #[test]
    fn what_this_tool_writes_is_read_again() {
        let all: Vec<u8> = (0..=255).collect();
        let long = vec![b'a'; 70_000];
        for body in [&b"a=1&b='$(x)`"[..], &all, &long, b"", b"@file"] {
            let request = CurlRequest {
                method: "POST",
                url: "https://example.com/it's?x=[1]&y",
                headers: vec![
                    ("Content-Type", b"a/b"),
                    ("X-Bytes", b"caf\xe9 'x'"),
                    ("X-Empty", b""),
                ],
                body,
            };
            let capture = read(&curl::command(&request));
            assert_eq!(capture.target, "/it's?x=[1]&y");
            assert_eq!(capture.body.as_deref(), Some(body));
            assert!(
                capture
                    .headers
                    .contains(&("X-Bytes".into(), b"caf\xe9 'x'".to_vec()))
            );
            assert_eq!(capture.header("x-empty"), Some(""));
        }
    }
}
