//! The public address of a running ngrok agent.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;

use crate::outgoing::Client;
use crate::output::{Failure, visible};

const MOST_READ: usize = 256 * 1024;
const TIMEOUT: Duration = Duration::from_secs(5);

/// The answer of `GET /api/tunnels` (ngrok agent API).
#[derive(Deserialize)]
struct Tunnels {
    tunnels: Vec<Tunnel>,
}

#[derive(Deserialize)]
struct Tunnel {
    public_url: String,
    #[serde(default)]
    config: Config,
}

#[derive(Deserialize, Default)]
struct Config {
    #[serde(default)]
    addr: String,
}

/// Asks the agent for the public URL that leads to an address of this machine.
pub(super) async fn origin(
    client: &Client,
    api: &str,
    address: SocketAddr,
) -> Result<String, Failure> {
    let failed = |reason: String| {
        Failure::failed(format!(
            "--url auto: {reason}. Start the agent with: ngrok http {}",
            address.port()
        ))
    };
    let request = http::Request::get(format!("{}/api/tunnels", api.trim_end_matches('/')));
    let request = request
        .header("accept", "application/json")
        .body(Bytes::new());
    let request = request.map_err(|error| Failure::usage(format!("--ngrok-api: {error}")))?;
    let answer = client.send(request, MOST_READ, TIMEOUT).await;
    let answer = answer.map_err(|error| failed(format!("no ngrok agent at {api}: {error}")))?;
    let tunnels: Tunnels = serde_json::from_slice(answer.response.body())
        .map_err(|_| failed(format!("what is at {api} is no ngrok agent")))?;
    let leads_here = |tunnel: &&Tunnel| port(&tunnel.config.addr) == Some(address.port());
    let is_secure = |tunnel: &&Tunnel| tunnel.public_url.starts_with("https://");
    let mut here = tunnels.tunnels.iter().filter(leads_here);
    let found = here.clone().find(is_secure).or_else(|| here.next());
    if let Some(tunnel) = found {
        return Ok(tunnel.public_url.trim_end_matches('/').to_owned());
    }
    Err(match tunnels.tunnels.first() {
        None => failed("the ngrok agent has no tunnel".to_owned()),
        Some(other) => Failure::failed(format!(
            "--url auto: the tunnel of ngrok leads to {}, and listen is at port {}. Start the agent with: ngrok http {}",
            visible(&other.config.addr),
            address.port(),
            address.port()
        )),
    })
}

/// The port of `http://localhost:4410`, `localhost:4410` or `4410`.
fn port(addr: &str) -> Option<u16> {
    let addr = addr.rsplit_once("://").map_or(addr, |(_, addr)| addr);
    let addr = addr.split('/').next().unwrap_or_default();
    addr.rsplit(':').next()?.parse().ok()
}
