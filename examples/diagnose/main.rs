//! Says why the signature of a captured request is refused.
//!
//! ```sh
//! export WEBHOOK_URL=https://example.com/webhook TWILIO_AUTH_TOKEN=…
//! cargo run --example diagnose -- request.txt
//! cargo run --example diagnose -- --help
//! ```

mod arguments;
mod capture;

use std::error::Error;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::{env, fs, io};

use twilio_verify_webhooks::diagnosis::{Context, Diagnosis, Verdict};
use twilio_verify_webhooks::{
    Algorithm, AuthToken, ConfigError, Delivery, KeyError, Receiver, SharedKey,
};

use crate::arguments::{Arguments, Body, HELP};
use crate::capture::Capture;

fn main() -> ExitCode {
    match run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            eprintln!("diagnose: {error}\nTry --help.");
            ExitCode::from(64)
        }
    }
}

fn run() -> Result<u8, Box<dyn Error>> {
    let arguments = Arguments::parse(env::args_os().skip(1).collect::<Vec<_>>(), |name| {
        env::var(name).ok()
    })?;
    if arguments.help {
        io::stdout().write_all(HELP.as_bytes())?;
        return Ok(0);
    }
    let diagnosis = diagnose(&arguments, &request(&arguments)?)?;
    let mut out = io::stdout().lock();
    if arguments.json {
        serde_json::to_writer_pretty(&mut out, &diagnosis)?;
        writeln!(out)?;
    } else {
        writeln!(out, "{diagnosis}")?;
    }
    Ok(match diagnosis.verdict {
        Verdict::Accepted => 0,
        Verdict::Unexplained => 2,
        _ => 1,
    })
}

/// Reads the capture, and puts what the arguments say over it.
fn request(arguments: &Arguments) -> Result<Capture, Box<dyn Error>> {
    let mut text = Vec::new();
    let mut request = if arguments.reads_standard_input() {
        io::stdin().lock().read_to_end(&mut text)?;
        Capture::parse(&text)?
    } else if let Some(path) = &arguments.capture {
        let text = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Capture::parse(&text)?
    } else {
        Capture {
            method: "POST".into(),
            headers: vec![(
                "Content-Type".into(),
                "application/x-www-form-urlencoded".into(),
            )],
            ..Capture::default()
        }
    };
    if let Some(method) = &arguments.method {
        request.method.clone_from(method);
    }
    if let Some(target) = &arguments.target {
        request.target.clone_from(target);
    }
    for (name, _) in &arguments.headers {
        request
            .headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }
    let headers = arguments.headers.iter().cloned();
    request
        .headers
        .extend(headers.map(|(name, value)| (name, value.into_bytes())));
    match &arguments.body {
        Some(Body::Text(text)) => request.body = text.clone().into(),
        Some(Body::File(path)) => {
            request.body =
                fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        None => {}
    }
    Ok(request)
}

fn diagnose(arguments: &Arguments, request: &Capture) -> Result<Diagnosis, Box<dyn Error>> {
    let receiver = receiver(arguments)?;
    let headers = request.headers.iter().map(|(name, value)| (name, value));
    let mut delivery = Delivery::new(&request.method, &request.body).headers(headers.clone());
    if !request.target.is_empty() {
        delivery = delivery.target(&request.target);
    }
    let mut context = Context::new().headers(headers);
    if let Some(token) = &arguments.token {
        context = context.secret(token);
    }
    let [sha256, sha1] = &arguments.shared_keys;
    for (_, secret) in sha256.iter().chain(sha1) {
        context = context.secret(secret);
    }
    for (label, token) in &arguments.other_tokens {
        context = context.other_key(label, AuthToken::new(token.trim())?);
    }
    for url in &arguments.other_urls {
        context = context.other_url(url);
    }
    Ok(receiver.diagnose(&delivery, &context))
}

fn receiver(arguments: &Arguments) -> Result<Receiver, Box<dyn Error>> {
    let mut builder = match (&arguments.origin, &arguments.url) {
        (Some(origin), _) => Receiver::builder_for_origin(origin),
        (None, Some(url)) => Receiver::builder(url),
        (None, None) => return Err("expected a URL: --url, --origin or WEBHOOK_URL".into()),
    };
    if arguments.accept_get {
        builder = builder.accept_get();
    }
    if let Some(token) = &arguments.token {
        builder = builder.auth_token(tolerated(token, AuthToken::new)?);
    }
    let [sha256, sha1] = &arguments.shared_keys;
    for (keys, algorithm) in [(sha256, Algorithm::HmacSha256), (sha1, Algorithm::HmacSha1)] {
        for (id, secret) in keys {
            let key = tolerated(secret, |secret| SharedKey::new(id, secret, algorithm))?;
            builder = builder.shared_key(key);
        }
    }
    builder.build().map_err(|error| match error {
        ConfigError::NoKey => "expected a key: --token, --shared-key or TWILIO_AUTH_TOKEN".into(),
        error => error.into(),
    })
}

/// Makes a key of a secret with white space around it as well, which the library refuses, and says so.
fn tolerated<K>(secret: &str, key: impl Fn(&str) -> Result<K, KeyError>) -> Result<K, KeyError> {
    match key(secret) {
        Err(KeyError::WhiteSpace { .. }) => {
            eprintln!(
                "note: there is white space around the secret; a receiver refuses such a one"
            );
            key(secret.trim())
        }
        made => made,
    }
}
