//! The captures of a folder, on the page of `listen`.

use std::path::Path;
use std::sync::Arc;

use http::Extensions;
use serde::Serialize;

use crate::arguments::{InspectArguments, PagePort};
use crate::capture_file::{self, CaptureFile};
use crate::listen::{Interrupt, page_listener};
use crate::output::{Failure, HEADING, Out, Outcome, visible, warning};
use crate::page::Page;
use crate::session::{Session, Verifying};
use crate::store::{Entry, MOST};
use crate::verification::Verification;

#[derive(Serialize)]
struct Ready<'a> {
    event: &'static str,
    version: u32,
    page: &'a str,
    captures: usize,
}

pub(crate) async fn run(arguments: InspectArguments) -> Result<Outcome, Failure> {
    let PagePort::On(port) = arguments.page_port else {
        return Err(Failure::usage("--page-port: expected a port"));
    };
    let mut interrupt = Interrupt::new()?;
    let folder = &arguments.folder;
    let session = Arc::new(Session {
        verifying: verifying(&arguments)?,
        ..Session::new(folder.display().to_string())
    });
    let captures = read(&session, folder)?;
    let page = Page::new(page_listener(port).await?, Arc::clone(&session))?;
    let mut out = Out::new();
    if arguments.json {
        out.json_line(&Ready {
            event: "ready",
            version: 1,
            page: page.url(),
            captures,
        })?;
    } else {
        use std::io::Write as _;

        writeln!(out, "{captures} captures of {}", visible(&session.title))?;
        writeln!(
            out,
            "page {HEADING}{}{HEADING:#}\nStop with Ctrl-C.",
            page.url()
        )?;
    }
    let served = tokio::spawn(page.serve());
    interrupt.wait().await;
    session.stop();
    let _ = tokio::time::timeout(crate::listen::LAST, served).await;
    Ok(Outcome::Done)
}

/// Takes the keys that are given, if there are any.
fn verifying(arguments: &InspectArguments) -> Result<Verifying, Failure> {
    let environment = arguments.keys.token.environment()?;
    let Some(given) = arguments.keys.given_if_any(&environment)? else {
        return Ok(Verifying::Not);
    };
    let keys = given.keys()?;
    if let Some(url) = &arguments.url {
        let verification = Verification::new(url, &keys, given.into_secrets(), arguments.get);
        let verification = verification.map_err(|error| Failure::usage(format!("--url: {error}")));
        return Ok(Verifying::For(verification?));
    }
    Ok(Verifying::ForEach {
        keys,
        secrets: given.into_secrets(),
        accept_get: arguments.get,
    })
}

/// Reads the newest captures of a folder, and returns how many.
fn read(session: &Session, folder: &Path) -> Result<usize, Failure> {
    let failed = |error| Failure::failed(format!("{}: {error}", folder.display()));
    let mut files = capture_file::list(folder).map_err(failed)?;
    files.truncate(MOST);
    let mut captures: usize = 0;
    // The oldest first, so that they are numbered in the order in which they came.
    for path in files.into_iter().rev() {
        let read = CaptureFile::read(&path).and_then(|capture| {
            let request = capture.request()?;
            Ok((capture, request))
        });
        let (capture, request) = match read {
            Ok(read) => read,
            Err(error) => {
                warning(visible(&format!("{} {error}", path.display())));
                continue;
            }
        };
        captures = captures.saturating_add(1);
        session.store.put(Entry {
            id: session.store.next_id(),
            sequence: 0,
            received_at: capture.received_at,
            url: capture.url.into(),
            request: Arc::new(request),
            spelling: Extensions::new(),
            cut_from: capture.cut_from,
            outcome: capture.outcome,
            explanation: capture.explanation.map(Arc::new),
            answer: capture.answer,
            application: capture.application,
            replays: Vec::new(),
            capture: Some(path),
        });
    }
    Ok(captures)
}
