//! A receiver for development: verifies, forwards, keeps, and shows.

mod ensure;
mod lines;
mod ngrok;
mod receive;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use self::ensure::Ensured;
use self::lines::{Addresses, Lines};
use self::receive::Receiving;
use crate::application::{Application, Target};
use crate::arguments::{ListenArguments, PagePort};
use crate::capture_file::{DEFAULT_FOLDER, Folder};
use crate::outgoing::Client;
use crate::output::{Failure, Outcome, note, warning};
use crate::page::Page;
use crate::reachable;
use crate::session::{Answering, Session, Verifying};
use crate::verification::Verification;

/// How long open connections may take to end. With it, the whole ends within a second.
pub(crate) const LAST: Duration = Duration::from_millis(500);

/// How long the last lines wait for whoever reads them, after an interrupt.
const LAST_LINES: Duration = Duration::from_millis(250);

pub(crate) async fn run(arguments: ListenArguments) -> Result<Outcome, Failure> {
    let mut interrupt = Interrupt::new()?;
    let environment = arguments.keys.token.environment()?;
    let given = arguments.keys.given(&environment)?;
    let keys = given.keys()?;
    let client = Client::new(None)?;
    let listener = bind(arguments.listen, "--listen").await?;
    let address = listener.local_addr()?;
    let url = url(&arguments, &client, address).await?;
    if let Some(reason) = reachable::not_from_twilio(&url) {
        note(reason);
    }
    let verification = Verification::new(&url, &keys, given.into_secrets(), arguments.get);
    let verification = verification.map_err(|error| Failure::usage(format!("--url: {error}")))?;
    let page = match arguments.page_port {
        PagePort::Off => None,
        PagePort::On(port) => Some(page_listener(port).await?),
    };
    let page_address = page.as_ref().map(TcpListener::local_addr).transpose()?;
    let application = match &arguments.forward {
        Some(forward) => {
            let target = target(forward, &url, [Some(address), page_address]).await?;
            Some(Application::new(target, arguments.forward_host, client))
        }
        None => None,
    };
    let folder = arguments.capture.as_deref().map(Folder::open).transpose();
    let folder = folder.map_err(Failure::failed)?;
    let status = arguments.answer.map(|status| status.as_u16());
    let session = Arc::new(Session {
        verifying: Verifying::Receiving(verification),
        application,
        folder,
        answering: Answering::new(status, arguments.delay.unwrap_or_default()),
        ..Session::new(url.clone())
    });
    let lines = Lines::new(arguments.json, arguments.until, Arc::clone(&session))?;
    let lines = Arc::new(lines);
    let page = page.map(|listener| Page::new(listener, Arc::clone(&session)));
    let page = page.transpose()?;
    let journal = arguments.capture.as_deref();
    let journal = journal.unwrap_or(Path::new(DEFAULT_FOLDER));
    let ensured = match &arguments.ensure {
        Some(service) => {
            let credentials = arguments
                .api
                .credentials(&arguments.keys.token, &environment)?;
            let base_url = arguments.api.base_url.as_deref();
            let webhooks = ensure::webhooks(service, credentials, base_url)?;
            Some(Ensured::start(webhooks, url.clone(), journal.to_owned()).await?)
        }
        None => {
            ensure::warn_of_last(journal);
            None
        }
    };
    lines.ready(
        &session,
        &Addresses {
            listen: format!("http://{address}"),
            page: page.as_ref().map(|page| page.url().to_owned()),
            ensured: ensured.as_ref().map(|ensured| ensured.done().to_owned()),
        },
    );
    let receiving = Receiving::new(
        Arc::clone(&session),
        Arc::clone(&lines),
        arguments.forward_refused,
    );
    let receiver = tokio::spawn(receiving.serve(listener));
    let page = page.map(|page| tokio::spawn(page.serve()));
    let is_interrupted = tokio::select! {
        () = interrupt.wait() => true,
        () = session.stopped() => false,
    };
    session.stop();
    let ended = async {
        let _ = receiver.await;
        if let Some(page) = page {
            let _ = page.await;
        }
    };
    let _ = tokio::time::timeout(LAST, ended).await;
    if let Some(ensured) = ensured {
        tokio::select! {
            ended = ensured.end() => if let Err(error) = ended {
                warning(error);
                return Ok(Outcome::No);
            },
            // Twilio's API may take its time, and the user may not.
            () = interrupt.wait() => {
                ensured.warn();
                return Ok(Outcome::Interrupted);
            }
        }
    }
    // Who reads may have stopped reading, and nothing but an interrupt is to lose a line.
    let most = if is_interrupted {
        LAST_LINES
    } else {
        Duration::MAX
    };
    tokio::select! {
        _ = tokio::time::timeout(most, lines.written()) => {}
        () = interrupt.wait() => {}
    }
    Ok(lines.outcome())
}

