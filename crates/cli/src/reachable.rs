//! Whether Twilio can call a URL.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Says why Twilio cannot call a URL, if its host is on this machine or on a private network.
pub(crate) fn not_from_twilio(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let place = match url.host()? {
        Host::Ipv4(address) => of_ipv4(address),
        Host::Ipv6(address) => of_ipv6(address),
        Host::Domain(domain) => of_domain(domain),
    }?;
    let host = url.host_str().unwrap_or_default();
    Some(format!(
        "Twilio cannot call {host}, which is {place}: it calls from the internet. Give the public URL, such as that of a tunnel"
    ))
}

const THIS_MACHINE: &str = "this machine (loopback)";
const PRIVATE: &str = "an address of a private network";

fn of_ipv4(address: Ipv4Addr) -> Option<&'static str> {
    let [first, second, ..] = address.octets();
    if address.is_loopback() || address.is_unspecified() {
        Some(THIS_MACHINE)
    } else if address.is_private() || (first == 100 && (64..128).contains(&second)) {
        // 100.64.0.0/10 is shared behind carriers' NAT (RFC 6598).
        Some(PRIVATE)
    } else if address.is_link_local() {
        Some("an address of the local link")
    } else {
        None
    }
}

fn of_ipv6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some(address) = address.to_ipv4_mapped() {
        return of_ipv4(address);
    }
    if address.is_loopback() || address.is_unspecified() {
        Some(THIS_MACHINE)
    } else if address.is_unique_local() {
        Some(PRIVATE)
    } else if address.is_unicast_link_local() {
        Some("an address of the local link")
    } else {
        None
    }
}

/// RFC 6761 and 6762, `internal` as ICANN reserved it, RFC 8375, and names without a dot, which only a resolver at home
/// completes.
fn of_domain(domain: &str) -> Option<&'static str> {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    let is_in = |zone: &str| domain == zone || domain.ends_with(&format!(".{zone}"));
    if is_in("localhost") {
        Some(THIS_MACHINE)
    } else if ["local", "internal", "home.arpa", "lan"]
        .into_iter()
        .any(is_in)
        || !domain.contains('.')
    {
        Some("a name of a private network")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_hosts_are_named_and_public_ones_are_not() {
        for host in [
            "localhost",
            "LOCALHOST:3000",
            "app.localhost",
            "127.0.0.1",
            "127.9.9.9:1",
            "[::1]:3000",
            "0.0.0.0",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.5",
            "169.254.1.1",
            "100.64.0.1",
            "[fd00::1]",
            "[fe80::1]",
            "[::ffff:127.0.0.1]",
            "printer.local",
            "app.internal",
            "backend",
            "backend:8080",
            "0x7f.1",
            "2130706433",
        ] {
            let url = format!("http://{host}/webhook");
            assert!(not_from_twilio(&url).is_some(), "{host}");
        }
        for host in [
            "mywebsite.com",
            "8.8.8.8",
            "172.32.0.1",
            "100.128.0.1",
            "[2606:4700::1111]",
            "localhost.example.com",
            "local.dev",
        ] {
            let url = format!("https://{host}/webhook");
            assert_eq!(not_from_twilio(&url), None);
        }
        assert_eq!(not_from_twilio("no URL"), None);
    }
}
