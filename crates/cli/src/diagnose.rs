//! Why the signature of a captured request is refused.

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use twilio_verify_webhooks::diagnosis::{Context, Diagnosis, Verdict};
use twilio_verify_webhooks::testing::EventBuilder;
use twilio_verify_webhooks::{AuthToken, Delivery, Key, KeyError, Receiver, SharedKey};

use crate::arguments::DiagnoseArguments;
use crate::capture::Capture;
use crate::capture_file::CaptureFile;
use crate::explanation::Explanation;
use crate::output::{Failure, Out, Outcome, note, visible_lines, warning};
use crate::secrets::{GivenKeys, Secret, unless_secret};

pub(crate) fn run(arguments: &DiagnoseArguments) -> Result<Outcome, Failure> {
    if let Some(explanation) = of_a_report(arguments) {
        return tell(arguments, &explanation);
    }
    let environment = arguments.keys.token.environment()?;
    let url = environment.prefer(arguments.url.clone(), "WEBHOOK_URL");
    let keys = arguments.keys.given(&environment)?;
    let receiver = receiver(arguments, url.as_deref(), &keys)?;
    let capture = request(arguments)?;
    let diagnosis = diagnose(arguments, &receiver, &keys, &capture)?;
    let mut out = Out::new();
    match arguments.json {
        true => out.json(&diagnosis)?,
        false => writeln!(out, "{}", visible_lines(&diagnosis.to_string()))?,
    }
    Ok(Outcome::from(diagnosis.verdict == Verdict::Accepted))
}

/// Returns what is known of a capture whose signature was taken out for a report: it cannot be diagnosed again.
fn of_a_report(arguments: &DiagnoseArguments) -> Option<Explanation> {
    let file = CaptureFile::read(arguments.capture.as_deref()?).ok()?;
    file.explanation.filter(|_| file.redacted)
}

fn tell(arguments: &DiagnoseArguments, explanation: &Explanation) -> Result<Outcome, Failure> {
    let mut out = Out::new();
    if arguments.json {
        out.json(&explanation.diagnosis)?;
    } else {
        note("the signature was taken out for a report; this was found out before");
        writeln!(out, "{}", visible_lines(&explanation.to_string()))?;
    }
    Ok(Outcome::No)
}

/// Reads the capture, and puts over it what the arguments say.
fn request(arguments: &DiagnoseArguments) -> Result<Capture, Failure> {
    let is_described = !arguments.header.is_empty() || arguments.signature.is_some();
    let mut capture = match arguments.capture.as_deref() {
        Some(path) if path != Path::new("-") => parse(&path.to_string_lossy(), &read(path)?)?,
        None if is_described => Capture {
            method: "POST".into(),
            headers: vec![(
                "Content-Type".into(),
                "application/x-www-form-urlencoded".into(),
            )],
            ..Capture::default()
        },
        _ => {
            let mut text = Vec::new();
            io::stdin().lock().read_to_end(&mut text)?;
            parse("standard input", &text)?
        }
    };
    if let Some(method) = &arguments.method {
        capture.method.clone_from(method);
    }
    if let Some(target) = &arguments.target {
        capture.target.clone_from(target);
    }
    capture.replace_headers(&arguments.header);
    if let Some(signature) = &arguments.signature {
        capture.replace_headers(&[("X-Twilio-Signature".to_owned(), signature.clone())]);
    }
    if let Some(data) = &arguments.data {
        capture.body = Some(data.clone().into_bytes());
    } else if let Some(path) = &arguments.body {
        capture.body = Some(read(path)?);
    }
    if capture.body.is_none() && capture.method != "GET" {
        warning(
            "the capture does not hold the body, which is signed: give it with --body FILE or --data TEXT",
        );
    }
    Ok(capture)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        Failure::usage(format!(
            "{}: {error}",
            unless_secret(&path.to_string_lossy())
        ))
    })
}

fn parse(name: &str, text: &[u8]) -> Result<Capture, Failure> {
    Capture::parse(text).map_err(|error| Failure::usage(format!("{name}: {error}")))
}

fn diagnose(
    arguments: &DiagnoseArguments,
    receiver: &Receiver,
    keys: &GivenKeys,
    capture: &Capture,
) -> Result<Diagnosis, Failure> {
    let headers = capture.headers.iter().map(|(name, value)| (name, value));
    let body = capture.body.as_deref().unwrap_or_default();
    let mut delivery = Delivery::new(&capture.method, body).headers(headers.clone());
    if !capture.target.is_empty() {
        delivery = delivery.target(&capture.target);
    }
    let mut context = Context::new().headers(headers);
    let secrets = keys.shared_keys.iter().map(|shared| &shared.secret);
    for secret in keys.token.iter().chain(secrets) {
        context = context.secret(secret.expose());
    }
    for (label, token) in others(arguments)? {
        let token = AuthToken::new(token.expose().trim());
        let token = token.map_err(|error| Failure::usage(format!("another AuthToken: {error}")))?;
        context = context.other_key(&label, token);
    }
    for url in &arguments.other_url {
        context = context.other_url(url);
    }
    Ok(receiver.diagnose(&delivery, &context))
}

/// Other AuthTokens, each with its label.
fn others(arguments: &DiagnoseArguments) -> Result<Vec<(String, Secret)>, Failure> {
    let mut others = Vec::new();
    for given in &arguments.other_token {
        match given.split() {
            (label, Some(token)) if !label.is_empty() => others.push((label.to_owned(), token)),
            // What is there may be a token without its label: it is not repeated.
            _ => return Err(Failure::usage("expected --other-token LABEL=TOKEN")),
        }
    }
    for path in &arguments.other_token_file {
        let label = path.file_name().unwrap_or_default().to_string_lossy();
        others.push((label.into_owned(), Secret::read(path)?));
    }
    Ok(others)
}

fn receiver(
    arguments: &DiagnoseArguments,
    url: Option<&str>,
    keys: &GivenKeys,
) -> Result<Receiver, Failure> {
    let mut builder = match (&arguments.origin, url) {
        (Some(origin), _) => Receiver::builder_for_origin(origin),
        (None, Some(url)) => Receiver::builder(url),
        (None, None) => {
            return Err(Failure::usage(
                "expected a URL: --url, --origin or WEBHOOK_URL",
            ));
        }
    };
    if arguments.get {
        builder = builder.accept_get();
    }
    if let Some(token) = &keys.token {
        builder = builder.key(tolerated(token, |text| {
            AuthToken::new(text).map(Key::from)
        })?);
    }
    for shared in &keys.shared_keys {
        builder = builder.key(tolerated(&shared.secret, |secret| {
            SharedKey::new(&shared.id, secret, shared.algorithm).map(Key::from)
        })?);
    }
    builder.build().map_err(Failure::usage)
}

/// Makes a key of a secret that the library refuses as well, such as one with white space or quotes around it, and says
/// so: the diagnosis is given the text as it is, and looks for what it was meant to be.
fn tolerated(secret: &Secret, key: impl Fn(&str) -> Result<Key, KeyError>) -> Result<Key, Failure> {
    let secret = secret.expose();
    let error = match key(secret) {
        Ok(key) => return Ok(key),
        Err(error @ (KeyError::Empty | KeyError::Blank | KeyError::Id)) => {
            return Err(Failure::usage(error));
        }
        Err(error) => error,
    };
    note(format_args!("a receiver refuses this key: {error}"));
    key(secret.trim().trim_matches(['"', '\''])).or_else(|_| {
        // Stands in for one that nobody signs with.
        let event = EventBuilder::factor_created();
        key(event.get("uuid").unwrap_or_default()).map_err(Failure::usage)
    })
}
