//! Deliveries that were broken on their way, in as many known ways as one likes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use twilio_verify_webhooks::Receiver;
use twilio_verify_webhooks::diagnosis::Cause;
use twilio_verify_webhooks::signature::string_to_sign;

use crate::scene::*;

/// A URL in pieces.
#[derive(Clone)]
struct Location {
    scheme: &'static str,
    host: &'static str,
    port: &'static str,
    path: String,
    query: Vec<&'static str>,
}

impl Location {
    fn target(&self) -> String {
        let delimiter = if self.query.is_empty() { "" } else { "?" };
        format!("{}{delimiter}{}", self.path, self.query.join("&"))
    }

    fn text(&self) -> String {
        let Self {
            scheme, host, port, ..
        } = self;
        format!("{scheme}://{host}{port}{}", self.target())
    }
}

/// What Twilio signed, and what became of it.
struct Broken {
    signed: Location,
    configured: Location,
    signed_pairs: Pairs,
    received: Pairs,
    headers: Vec<(&'static str, String)>,
    signs_body: bool,
    signs_get: bool,
}

/// The causes that a delivery can be broken with, in the order in which that is done.
pub(crate) const BREAKABLE: [Cause; 38] = [
    Cause::Scheme,
    Cause::Host,
    Cause::Port,
    Cause::PathRewritten,
    Cause::PathEscapes,
    Cause::PathCase,
    Cause::TrailingSlashMissing,
    Cause::TrailingSlashExtra,
    Cause::IndexPage,
    Cause::PathSlashes,
    Cause::PathPrefix,
    Cause::QueryMissing,
    Cause::QueryEscapes,
    Cause::QueryOrder,
    Cause::QueryExtra,
    Cause::PlusSigns,
    Cause::CharacterSet,
    Cause::LineEnds,
    Cause::JsonRespelled,
    Cause::HtmlEscaped,
    Cause::WhiteSpaceTrimmed,
    Cause::BlankDropped,
    Cause::BlankReplaced,
    Cause::ParameterAdded,
    Cause::ValuesJoined,
    Cause::WhiteSpaceAdded,
    Cause::NamesRewritten,
    Cause::Unescaped,
    Cause::EscapedTwice,
    Cause::FormAsJson,
    Cause::FormInBase64,
    Cause::BodyLineBreak,
    Cause::BodyNotSigned,
    Cause::GetAsPost,
    Cause::ParametersInQuery,
    Cause::OtherKey,
    Cause::QueryInParameters,
    Cause::Unsorted,
];

impl Broken {
    fn new() -> Self {
        let location = Location {
            scheme: "https",
            host: "hooks.example.com",
            port: "",
            path: "/hook".into(),
            query: Vec::new(),
        };
        let pairs = with(v1(), "factor_friendly_name", "Pixel");
        let pairs = with(pairs, "challenge_metadata", r#"{"a":"b","c":[1,2]}"#);
        Self {
            signed: location.clone(),
            configured: location,
            signed_pairs: pairs.clone(),
            received: pairs,
            headers: Vec::new(),
            signs_body: true,
            signs_get: false,
        }
    }

    fn set(&mut self, name: &str, signed: &str, received: &str) {
        self.signed_pairs = with(self.signed_pairs.clone(), name, signed);
        self.received = with(self.received.clone(), name, received);
    }

    /// Breaks what is broken before there is a body.
    fn break_with(&mut self, cause: Cause) {
        let (signed, configured) = (&mut self.signed, &mut self.configured);
        match cause {
            Cause::Scheme => configured.scheme = "http",
            Cause::Host => {
                configured.host = "inside.example.net";
                self.headers.push(("X-Forwarded-Host", signed.host.into()));
            }
            Cause::Port => configured.port = ":3000",
            Cause::PathEscapes => {
                signed.path.push_str("%20one");
                configured.path.push_str(" one");
            }
            Cause::PathCase => configured.path = configured.path.replace("hook", "Hook"),
            Cause::TrailingSlashMissing => signed.path.push('/'),
            Cause::TrailingSlashExtra => configured.path.push('/'),
            Cause::IndexPage => configured.path.push_str("/index.php"),
            Cause::PathSlashes => configured.path.insert(0, '/'),
            Cause::PathPrefix => signed.path.insert_str(0, "/api"),
            Cause::PathRewritten => configured.path = "/inside".into(),
            Cause::QueryEscapes => {
                signed.query.push("q=x%20y");
                configured.query.push("q=x+y");
            }
            Cause::QueryOrder => {
                signed.query.extend(["b=2", "a=1"]);
                configured.query.extend(["b=2", "a=1"]);
                configured.query.reverse();
            }
            Cause::QueryExtra => configured.query.push("x=1"),
            Cause::QueryMissing => {
                signed.query.push("tenant=1");
                configured.query.clear();
            }
            Cause::PlusSigns => self.set("plus", "+1 2", "+1 2"),
            Cause::CharacterSet => self.set("letters", "Zoë’s", "Zoë’s"),
            Cause::LineEnds => self.set("lines", "a\nb", "a\r\nb"),
            Cause::JsonRespelled => {
                let json = r#"{"message":"A & B","fields":[]}"#;
                self.set(
                    "challenge_details",
                    json,
                    r#"{"fields":[],"message":"A & B"}"#,
                );
            }
            Cause::HtmlEscaped => self.set("html", "a<b", "a&lt;b"),
            Cause::WhiteSpaceTrimmed => self.set("factor_friendly_name", "Pixel ", "Pixel"),
            Cause::BlankDropped => {
                self.signed_pairs
                    .push(("challenge_hidden_details".into(), String::new()));
            }
            Cause::BlankReplaced => self.set("factor_metadata", "", "null"),
            Cause::ParameterAdded => self.received.push(("_token".into(), "t".into())),
            Cause::ValuesJoined => {
                for value in ["b", "a"] {
                    self.signed_pairs.push(("tag_list".into(), value.into()));
                }
                self.received.push(("tag_list".into(), "b,a".into()));
            }
            Cause::WhiteSpaceAdded => {
                for (_, value) in &mut self.received {
                    value.push(' ');
                }
            }
            Cause::NamesRewritten => {
                for (name, _) in &mut self.received {
                    *name = name.replace('_', "-");
                }
            }
            Cause::Unescaped => self.set("factor_friendly_name", "A & B = C", "A & B = C"),
            Cause::EscapedTwice => self.set("twice", "100%", "100%"),
            Cause::BodyNotSigned => self.signs_body = false,
            Cause::GetAsPost => self.signs_get = true,
            Cause::QueryInParameters => {
                signed.query.push("copied=1");
                configured.query.push("copied=1");
                self.signed_pairs.push(("copied".into(), "1".into()));
            }
            _ => {}
        }
    }

    /// The body that is received, after what is done to it as a whole.
    fn body(&self, causes: &[Cause]) -> Vec<u8> {
        let has = |cause| causes.contains(&cause);
        let mut body = form(&self.received);
        if has(Cause::PlusSigns) {
            body = body.replace("plus=%2B1+2", "plus=+1+2");
        }
        if has(Cause::CharacterSet) {
            body = body.replace("Zo%C3%AB%E2%80%99s", "Zo%EB%92s");
        }
        if has(Cause::Unescaped) {
            let pairs = self
                .received
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            body = pairs.collect::<Vec<_>>().join("&");
        }
        if has(Cause::EscapedTwice) {
            body = body.replace('%', "%25").replace('+', "%2B");
        }
        if has(Cause::FormAsJson) {
            let pairs: Vec<(String, String)> =
                serde_urlencoded::from_str(&body).unwrap_or_default();
            let members = pairs.into_iter().map(|(name, value)| (name, value.into()));
            body = serde_json::Value::Object(members.collect()).to_string();
        }
        if has(Cause::FormInBase64) {
            body = STANDARD.encode(body);
        }
        if has(Cause::BodyLineBreak) {
            body.push('\n');
        }
        body.into_bytes()
    }
}

/// Breaks a delivery in these ways, in the order of [`BREAKABLE`].
pub(crate) fn broken(causes: &[Cause]) -> Scene {
    let mut broken = Broken::new();
    let has = |cause| causes.contains(&cause);
    for cause in BREAKABLE.into_iter().filter(|cause| has(*cause)) {
        broken.break_with(cause);
    }
    if has(Cause::PathRewritten) {
        broken
            .headers
            .push(("X-Original-URL", broken.signed.target()));
    }
    let key = if has(Cause::OtherKey) {
        OTHER_TOKEN
    } else {
        TOKEN
    };
    let builder = Receiver::builder(broken.configured.text()).auth_token(token(key));
    let signed = broken.signed.text();
    let mut scene = Scene::with_builder(builder, &signed, &broken.signed_pairs);
    if broken.signs_get {
        let delimiter = if broken.signed.query.is_empty() {
            '?'
        } else {
            '&'
        };
        scene = scene.text(&format!(
            "{signed}{delimiter}{}",
            form(&broken.signed_pairs)
        ));
    }
    if has(Cause::Unsorted) {
        let pieces = broken
            .signed_pairs
            .iter()
            .flat_map(|(name, value)| [name.as_str(), value]);
        scene = scene.text(&(signed.clone() + &pieces.collect::<String>()));
    }
    if !broken.signs_body {
        scene = scene.text(&string_to_sign::<&str, &str>(&signed, []));
    }
    scene = scene.body(broken.body(causes));
    if has(Cause::ParametersInQuery) {
        let mut target = broken.signed.target();
        target.push(if broken.signed.query.is_empty() {
            '?'
        } else {
            '&'
        });
        let body = String::from_utf8(scene.body.clone()).unwrap();
        scene = scene.target(&(target + &body)).body("");
    } else if has(Cause::QueryMissing) {
        scene = scene.target(&broken.signed.target());
    }
    for (name, value) in &broken.headers {
        scene = scene.header(name, value);
    }
    if has(Cause::FormAsJson) {
        scene = scene.set("Content-Type", "application/json");
    }
    if has(Cause::OtherKey) {
        scene.keys = vec![("another", token(TOKEN).into())];
    }
    scene
}
