//! A captured delivery, sent once more.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use http::Extensions;
use serde::Serialize;
use twilio_verify_webhooks::{Key, SIGNATURE_HEADER};
use url::form_urlencoded;

use crate::application::{Application, ForwardHost, Target};
use crate::arguments::ReplayArguments;
use crate::capture_file::{self, CaptureFile};
use crate::outgoing::Client;
use crate::output::{BAD, Failure, GOOD, Out, Outcome, visible, visible_lines};
use crate::pieces::Pieces;
use crate::request::Request;
use crate::session::from_application;
use crate::store::FromApplication;
use crate::verification::{self, Verification};

/// The header that is the same when Twilio sends a delivery again.
const IDEMPOTENCY_HEADER: &str = "i-twilio-idempotency-token";

#[derive(Serialize)]
struct Report<'a> {
    capture: String,
    /// `same` or `new`.
    sent_as: &'static str,
    uuid: Option<String>,
    answer: &'a FromApplication,
}

pub(crate) async fn run(arguments: ReplayArguments) -> Result<Outcome, Failure> {
    let path = path(&arguments)?;
    let capture = CaptureFile::read(&path);
    let capture =
        capture.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    if capture.redacted {
        return Err(Failure::failed(
            "this is a copy for a report, without signature: it can only be read",
        ));
    }
    if capture.cut_from.is_some() {
        return Err(Failure::failed(
            "the body of this delivery was cut: it cannot be sent",
        ));
    }
    let target = Target::new(&arguments.to);
    let target = target.map_err(|error| Failure::usage(format!("--to: {error}")))?;
    if !target.has_no_path_but(&capture.url) {
        return Err(Failure::usage(
            "--to: expected scheme, host and port alone; path and query are those of the capture",
        ));
    }
    let request = capture.request().map_err(Failure::failed)?;
    let request = if arguments.new {
        anew(&arguments, &capture, &request, &target).await?
    } else {
        request
    };
    let application = Application::new(target, ForwardHost::Received, Client::new(None)?);
    let answered = application.send(&request, Extensions::new()).await;
    let answer = from_application(&application, &answered);
    print(&arguments, &path, &request, &answer)?;
    Ok(Outcome::from(answer.status == Some(200)))
}

/// The file, or the newest one of the folder.
fn path(arguments: &ReplayArguments) -> Result<PathBuf, Failure> {
    if arguments.capture != Path::new("latest") {
        return Ok(arguments.capture.clone());
    }
    let folder = &arguments.folder;
    let files = capture_file::list(folder);
    let files = files.map_err(|error| Failure::failed(format!("{}: {error}", folder.display())))?;
    let latest = files.into_iter().next();
    latest.ok_or_else(|| Failure::failed(format!("{} holds no capture", folder.display())))
}

/// Makes a new delivery of one that was accepted, for the application that it was forwarded to.
async fn anew(
    arguments: &ReplayArguments,
    capture: &CaptureFile,
    request: &Request,
    target: &Target,
) -> Result<Request, Failure> {
    match &capture.forward {
        Some(forward) if *forward == target.to_string() => {}
        Some(forward) => {
            return Err(Failure::usage(format!(
                "--to: a new delivery goes only where listen forwarded to, {}",
                visible(forward)
            )));
        }
        None if target.is_local().await => {}
        None => {
            return Err(Failure::usage(
                "--to: a new delivery goes only to this machine, as listen forwarded this one nowhere",
            ));
        }
    }
    let environment = arguments.key.token.environment()?;
    let key = arguments.key.key(&environment)?;
    let verification =
        Verification::new(&capture.url, std::slice::from_ref(&key), Vec::new(), true);
    let verification = verification.map_err(Failure::failed)?;
    let (outcome, _) = verification.verify(request);
    let new = as_new(request, &outcome, &key);
    new.ok_or_else(|| {
        let why = outcome.message().unwrap_or("it is no event");
        Failure::failed(format!(
            "only an accepted delivery can be sent as a new one, and with this key it is refused: {why}"
        ))
    })
}

