//! Scheme, host and port, which a proxy hides.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Host;

use super::{Change, Evidence, Piece};
use crate::diagnosis::context::Hint;
use crate::diagnosis::{Cause, Finding};

/// Ports that servers in development and after proxies listen on.
const USUAL_PORTS: [&str; 8] = [
    ":3000", ":3001", ":4000", ":5000", ":8000", ":8080", ":8443", ":8888",
];

pub(super) fn schemes(evidence: &Evidence<'_>) -> Vec<Change> {
    let base = evidence.base;
    let (here, other) = if base.scheme.eq_ignore_ascii_case("https://") {
        ("https", "http")
    } else {
        ("http", "https")
    };
    let mut finding = Finding::new(Cause::Scheme).differs(here, other);
    let hints = &evidence.context.schemes;
    let hint = hints.iter().find(|hint| hint.value == other);
    finding.at = hint.map(|hint| hint.header.into());
    let scheme = Piece::Scheme(format!("{other}://"));
    let mut changes = vec![Change::new(scheme, finding, true)];
    let lower = base.scheme.to_ascii_lowercase();
    if lower != base.scheme {
        let text = |scheme: &str| scheme.trim_end_matches("://").to_owned();
        let finding = Finding::new(Cause::Scheme).differs(text(&base.scheme), text(&lower));
        changes.push(Change::new(Piece::Scheme(lower), finding, true));
    }
    changes
}

pub(super) fn hosts(evidence: &Evidence<'_>) -> Vec<Change> {
    let base = evidence.base;
    let mut changes = Vec::new();
    let mut add = |host: &str, at: Option<&'static str>, is_led_to| {
        let cause = if ascii(host).eq_ignore_ascii_case(&ascii(&base.host)) {
            Cause::HostSpelling
        } else {
            Cause::Host
        };
        let mut finding = Finding::new(cause).differs(base.host.clone(), host.to_owned());
        finding.at = at.map(Into::into);
        changes.push(Change::new(
            Piece::Host(host.to_owned()),
            finding,
            is_led_to,
        ));
    };
    // Twilio calls none that is private.
    let mut hosts: Vec<&Hint<(&str, &str)>> = evidence.context.hosts.iter().collect();
    hosts.sort_by_key(|hint| is_private(hint.value.0));
    for hint in hosts {
        add(hint.value.0, Some(hint.header), true);
    }
    add(&base.host.to_ascii_lowercase(), None, true);
    add(&ascii(&base.host), None, true);
    match base.host.strip_prefix("www.") {
        Some(bare) => add(bare, None, true),
        None => add(&format!("www.{}", base.host), None, true),
    }
    match base.host.strip_suffix('.') {
        Some(bare) => add(bare, None, false),
        None => add(&format!("{}.", base.host), None, false),
    }
    changes
}

/// The host as it is looked up: letters outside ASCII in Punycode, and no dot at the end.
fn ascii(host: &str) -> String {
    let host = host.strip_suffix('.').unwrap_or(host);
    Host::parse(host).map_or_else(|_| host.to_owned(), |host| host.to_string())
}

pub(super) fn ports(evidence: &Evidence<'_>) -> Vec<Change> {
    let base = evidence.base;
    let context = evidence.context;
    let mut changes = Vec::new();
    let mut add = |port: &str, at: Option<&'static str>, is_led_to| {
        let mut finding = other_port(&base.port, port);
        finding.at = at.map(Into::into);
        changes.push(Change::new(
            Piece::Port(port.to_owned()),
            finding,
            is_led_to,
        ));
    };
    for hint in &context.hosts {
        let (_, port) = hint.value;
        if port.len() > 1 {
            add(port, Some(hint.header), true);
        }
    }
    for hint in &context.ports {
        add(&format!(":{}", hint.value), Some(hint.header), true);
    }
    add("", None, true);
    add(":443", None, true);
    add(":80", None, true);
    for port in USUAL_PORTS {
        add(port, None, false);
    }
    changes
}

/// Names the difference between two ports, each with its `:`.
pub(in crate::diagnosis) fn other_port(here: &str, signed: &str) -> Finding {
    let number = |port: &str| match port.strip_prefix(':') {
        Some(number) if !number.is_empty() => number.to_owned(),
        _ => "none".to_owned(),
    };
    Finding::new(Cause::Port).differs(number(here), number(signed))
}

/// Two or three of scheme, host and port.
pub(super) fn together<'c>(
    schemes: &'c [Change],
    hosts: &'c [Change],
    ports: &'c [Change],
) -> Vec<Vec<&'c Change>> {
    let led_to = |changes: &'c [Change]| changes.iter().filter(|change| change.is_led_to);
    let mut picks = Vec::new();
    for scheme in led_to(schemes) {
        picks.extend(led_to(hosts).map(|host| vec![scheme, host]));
        picks.extend(led_to(ports).map(|port| vec![scheme, port]));
    }
    for host in led_to(hosts) {
        picks.extend(led_to(ports).map(|port| vec![host, port]));
    }
    for scheme in led_to(schemes) {
        for host in led_to(hosts) {
            picks.extend(led_to(ports).map(|port| vec![scheme, host, port]));
        }
    }
    picks
}

/// What a proxy hides as a rule: the scheme alone, and the host that a header names with the scheme and a port that a
/// header names, `https` first.
pub(super) fn proxies<'c>(
    schemes: &'c [Change],
    hosts: &'c [Change],
    ports: &'c [Change],
) -> Vec<Vec<&'c Change>> {
    let scheme = schemes.first();
    let mut proxies: Vec<Vec<&Change>> = scheme.iter().map(|scheme| vec![*scheme]).collect();
    let named = |change: &&Change| change.findings.iter().any(|finding| finding.at.is_some());
    let is_other = |change: &&Change| {
        let finding = change.findings.first();
        finding.is_some_and(|finding| finding.configured != finding.signed)
    };
    let mut origins: Vec<Vec<&Change>> = Vec::new();
    for host in hosts.iter().filter(named).filter(is_other) {
        origins.push(vec![host]);
        let ports = ports.iter().filter(named).filter(is_other);
        origins.extend(ports.map(|port| vec![host, port]));
    }
    let to_https =
        scheme.filter(|scheme| matches!(&scheme.piece, Piece::Scheme(text) if text == "https://"));
    let other = |origin: &Vec<&'c Change>| {
        let scheme: Vec<&Change> = scheme.into_iter().collect();
        [scheme, origin.clone()].concat()
    };
    let others: Vec<Vec<&Change>> = origins.iter().map(other).collect();
    let (https, http) = if to_https.is_some() {
        (others, origins)
    } else {
        (origins, others)
    };
    proxies.extend(https);
    proxies.extend(http);
    proxies
}

/// Tells whether a host is on this machine or in a private network, where Twilio cannot call it.
pub(in crate::diagnosis) fn is_private(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Ipv4(address)) => is_private_v4(address),
        Ok(Host::Ipv6(address)) => is_private_v6(address),
        Ok(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(&name);
            const PRIVATE: [&str; 6] = [
                "localhost",
                "local",
                "internal",
                "lan",
                "home",
                "localdomain",
            ];
            // A name without a dot is that of a machine or container.
            let last = name.rsplit('.').next().unwrap_or_default();
            !name.contains('.') || PRIVATE.contains(&last)
        }
        Err(_) => false,
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_unspecified()
        // Addresses shared after a carrier's translation (RFC 6598).
        || (first == 100 && (64..128).contains(&second))
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let mapped = address.to_ipv4_mapped().map(IpAddr::V4);
    address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || matches!(mapped, Some(IpAddr::V4(address)) if is_private_v4(address))
}