/// The wish of the user, or of the system, to end. It is heard from the moment this is made.
///
/// A terminal that is closed says so as well. Without a terminal, as after `nohup`, that is not heard.
pub(crate) struct Interrupt {
    #[cfg(unix)]
    signals: [tokio::signal::unix::Signal; 2],
    #[cfg(unix)]
    hangup: Option<tokio::signal::unix::Signal>,
}

impl Interrupt {
    #[cfg(unix)]
    pub(crate) fn new() -> Result<Self, Failure> {
        use std::io::{IsTerminal as _, stderr, stdin, stdout};
        use tokio::signal::unix::{SignalKind, signal};

        let has_terminal =
            stdin().is_terminal() || stdout().is_terminal() || stderr().is_terminal();
        let hangup = has_terminal.then(|| signal(SignalKind::hangup()));
        let signals = [
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ];
        Ok(Self {
            signals,
            hangup: hangup.transpose()?,
        })
    }

    #[cfg(not(unix))]
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self {})
    }

    /// Waits for it, each time for another.
    #[cfg(unix)]
    pub(crate) async fn wait(&mut self) {
        let [interrupted, terminated] = &mut self.signals;
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hangup => {}
        }
    }

    /// Waits for it, each time for another.
    #[cfg(not(unix))]
    pub(crate) async fn wait(&mut self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}

pub(crate) async fn page_listener(port: u16) -> Result<TcpListener, Failure> {
    bind((Ipv4Addr::LOCALHOST, port).into(), "--page-port").await
}

async fn bind(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        let reason = match error.kind() {
            ErrorKind::AddrInUse => "another program has this port".to_owned(),
            _ => error.to_string(),
        };
        Failure::failed(format!("{address}: {reason}; name another with {option}"))
    })
}

/// Returns the URL as configured at Twilio.
async fn url(
    arguments: &ListenArguments,
    client: &Client,
    address: SocketAddr,
) -> Result<String, Failure> {
    let url = arguments.url.as_deref().ok_or_else(|| {
        Failure::usage("expected --url or WEBHOOK_URL: the URL as configured at Twilio, or `auto`")
    })?;
    match url.strip_prefix("auto") {
        Some(path) if path.is_empty() || path.starts_with('/') => {
            let origin = ngrok::origin(client, &arguments.ngrok_api, address).await?;
            Ok(format!("{origin}{path}"))
        }
        _ => Ok(url.to_owned()),
    }
}

/// Reads the address of the application, which must be another than those of this program.
async fn target(forward: &str, url: &str, own: [Option<SocketAddr>; 2]) -> Result<Target, Failure> {
    let target = Target::new(forward);
    let target = target.map_err(|error| Failure::usage(format!("--forward: {error}")))?;
    if !target.has_no_path_but(url) {
        return Err(Failure::usage(
            "--forward: expected scheme, host and port alone; path and query are forwarded as they came",
        ));
    }
    for own in own.into_iter().flatten() {
        if target.leads_to(own).await {
            return Err(Failure::usage(format!(
                "--forward: {target} is this program itself; name the address of your application"
            )));
        }
    }
    if target.is_origin_of(url) {
        return Err(Failure::usage(format!(
            "--forward: {target} is where Twilio calls, which leads back here; name the address of your application"
        )));
    }
    Ok(target)
}
