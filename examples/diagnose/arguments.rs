//! What the command is told.

use std::ffi::OsString;
use std::path::PathBuf;

use lexopt::prelude::*;

pub(crate) const HELP: &str = "\
Finds out why the signature of a captured Twilio webhook is refused.

Usage: diagnose [OPTIONS] [CAPTURE]

CAPTURE is a file with the raw request, head and body, as a proxy logs it, or the output of `curl -v`,
which lacks the body. `-`, and no CAPTURE at all, reads standard input, unless --signature or --header
describe the request.

The receiver:
  --url URL                 the URL as configured in your program [env: WEBHOOK_URL]
  --origin ORIGIN           in place of --url: the origin, with path and query from the request
  --token TOKEN             the AuthToken as configured in your program [env: TWILIO_AUTH_TOKEN]
  --shared-key ID=SECRET    a SharedKey with HMAC_SHA256; several times for several
  --shared-key-sha1 ID=SECRET
                            a SharedKey with HMAC_SHA1
  --get                     accept GET

What else to try:
  --other-token LABEL=TOKEN another account's AuthToken, or an older one; several times for several
  --other-url URL           another URL the webhook may be configured with; several times for several

The request, in place of CAPTURE or over it:
  --method METHOD           POST unless the capture says otherwise
  --target TARGET           path and query as in the request line
  --header 'NAME: VALUE'    several times for several
  --signature VALUE         the X-Twilio-Signature header
  --body FILE               the raw body from a file
  --data TEXT               the raw body from here

  --json                    print the report for a program
  --help                    print this

Arguments can be seen by others on this machine: prefer the environment for secrets.

Exit status: 0 if the receiver accepts the request, 1 if it refuses it and the report says why, 2 if it
refuses it and nothing that was tried explains that, 64 if the arguments or the capture cannot be used.
";

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) help: bool,
    pub(crate) json: bool,
    pub(crate) accept_get: bool,
    pub(crate) url: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) token: Option<String>,
    /// Id and secret, for HMAC-SHA256 and for HMAC-SHA1.
    pub(crate) shared_keys: [Vec<(String, String)>; 2],
    pub(crate) other_tokens: Vec<(String, String)>,
    pub(crate) other_urls: Vec<String>,
    pub(crate) capture: Option<PathBuf>,
    pub(crate) method: Option<String>,
    pub(crate) target: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Body>,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Body {
    File(PathBuf),
    Text(String),
}

impl Arguments {
    /// Reads the arguments, without the name of the program, and then the environment.
    pub(crate) fn parse(
        arguments: impl IntoIterator<Item = impl Into<OsString>, IntoIter: 'static>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, lexopt::Error> {
        let mut parser = lexopt::Parser::from_args(arguments);
        let mut parsed = Self::default();
        let [sha256, sha1] = &mut parsed.shared_keys;
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => parsed.help = true,
                Long("json") => parsed.json = true,
                Long("get") => parsed.accept_get = true,
                Long("url") => parsed.url = Some(parser.value()?.string()?),
                Long("origin") => parsed.origin = Some(parser.value()?.string()?),
                Long("token") => parsed.token = Some(parser.value()?.string()?),
                Long("shared-key") => sha256.push(pair(parser.value()?, '=')?),
                Long("shared-key-sha1") => sha1.push(pair(parser.value()?, '=')?),
                Long("other-token") => parsed.other_tokens.push(pair(parser.value()?, '=')?),
                Long("other-url") => parsed.other_urls.push(parser.value()?.string()?),
                Long("method") => parsed.method = Some(parser.value()?.string()?),
                Long("target") => parsed.target = Some(parser.value()?.string()?),
                Long("header") => parsed.headers.push(pair(parser.value()?, ':')?),
                Long("signature") => {
                    let signature = parser.value()?.string()?;
                    parsed
                        .headers
                        .push(("X-Twilio-Signature".into(), signature));
                }
                Long("body") => parsed.body = Some(Body::File(parser.value()?.into())),
                Long("data") => parsed.body = Some(Body::Text(parser.value()?.string()?)),
                Value(path) if parsed.capture.is_none() => parsed.capture = Some(path.into()),
                _ => return Err(argument.unexpected()),
            }
        }
        parsed.url = parsed.url.or_else(|| environment("WEBHOOK_URL"));
        parsed.token = parsed.token.or_else(|| environment("TWILIO_AUTH_TOKEN"));
        Ok(parsed)
    }

    /// Whether a capture is read although none is named.
    pub(crate) fn reads_standard_input(&self) -> bool {
        match &self.capture {
            Some(path) => path.as_os_str() == "-",
            None => self.headers.is_empty(),
        }
    }
}

fn pair(value: OsString, delimiter: char) -> Result<(String, String), lexopt::Error> {
    let text = value.string()?;
    match text.split_once(delimiter) {
        Some((name, value)) if !name.trim().is_empty() => {
            let value = if delimiter == ':' {
                value.trim_start()
            } else {
                value
            };
            Ok((name.trim().into(), value.into()))
        }
        // The value may be a secret: it is not repeated.
        _ => Err(format!("expected a name, `{delimiter}`, and a value").into()),
    }
}
