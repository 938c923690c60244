use super::super::case::{Case, pairs};
use super::requests;

/// A configured URL, the one that is signed, and whether Twilio signs the first so.
const URLS: [(&str, &str, bool); 71] = [
    ("https://ex.com/p", "https://ex.com/p", true),
    // Ports.
    ("https://ex.com:443/p", "https://ex.com/p", true),
    ("https://ex.com:443/p", "https://ex.com:443/p", true),
    ("http://ex.com:80/p", "http://ex.com/p", true),
    ("https://ex.com/p", "https://ex.com:443/p", true),
    ("http://ex.com/p", "http://ex.com:80/p", true),
    ("https://ex.com:8443/p", "https://ex.com/p", true),
    ("https://ex.com:8443/p", "https://ex.com:8443/p", true),
    (
        "https://ex.com:8443/p?x=%3A%2F%2B",
        "https://ex.com/p?x=%3A%2F%2B",
        true,
    ),
    ("https://ex.com:8443/p", "https://ex.com:443/p", false),
    ("https://ex.com/p", "https://ex.com:8443/p", false),
    ("https://ex.com/p", "https://ex.com:80/p", false),
    ("https://ex.com:/p", "https://ex.com:/p", true),
    ("https://ex.com:/p", "https://ex.com/p", true),
    ("https://ex.com:0443/p", "https://ex.com:0443/p", true),
    ("https://ex.com:0443/p", "https://ex.com/p", true),
    ("https://ex.com:99999/p", "https://ex.com:99999/p", false),
    ("https://ex.com:x/p", "https://ex.com:x/p", false),
    // User name and password.
    (
        "https://user:pass@ex.com/p",
        "https://user:pass@ex.com/p",
        true,
    ),
    ("https://user:pass@ex.com/p", "https://ex.com/p", true),
    (
        "https://user:pass@ex.com:8443/p",
        "https://user:pass@ex.com/p",
        true,
    ),
    (
        "https://user:pass@ex.com:8443/p",
        "https://ex.com:8443/p",
        true,
    ),
    ("https://user:pass@ex.com:8443/p", "https://ex.com/p", true),
    ("https://user@ex.com/p", "https://user@ex.com:443/p", true),
    ("https://ex.com/p", "https://user:pass@ex.com/p", false),
    (
        "https://user:pass@ex.com/p",
        "https://user:word@ex.com/p",
        false,
    ),
    // Host.
    ("https://[2001:db8::1]/p", "https://[2001:db8::1]/p", true),
    (
        "https://[2001:db8::1]/p",
        "https://[2001:db8::1]:443/p",
        true,
    ),
    (
        "https://[2001:db8::1]:8443/p",
        "https://[2001:db8::1]/p",
        true,
    ),
    ("https://MyHost.com/p", "https://MyHost.com/p", true),
    ("https://MyHost.com/p", "https://MyHost.com:443/p", true),
    ("https://MyHost.com/p", "https://myhost.com/p", false),
    ("https://myhost.com/p", "https://MyHost.com/p", false),
    ("https://bücher.example/p", "https://bücher.example/p", true),
    (
        "https://bücher.example/p",
        "https://xn--bcher-kva.example/p",
        false,
    ),
    (
        "https://ex.com.attacker.example/p",
        "https://ex.com/p",
        false,
    ),
    // Scheme.
    ("HTTPS://ex.com/p", "HTTPS://ex.com/p", true),
    ("HTTPS://ex.com/p", "HTTPS://ex.com:443/p", true),
    ("HTTPS://ex.com/p", "https://ex.com/p", false),
    ("https://ex.com/p", "http://ex.com/p", false),
    ("http://ex.com/p", "https://ex.com/p", false),
    ("wss://ex.com/p", "wss://ex.com/p", false),
    ("ex.com/p", "ex.com/p", false),
    ("/p", "/p", false),
    ("", "", false),
    // Path.
    ("https://ex.com", "https://ex.com", true),
    ("https://ex.com", "https://ex.com/", false),
    ("https://ex.com/p", "https://ex.com/p/", false),
    ("https://ex.com/p/", "https://ex.com/p", false),
    (
        "https://ex.com//a/../b/./c",
        "https://ex.com//a/../b/./c",
        true,
    ),
    ("https://ex.com/a/../b", "https://ex.com/b", false),
    ("https://ex.com/España", "https://ex.com/España", true),
    ("https://ex.com/España", "https://ex.com/Espa%C3%B1a", false),
    ("https://ex.com/a b", "https://ex.com/a b", true),
    ("https://ex.com/%2f", "https://ex.com/%2F", false),
    (" https://ex.com/p", " https://ex.com/p", false),
    ("https://ex.com/p\n", "https://ex.com/p", false),
    // Query and fragment.
    ("https://ex.com/p?q=It's", "https://ex.com/p?q=It's", true),
    (
        "https://ex.com/p?q=It's",
        "https://ex.com/p?q=It%27s",
        false,
    ),
    (
        "https://ex.com/p?q=It%27s",
        "https://ex.com/p?q=It's",
        false,
    ),
    ("https://ex.com/p?q=W+O'h", "https://ex.com/p?q=W+O'h", true),
    ("https://ex.com/p?q=a+b", "https://ex.com/p?q=a%20b", false),
    (
        "https://ex.com/p?b=1&a=2",
        "https://ex.com/p?a=2&b=1",
        false,
    ),
    ("https://ex.com/p?q=1", "https://ex.com/p", false),
    ("https://ex.com/p?", "https://ex.com/p?", true),
    ("https://ex.com/p?", "https://ex.com/p", false),
    ("https://ex.com/p?q", "https://ex.com/p?q=", false),
    ("https://ex.com/p#rc=2&rp=all", "https://ex.com/p", true),
    ("https://ex.com/p#rc=2&rp=all", "https://ex.com:443/p", true),
    (
        "https://ex.com/p#rc=2&rp=all",
        "https://ex.com/p#rc=2&rp=all",
        false,
    ),
    ("https://ex.com/p#", "https://ex.com/p#", false),
];

/// Each with parameters, and as a request with an event.
pub(super) fn cases() -> Vec<Case> {
    let both = |url| {
        [
            Case::parameters(url, pairs("a=1")),
            Case::request(url, requests::event()),
        ]
    };
    let case = |(url, signed, genuine)| {
        both(url).map(|mut case| {
            let params = case.params.clone();
            case.sign(signed, params);
            case.genuine = genuine;
            case.named(format!("the URL {url}, signed {signed}"))
        })
    };
    URLS.into_iter().flat_map(case).collect()
}
