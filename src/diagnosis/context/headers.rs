//! Headers that tell what a request was before proxies and platforms passed it on. The cookbook names their platforms.

/// What a header holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A host, with a port or without; several with commas between them.
    Host,
    Port,
    /// `http` or `https`.
    Scheme,
    /// `on` or `off`.
    Https,
    /// The path and query, or the complete URL.
    Target,
    /// A piece of the path that was removed.
    Prefix,
    /// A region of Twilio.
    Region,
}

/// The headers, as they are usually written.
const HEADERS: [(&str, Holds); 41] = [
    ("Host", Holds::Host),
    (":authority", Holds::Host),
    ("X-Forwarded-Host", Holds::Host),
    ("X-Original-Host", Holds::Host),
    ("X-Envoy-Original-Host", Holds::Host),
    ("X-Real-Host", Holds::Host),
    ("X-Host", Holds::Host),
    ("X-Forwarded-Server", Holds::Host),
    ("DISGUISED-HOST", Holds::Host),
    ("X-AppEngine-Default-Version-Hostname", Holds::Host),
    ("X-Forwarded-Port", Holds::Port),
    ("Fly-Forwarded-Port", Holds::Port),
    ("X-Forwarded-Proto", Holds::Scheme),
    ("X-Forwarded-Protocol", Holds::Scheme),
    ("X-Forwarded-Scheme", Holds::Scheme),
    ("X-Url-Scheme", Holds::Scheme),
    ("X-Scheme", Holds::Scheme),
    ("CloudFront-Forwarded-Proto", Holds::Scheme),
    ("Fly-Forwarded-Proto", Holds::Scheme),
    ("X-Forwarded-Ssl", Holds::Https),
    ("Fly-Forwarded-Ssl", Holds::Https),
    ("Front-End-Https", Holds::Https),
    ("X-AppEngine-Https", Holds::Https),
    ("X-Original-URL", Holds::Target),
    ("X-Original-URI", Holds::Target),
    ("X-Original-Path", Holds::Target),
    ("X-Rewrite-URL", Holds::Target),
    ("X-Forwarded-Uri", Holds::Target),
    ("X-Forwarded-Url", Holds::Target),
    ("X-Forwarded-Path", Holds::Target),
    ("X-Envoy-Original-Path", Holds::Target),
    ("X-Replaced-Path", Holds::Target),
    ("X-MS-Original-URL", Holds::Target),
    ("X-WAWS-Unencoded-URL", Holds::Target),
    ("MF-Original-URL", Holds::Target),
    ("X-AppEngine-Original-Path", Holds::Target),
    ("X-Forwarded-Prefix", Holds::Prefix),
    ("X-Forwarded-PathBase", Holds::Prefix),
    ("X-Script-Name", Holds::Prefix),
    ("X-Ingress-Path", Holds::Prefix),
    ("X-Home-Region", Holds::Region),
];

/// Returns a header as it is usually written, and what it holds.
pub(super) fn known(name: &str) -> Option<(&'static str, Holds)> {
    HEADERS
        .into_iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known))
}
