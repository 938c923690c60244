use arbitrary::{Arbitrary, Unstructured};
use twilio_verify_webhooks::{Delivery, SIGNATURE_HEADER, SIGNATURE_SETTINGS_HEADER};

use crate::{FORM, SECRETS, Setup, reference, setups};

/// A request, the receiver it is for, and what is signed in it.
///
/// Made of eight bytes of choices and a rest that is cut at zero bytes, from its end: body, target, settings,
/// signature. A choice of zero is what Twilio would send.
#[derive(Debug)]
pub struct Request<'a> {
    pub setup: &'static Setup,
    pub method: &'static str,
    pub target: Option<String>,
    pub headers: Vec<(&'static str, Vec<u8>)>,
    pub body: &'a [u8],
    /// Where the signature was made with a configured key over what the reference takes the request to say, and
    /// nothing was done to the headers.
    pub is_signed: bool,
    /// Which key made the signature, whatever was done to the headers then.
    pub signed_with: Option<usize>,
}

impl<'a> Arbitrary<'a> for Request<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> arbitrary::Result<Self> {
        let choices: [u8; 8] = u.arbitrary()?;
        let [
            setup,
            method,
            target,
            media_type,
            encoding,
            key,
            spoilt,
            url_form,
        ] = choices;
        let rest = u.bytes(u.len())?;
        let mut texts = rest.rsplitn(4, |&byte| byte == 0);
        let body = texts.next().unwrap_or_default();
        let [target_text, settings_text, signature_text] =
            [(); 3].map(|()| texts.next().unwrap_or_default());
        let setup = &setups()[usize::from(setup) % setups().len()];

        let method =
            ["POST", "GET", "POST", "GET", "POST", "GET", "PUT", "post"][usize::from(method) % 8];
        let target_text = str::from_utf8(target_text).unwrap_or_default();
        let (form, body) = match method {
            // The parameters of a GET stand in the target; a body is only there to be refused.
            "GET" if target < 0xf0 => (body, &b""[..]),
            _ => (body, body),
        };
        let query = setup.query.unwrap_or_default();
        let in_query = str::from_utf8(form).unwrap_or_default();
        let target = match (target % 8, method) {
            (0..5, "GET") if query.is_empty() || query.ends_with('&') => {
                Some(format!("/webhook{target_text}?{query}{in_query}"))
            }
            (0..5, "GET") => Some(format!("/webhook?{query}&{in_query}")),
            (0..6, _) => Some(format!("/{target_text}")),
            (6, _) => Some(target_text.to_owned()),
            _ => None,
        };

        let mut headers: Vec<(&'static str, Vec<u8>)> = Vec::new();
        let media_types: &[&str] = match media_type % 16 {
            2 => &["application/x-www-urlencoded; charset=utf-8"],
            3 => &["APPLICATION/X-WWW-FORM-URLENCODED;charset=\"utf-8\""],
            4 => &["application/json"],
            5 => &[FORM, FORM],
            6 => &[""],
            7 => &[],
            _ => &[FORM],
        };
        headers.extend(
            media_types
                .iter()
                .map(|value| ("Content-Type", value.as_bytes().to_vec())),
        );
        let encodings: &[&str] = match encoding % 16 {
            6 => &["gzip"],
            7 => &["identity", "identity"],
            5 => &["Identity"],
            _ => &[],
        };
        headers.extend(
            encodings
                .iter()
                .map(|value| ("content-encoding", value.as_bytes().to_vec())),
        );

        let key = usize::from(key) % SECRETS.len();
        let (id, secret, algorithm) = SECRETS[key];
        let url_form = usize::from(url_form) % setup.url.variants().len();
        let url = setup.url.variants().nth(url_form).unwrap();
        let text = signed(setup, method, url, target.as_deref(), body);
        let mut signature = reference::signature(algorithm, secret, &text).into_bytes();
        let mut settings = id.map(|id| format!("key={id},algorithm={algorithm}").into_bytes());
        let mut lines = 1;
        match spoilt % 16 {
            8 => signature[usize::from(spoilt >> 4)] ^= 1,
            9 => signature.push(b'='),
            10 => lines = 2,
            11 => lines = 0,
            12 => settings = None,
            13 => settings = Some(settings_text.to_vec()),
            14 => signature = signature_text.to_vec(),
            15 => {
                signature = signature_text.to_vec();
                settings = Some(settings_text.to_vec());
            }
            _ => {}
        }
        headers.extend((0..lines).map(|_| (SIGNATURE_HEADER, signature.clone())));
        headers.extend(settings.map(|settings| (SIGNATURE_SETTINGS_HEADER, settings)));
        let is_signed = spoilt % 16 < 8;
        let signed_with = (!matches!(spoilt % 16, 8 | 11 | 14 | 15)).then_some(key);
        Ok(Self {
            setup,
            method,
            target,
            headers,
            body,
            is_signed,
            signed_with,
        })
    }
}

impl Request<'_> {
    pub fn delivery(&self) -> Delivery<'_> {
        let headers = self.headers.iter().map(|(name, value)| (*name, value));
        let delivery = Delivery::new(self.method, self.body).headers(headers);
        match &self.target {
            Some(target) => delivery.target(target),
            None => delivery,
        }
    }

    /// The bytes that hold the parameters, as the reference sees it.
    pub fn form(&self) -> &[u8] {
        match self.method {
            "GET" => {
                let (_, query) = self
                    .target
                    .as_deref()
                    .unwrap_or_default()
                    .split_once('?')
                    .unwrap_or_default();
                match (self.setup.is_origin, self.setup.query) {
                    (true, _) | (_, None) => query.as_bytes(),
                    (false, Some(configured)) => {
                        let rest = query.strip_prefix(configured).unwrap_or_default();
                        let is_open = configured.is_empty() || configured.ends_with('&');
                        let rest = if is_open {
                            rest
                        } else {
                            rest.strip_prefix('&').unwrap_or_default()
                        };
                        rest.as_bytes()
                    }
                }
            }
            _ => self.body,
        }
    }

    /// The text that Twilio would have signed, with a form of the URL.
    pub fn text(&self, url: &str) -> String {
        signed(
            self.setup,
            self.method,
            url,
            self.target.as_deref(),
            self.body,
        )
    }
}

fn signed(setup: &Setup, method: &str, url: &str, target: Option<&str>, body: &[u8]) -> String {
    let target = target.unwrap_or_default();
    match (setup.is_origin, method) {
        (true, "GET") => format!("{url}{target}"),
        (true, _) => reference::text(&format!("{url}{target}"), &reference::pairs(body)),
        (false, "GET") => {
            let (_, query) = target.split_once('?').unwrap_or_default();
            match setup.query {
                // The whole query, with its question mark if there is one.
                None => format!(
                    "{url}{}",
                    &target[target.find('?').unwrap_or(target.len())..]
                ),
                Some(configured) => {
                    format!(
                        "{url}{}",
                        query.strip_prefix(configured).unwrap_or_default()
                    )
                }
            }
        }
        (false, _) => reference::text(url, &reference::pairs(body)),
    }
}
