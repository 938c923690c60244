//! The crate `webhook-verify`, which takes the pairs of the form decoded by its caller.

use webhook_verify::{Provider, Secret, VerifyOptions, verify};

use crate::fixtures::AUTH_TOKEN;

pub fn secret() -> Secret {
    Secret::new(AUTH_TOKEN)
}

pub fn validate(secret: &Secret, url: &str, body: &str, signature: &str) -> bool {
    let headers = [("X-Twilio-Signature", signature)];
    let options = VerifyOptions::default()
        .with_request_url(url)
        .with_form_params(form_urlencoded::parse(body.as_bytes()));
    verify(Provider::Twilio, &headers, body.as_bytes(), secret, options).is_ok()
}
