//! A TCP proxy between processes and their server that can misbehave, and counts round trips.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use crate::Result;

/// How often a connection looks at the mode.
const TICK: Duration = Duration::from_millis(20);

/// What the proxy does with connections, those that are open included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Passes everything on.
    Pass,
    /// Closes what connects.
    Refuse,
    /// Passes nothing on, and closes nothing.
    Stall,
    /// Closes what is open.
    Reset,
    /// Passes requests on, and closes a connection when its reply comes: the step is taken and nobody learns of it.
    DropReply,
}

impl Mode {
    pub const FAULTS: [Self; 4] = [Self::Refuse, Self::Stall, Self::Reset, Self::DropReply];
}

/// A proxy that runs until its process ends.
#[derive(Debug)]
pub struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    mode: AtomicU8,
    dropped: AtomicU64,
    trips: AtomicU64,
}

impl Proxy {
    /// Listens on a free port.
    pub fn start(server: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let state = Arc::new(State {
            server,
            mode: AtomicU8::new(Mode::Pass as u8),
            dropped: AtomicU64::new(0),
            trips: AtomicU64::new(0),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.mode() == Mode::Refuse {
                    continue;
                }
                if let Ok(server) = TcpStream::connect(shared.server) {
                    connect(&shared, client, server);
                }
            }
        });
        Ok(Self { port, state })
    }

    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn set(&self, mode: Mode) {
        self.state.mode.store(mode as u8, Ordering::SeqCst);
    }

    /// How many replies were dropped.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.state.dropped.load(Ordering::SeqCst)
    }

    /// How many round trips were made: how often a client spoke first, or after the server.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.state.trips.load(Ordering::SeqCst)
    }
}

impl State {
    fn mode(&self) -> Mode {
        let mode = self.mode.load(Ordering::SeqCst);
        let known = Mode::FAULTS.into_iter().find(|known| *known as u8 == mode);
        known.unwrap_or(Mode::Pass)
    }
}

/// Copies both ways, each on a thread, until either side ends.
fn connect(state: &Arc<State>, client: TcpStream, server: TcpStream) {
    let (Ok(client_too), Ok(server_too)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let (requests, replies) = (Arc::clone(state), Arc::clone(state));
    let waits = Arc::new(AtomicBool::new(false));
    let waits_too = Arc::clone(&waits);
    thread::spawn(move || copy(&requests, &waits, client, server, false));
    thread::spawn(move || copy(&replies, &waits_too, server_too, client_too, true));
}

/// `waits` is true while the client, having spoken, waits for the server.
fn copy(state: &State, waits: &AtomicBool, mut from: TcpStream, mut to: TcpStream, replies: bool) {
    let mut bytes = [0; 16 * 1024];
    let _ = from.set_read_timeout(Some(TICK));
    loop {
        match state.mode() {
            Mode::Reset => break,
            Mode::Stall => {
                thread::sleep(TICK);
                continue;
            }
            Mode::Pass | Mode::Refuse | Mode::DropReply => {}
        }
        match from.read(&mut bytes) {
            Ok(0) => break,
            Ok(_) if replies && state.mode() == Mode::DropReply => {
                state.dropped.fetch_add(1, Ordering::SeqCst);
                break;
            }
            Ok(read) => {
                let waited = waits.swap(!replies, Ordering::SeqCst);
                if !replies && !waited {
                    state.trips.fetch_add(1, Ordering::SeqCst);
                }
                if to.write_all(&bytes[..read]).is_err() {
                    break;
                }
            }
            Err(error) if is_timeout(&error) => {}
            Err(_) => break,
        }
    }
    for stream in [from, to] {
        let _ = stream.shutdown(Shutdown::Both);
    }
}

fn is_timeout(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}