fn print(
    arguments: &ReplayArguments,
    path: &Path,
    request: &Request,
    answer: &FromApplication,
) -> Result<(), Failure> {
    let mut out = Out::new();
    let uuid = request.param("uuid").map(String::from);
    if arguments.json {
        out.json(&Report {
            capture: path.display().to_string(),
            sent_as: if arguments.new { "new" } else { "same" },
            uuid,
            answer,
        })?;
        return Ok(());
    }
    let kind = if arguments.new {
        "as a new delivery, signed anew"
    } else {
        "the same again: a repetition, which an inbox answers without acting"
    };
    let uuid = visible(&uuid.unwrap_or_default());
    writeln!(
        out,
        "{} {kind}\nuuid {uuid}",
        visible(&path.display().to_string())
    )?;
    match (answer.status, &answer.error) {
        (Some(status), _) => {
            let style = if status == 200 { GOOD } else { BAD };
            let ms = answer.took_ms;
            writeln!(
                out,
                "{style}{status}{style:#} from {} after {ms} ms",
                answer.target
            )?;
            if !answer.body.is_empty() {
                writeln!(out, "{}", visible_lines(&answer.body))?;
            }
        }
        (None, error) => {
            let error = error.as_deref().unwrap_or("no answer");
            writeln!(out, "{BAD}{}{BAD:#}", visible(error))?;
        }
    }
    Ok(())
}

/// Makes another delivery of an accepted one: with a new uuid, signed for the same variant of the URL.
///
/// Nothing else changes, so that nobody is told anything that Twilio did not say. `None` if it was not accepted.
pub(crate) fn as_new(
    request: &Request,
    outcome: &verification::Outcome,
    key: &Key,
) -> Option<Request> {
    let verification::Outcome::Accepted { variant, .. } = outcome else {
        return None;
    };
    let uuid = uuid()?;
    let old = request.param("uuid")?.into_owned();
    let replaced = |form: &[u8]| {
        let mut new = form_urlencoded::Serializer::new(String::new());
        for (name, value) in form_urlencoded::parse(form) {
            let value = if name == "uuid" {
                uuid.as_str().into()
            } else {
                value
            };
            new.append_pair(&name, &value);
        }
        new.finish()
    };
    let mut new = request.clone();
    let signature = if request.is_get() {
        let configured = Pieces::of(variant).query.unwrap_or_default();
        let (path, query) = request.target.split_once('?')?;
        let form = query.strip_prefix(&configured)?;
        let (start, form) = match form.strip_prefix('&') {
            Some(form) => ("&", form),
            None => ("", form),
        };
        let form = replaced(form.as_bytes());
        new.target = format!("{path}?{configured}{start}{form}");
        let mark = if variant.contains('?') { "" } else { "?" };
        key.sign::<&str, &str>(&format!("{variant}{mark}{start}{form}"), [])
    } else {
        new.body = replaced(&request.body).into_bytes();
        let params = new.params();
        key.sign(variant, params.iter().map(|(name, value)| (name, value)))
    };
    for (name, value) in &mut new.headers {
        let name = name.to_ascii_lowercase();
        if name == SIGNATURE_HEADER {
            *value = signature.clone().into_bytes();
        } else if name == "content-length" {
            *value = new.body.len().to_string().into_bytes();
        } else if name == IDEMPOTENCY_HEADER || value.as_slice() == old.as_bytes() {
            *value = uuid.clone().into_bytes();
        }
    }
    Some(new)
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    let number = u128::from_be_bytes(bytes);
    let number = number & !(0xf << 76) | 4 << 76;
    let number = number & !(0b11 << 62) | 0b10 << 62;
    let hex = format!("{number:032x}");
    let piece = |range: std::ops::Range<usize>| hex.get(range).unwrap_or_default();
    let pieces = [0..8, 8..12, 12..16, 16..20, 20..32].map(piece);
    Some(pieces.join("-"))
}
