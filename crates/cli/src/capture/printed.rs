//! Headers as frameworks print them.
//!
//! Read are lines `Name: value`; quoted names and values with anything that languages write between them, as in objects,
//! maps, tuples and lists of JavaScript, Python, Ruby, PHP, Rust, Elixir and Java; `Name:[value]` and `Name=[value]` as Go
//! and Java print maps of lists; and names as CGI changes them, `HTTP_X_TWILIO_SIGNATURE`. Of an environment, the method
//! and the target are read as well.

use super::Capture;

/// Headers of which one at least is in every request of Twilio.
const EXPECTED: [&str; 4] = ["x-twilio-signature", "host", "content-type", "user-agent"];

/// Reads headers, or returns none if the text holds none.
pub(super) fn parse(text: &str) -> Option<Capture> {
    let found = lines(text).or_else(|| {
        let quoted = quoted(text);
        let listed = listed(text);
        // In each form something can be found by chance.
        Some(if listed.len() > quoted.len() {
            listed
        } else {
            quoted
        })
    })?;
    capture(found)
}

/// Makes a request of names and values.
pub(super) fn capture(found: Vec<(String, String)>) -> Option<Capture> {
    let mut capture = Capture {
        method: "POST".to_owned(),
        ..Capture::default()
    };
    for (name, value) in found {
        match &*name {
            "REQUEST_METHOD" => capture.method = value,
            "REQUEST_URI" | "RAW_URI" if value.starts_with('/') => capture.target = value,
            _ => {
                if let Some(name) = header(&name) {
                    capture.headers.push((name, value.into_bytes()));
                }
            }
        }
    }
    let is_expected = |name: &str| {
        EXPECTED
            .iter()
            .any(|expected| name.eq_ignore_ascii_case(expected))
    };
    let mut names = capture.headers.iter().map(|(name, _)| name);
    names.any(|name| is_expected(name)).then_some(capture)
}

/// Returns the name of a header, undoing what CGI makes of it.
fn header(name: &str) -> Option<String> {
    let name = match name {
        ":authority" => "Host",
        name => name,
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if name.is_empty() || !name.bytes().all(is_name) {
        return None;
    }
    let is_variable = name.bytes().all(|byte| !byte.is_ascii_lowercase()) && name.contains('_');
    if !is_variable {
        return Some(name.to_owned());
    }
    match (name.strip_prefix("HTTP_"), name) {
        (Some(name), _) => Some(name.replace('_', "-")),
        (None, "CONTENT_TYPE" | "CONTENT_LENGTH") => Some(name.replace('_', "-")),
        (None, _) => None,
    }
}

/// Reads lines `Name: value` or, of an environment, `NAME=value`, all of them or none.
fn lines(text: &str) -> Option<Vec<(String, String)>> {
    let is_name = |name: &str| {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        !name.is_empty() && name.bytes().all(is_token)
    };
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_end) {
        // PHP's `print_r` puts these around its lines.
        if matches!(line.trim(), "" | "Array" | "(" | ")") {
            continue;
        }
        if let Some((name, value)) = line
            .trim()
            .strip_prefix('[')
            .and_then(|line| line.split_once("] => "))
        {
            found.push((name.to_owned(), value.to_owned()));
            continue;
        }
        let (name, value) = match (line.split_once(':'), line.split_once('=')) {
            (Some((name, value)), _) if is_name(name.trim()) => (name.trim(), value.trim()),
            (_, Some((name, value))) if is_name(name) => (name, value),
            _ => return None,
        };
        // A quoted value is one of an object whose names are not.
        if value.starts_with(['\'', '"', '[', '{']) || (value.is_empty() && found.is_empty()) {
            return None;
        }
        found.push((name.to_owned(), value.to_owned()));
    }
    (!found.is_empty()).then_some(found)
}

