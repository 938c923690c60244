//! Sends a request over connections that are kept, as fast as it is answered.

use std::cell::Cell;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet, yield_now};
use tokio::time::sleep;

/// How many requests are under way at a time.
const CONNECTIONS: usize = 16;
/// Connections are opened and code and caches warmed up before anything is counted.
const WARM_UP: Duration = Duration::from_millis(60);
const TURN: Duration = Duration::from_millis(250);

/// What a server did in one turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Turn {
    pub(crate) requests_per_second: f64,
    /// Of the server alone, all its threads together.
    pub(crate) processor_seconds_per_request: f64,
    /// How much of a processor the server kept busy, so that a load that is too small is seen.
    pub(crate) busy: f64,
}

/// Gives a server its turn. Each answer must have the status.
pub(crate) async fn turn(
    process: u32,
    address: SocketAddr,
    request: &[u8],
    status: u16,
) -> io::Result<Turn> {
    let (request, count): (Rc<[u8]>, _) = (request.into(), Rc::new(Cell::new(0_u32)));
    let mut connections = JoinSet::new();
    let local = LocalSet::new();
    for _ in 0..CONNECTIONS {
        let (request, count) = (request.clone(), count.clone());
        connections.spawn_local_on(
            async move { send_over_and_over(address, &request, status, &count).await },
            &local,
        );
    }
    // The load never sleeps: to wake it would cost the server, which does not have to wake Twilio.
    let awake = async {
        loop {
            yield_now().await;
        }
    };
    let measure = async {
        sleep(WARM_UP).await;
        let (start, processor, requests) = (Instant::now(), processor_time(process)?, count.get());
        sleep(TURN).await;
        let elapsed = start.elapsed().as_secs_f64();
        let processor = (processor_time(process)? - processor).as_secs_f64();
        let requests = f64::from(count.get() - requests);
        Ok(Turn {
            requests_per_second: requests / elapsed,
            processor_seconds_per_request: processor / requests,
            busy: processor / elapsed,
        })
    };
    let broken = async {
        match connections.join_next().await {
            Some(ended) => ended.map_err(io::Error::other)?,
            None => Ok(()),
        }
    };
    local
        .run_until(async {
            tokio::select! {
                turn = measure => turn,
                never = awake => never,
                ended = broken => Err(ended.err().unwrap_or_else(|| io::ErrorKind::UnexpectedEof.into())),
            }
        })
        .await
}

/// Ends only if something goes wrong.
async fn send_over_and_over(
    address: SocketAddr,
    request: &[u8],
    status: u16,
    count: &Cell<u32>,
) -> io::Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let mut received = Vec::with_capacity(4096);
    loop {
        stream.write_all(request).await?;
        received.clear();
        while !is_complete(&received, status)? {
            if stream.read_buf(&mut received).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        count.set(count.get() + 1);
    }
}

/// Tells whether a response with this status is all there.
fn is_complete(received: &[u8], status: u16) -> io::Result<bool> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let Ok(httparse::Status::Complete(head)) = response.parse(received) else {
        return Ok(false);
    };
    if response.code != Some(status) {
        let text = String::from_utf8_lossy(received);
        return Err(io::Error::other(format!("expected {status}, found {text}")));
    }
    let mut headers = response.headers.iter();
    let length = headers.find(|header| header.name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|length| str::from_utf8(length.value).ok()?.parse::<usize>().ok());
    let length = length.ok_or_else(|| io::Error::other("a response without its length"))?;
    Ok(received.len() >= head + length)
}

/// What all threads of a process have taken of the processor, in nanoseconds as Linux counts them.
fn processor_time(process: u32) -> io::Result<Duration> {
    let mut nanoseconds = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let statistics = fs::read_to_string(thread?.path().join("schedstat"))?;
        let running = statistics.split(' ').next().unwrap_or_default();
        nanoseconds += running.parse::<u64>().map_err(io::Error::other)?;
    }
    Ok(Duration::from_nanos(nanoseconds))
}
