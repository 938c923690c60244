/// Returns the string to sign for a form webhook.
///
/// The URL, then each name and value in the order of the names' bytes, with nothing in between; of a repeated
/// name each distinct value once, in the order of their bytes. From Twilio's guide to webhook security.
///
/// ```
/// use twilio_verify_webhooks::signature::string_to_sign;
///
/// let text = string_to_sign("https://example.com/hook", [("b", "2"), ("a", ""), ("b", "1"), ("b", "2")]);
/// assert_eq!(text, "https://example.com/hookab1b2");
/// ```
#[must_use]
pub fn string_to_sign<N: AsRef<str>, V: AsRef<str>>(
    url: &str,
    params: impl IntoIterator<Item = (N, V)>,
) -> String {
    let mut text = url.to_owned();
    write_params(params, |piece| text.push_str(piece));
    text
}

/// Hands out names and values in the order they are signed in.
pub(super) fn write_params<N: AsRef<str>, V: AsRef<str>>(
    params: impl IntoIterator<Item = (N, V)>,
    mut write: impl FnMut(&str),
) {
    let params: Vec<(N, V)> = params.into_iter().collect();
    let mut params: Vec<(&str, &str)> = params
        .iter()
        .map(|(name, value)| (name.as_ref(), value.as_ref()))
        .collect();
    params.sort_unstable();
    params.dedup();
    for (name, value) in params {
        write(name);
        write(value);
    }
}