/// Reads `Name:[value]` and `Name=[value]`.
fn listed(text: &str) -> Vec<(String, String)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(":[").into_iter().chain(rest.find("=[")).min() {
        let (before, after) = rest.split_at_checked(open).unwrap_or((rest, ""));
        let name = before.rsplit(|c| !is_name(c)).next().unwrap_or_default();
        let after = after.get(2..).unwrap_or_default();
        let Some((value, after)) = after.split_once(']') else {
            break;
        };
        let is_quoted = value.starts_with(['"', '\'']);
        if !name.is_empty() && !is_quoted {
            found.push((name.to_owned(), value.to_owned()));
        }
        rest = after;
    }
    found
}

/// Reads pairs of which the value, at least, is quoted.
fn quoted(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut name: Option<String> = None;
    let mut rest = text;
    loop {
        let Some(at) = rest.find(['"', '\'']) else {
            return found;
        };
        let (between, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
        let Some((value, after)) = string(after) else {
            return found;
        };
        let bare = bare_name(between);
        match (name.take(), bare) {
            // `name: "value"`
            (_, Some(bare)) => found.push((bare, value)),
            (Some(name), None) if is_between(between) => found.push((name, value)),
            (_, None) => name = Some(value),
        }
        rest = after;
    }
}

/// Returns the name before a quoted value, if it is not quoted itself.
fn bare_name(between: &str) -> Option<String> {
    let between = between.trim_end_matches(['[', '(', ' ', '\n', '\t', '\r', 'b']);
    let between = between
        .strip_suffix("=>")
        .or_else(|| between.strip_suffix([':', '=']))?;
    let between = between.trim_end().trim_end_matches(']');
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name = between.rsplit(|c| !is_name(c)).next().unwrap_or_default();
    (!name.is_empty()).then(|| name.to_owned())
}

/// Whether a name and its value have only signs between them that belong there: `": "`, `' => '`, `", "`, `": ["`, and
/// PHP's `string(9) `.
fn is_between(between: &str) -> bool {
    let between = between.replace("string(", "").replace("array(1)", "");
    let is_sign = |c: char| c.is_whitespace() || c.is_ascii_digit() || ":=>,[({b)]\"".contains(c);
    !between.is_empty()
        && between.chars().all(is_sign)
        && !between.contains("),")
        && !between.contains("],")
}

/// Splits a quoted string from what comes after it.
fn string(text: &str) -> Option<(String, &str)> {
    let mut chars = text.char_indices();
    let (_, quote) = chars.next()?;
    let mut string = String::new();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((string, text.get(at.checked_add(1)?..)?));
        }
        if c != '\\' {
            string.push(c);
            continue;
        }
        let (_, escaped) = chars.next()?;
        let hex = |chars: &mut std::str::CharIndices<'_>, most: usize| {
            let digits: String = chars.by_ref().take(most).map(|(_, c)| c).collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
        };
        string.push(match escaped {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' if quote == '"' && chars.as_str().starts_with('{') => return None,
            'u' => hex(&mut chars, 4)?,
            'x' => hex(&mut chars, 2)?,
            other => other,
        });
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same headers, as each prints them.
    const PRINTED: [(&str, &str); 14] = [
        (
            "lines",
            "Host: example.com\nX-Twilio-Signature: abc+/=\nContent-Type: a/b; c=d\n",
        ),
        (
            "lines in lower case",
            "\n  host: example.com\n  x-twilio-signature: abc+/=\n  content-type: a/b; c=d\n",
        ),
        (
            "Node.js",
            "{\n  host: 'example.com',\n  'x-twilio-signature': 'abc+/=',\n  'content-type': 'a/b; c=d'\n}",
        ),
        (
            "Node.js, raw",
            "[\n  'Host',\n  'example.com',\n  'X-Twilio-Signature',\n  'abc+/=',\n  'Content-Type',\n  'a/b; c=d'\n]",
        ),
        (
            "Deno",
            "Headers {\n  host: \"example.com\",\n  \"x-twilio-signature\": \"abc+/=\",\n  \"content-type\": \"a/b; c=d\"\n}",
        ),
        (
            "Python",
            "{'Host': 'example.com', 'X-Twilio-Signature': 'abc+/=', 'Content-Type': 'a/b; c=d'}",
        ),
        (
            "Werkzeug",
            "EnvironHeaders([('Host', 'example.com'), ('X-Twilio-Signature', 'abc+/='), ('Content-Type', 'a/b; c=d')])",
        ),
        (
            "ASGI",
            "[(b'host', b'example.com'), (b'x-twilio-signature', b'abc+/='), (b'content-type', b'a/b; c=d')]",
        ),
        (
            "Rack",
            "{\"HTTP_HOST\"=>\"example.com\", \"HTTP_X_TWILIO_SIGNATURE\"=>\"abc+/=\", \"CONTENT_TYPE\" => \"a/b; c=d\", \"SERVER_PORT\"=>\"80\"}",
        ),
        (
            "Go",
            "map[Content-Type:[a/b; c=d] Host:[example.com] X-Twilio-Signature:[abc+/=]]",
        ),
        (
            "Java",
            "{host=[example.com], x-twilio-signature=[abc+/=], content-type=[a/b; c=d]}",
        ),
        (
            "Spring",
            "[host:\"example.com\", x-twilio-signature:\"abc+/=\", content-type:\"a/b; c=d\"]",
        ),
        (
            "Rust",
            "{\"host\": \"example.com\", \"x-twilio-signature\": \"abc+/=\", \"content-type\": \"a/b; c=d\"}",
        ),
        (
            "PHP",
            "array (\n  'Host' => 'example.com',\n  'X-Twilio-Signature' => 'abc+/=',\n  'Content-Type' => 'a/b; c=d',\n)",
        ),
    ];

    #[test]
    fn headers_are_read_as_each_framework_prints_them() {
        let more = [
            (
                "JSON with lists",
                r#"{"host": ["example.com"], "x-twilio-signature": ["abc+\/="], "content-type": ["a/b; c=d"]}"#,
            ),
            (
                "Elixir",
                r#"[{"host", "example.com"}, {"x-twilio-signature", "abc+/="}, {"content-type", "a/b; c=d"}]"#,
            ),
            (
                "environment",
                "HTTP_HOST=example.com\nHTTP_X_TWILIO_SIGNATURE=abc+/=\nCONTENT_TYPE=a/b; c=d\nPATH_INFO=/x\n",
            ),
            (
                "print_r",
                "Array\n(\n    [Host] => example.com\n    [X-Twilio-Signature] => abc+/=\n    [Content-Type] => a/b; c=d\n)\n",
            ),
            (
                "var_dump",
                "array(3) {\n  [\"Host\"]=>\n  string(11) \"example.com\"\n  [\"X-Twilio-Signature\"]=>\n  string(6) \"abc+/=\"\n  [\"Content-Type\"]=>\n  string(8) \"a/b; c=d\"\n}",
            ),
        ];
        for (name, text) in PRINTED.into_iter().chain(more) {
            let capture =
                Capture::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(capture.header("host"), Some("example.com"), "{name}");
            assert_eq!(
                capture.header("x-twilio-signature"),
                Some("abc+/="),
                "{name}"
            );
            assert_eq!(capture.header("content-type"), Some("a/b; c=d"), "{name}");
            assert_eq!(
                (&*capture.method, capture.headers.len(), capture.body),
                ("POST", 3, None),
                "{name}"
            );
        }
    }

    #[test]
    fn an_environment_has_method_and_target() {
        let text =
            "{'REQUEST_METHOD': 'GET', 'REQUEST_URI': '/webhook?a=1', 'HTTP_HOST': 'example.com'}";
        let capture = Capture::parse(text.as_bytes()).unwrap();
        assert_eq!(
            (&*capture.method, &*capture.target),
            ("GET", "/webhook?a=1")
        );
    }

    #[test]
    fn other_text_is_not_taken_for_headers() {
        for text in [
            "",
            "hello",
            "a: b",
            "{'a': 'b'}",
            "it's",
            "\"",
            "x=[",
            "say \"host\"",
            "Error: no body\n  at x",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
