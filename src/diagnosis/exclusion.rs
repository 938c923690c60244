//! What cannot be the matter with a request, whatever else is.

use super::Cause;
use super::context::Context;
use super::location::path_and_query;
use super::ways::Request;
use crate::delivery::Delivery;

/// Lists the causes that no hypothesis for this request contains, alone or with others.
///
/// A cause that was tried is never among them: together with something that nothing leads to, an unknown key for
/// example, it may be there all the same. So this asks for what a cause needs and no other difference takes away: a
/// slash to be too many, a query to be in another order.
pub(super) fn excluded(
    request: &Request<'_>,
    fragment: Option<&str>,
    delivery: &Delivery<'_>,
    context: &Context<'_>,
) -> Vec<Cause> {
    let mut excluded = Vec::new();
    let mut exclude = |cause: Cause, cannot_be: bool| excluded.extend(cannot_be.then_some(cause));
    let path = request.base.path.as_str();
    // Escapes may hide a slash, and the name of a page comes with one.
    let is_plain = !path.contains(['%', '.']);
    exclude(
        Cause::TrailingSlashMissing,
        is_plain && path.ends_with('/') && !path.ends_with("//"),
    );
    exclude(Cause::TrailingSlashExtra, is_plain && !path.ends_with('/'));
    exclude(
        Cause::PathCase,
        is_plain && !path.contains(char::is_alphabetic),
    );

    let target = delivery.target.map(|target| path_and_query(target).1);
    let queries: Vec<&str> = [
        request.base.query.as_deref(),
        request.configured.query.as_deref(),
    ]
    .into_iter()
    .chain([target.flatten()])
    .chain(
        context
            .targets
            .iter()
            .map(|hint| path_and_query(hint.value).1),
    )
    .chain(context.urls.iter().map(|url| path_and_query(url).1))
    .flatten()
    .filter(|query| !query.is_empty())
    .collect();
    exclude(Cause::QueryExtra, request.base.query.is_none());
    exclude(
        Cause::QueryOrder,
        queries.iter().all(|query| !query.contains('&')),
    );
    exclude(Cause::QueryEscapes, queries.is_empty());
    exclude(Cause::Fragment, fragment.is_none());

    let is_get = !request.form_is_signed;
    // Parameters may be in the query of a request without a body.
    let has_none = !is_get && delivery.body.is_empty() && target == Some(None);
    exclude(Cause::BodyNotSigned, has_none);
    exclude(Cause::GetAsPost, is_get);
    exclude(Cause::PostAsGet, !is_get);
    exclude(Cause::ParametersInQuery, is_get || target == Some(None));
    exclude(Cause::QueryInParameters, queries.is_empty());
    exclude(Cause::SignedRawBody, has_none);

    // Nothing that hides the parameters leaves names that Twilio lists.
    let form = &request.form;
    let is_form = !is_get && form.is_listed();
    let has = |piece: &[u8]| form.body.windows(piece.len()).any(|window| window == piece);
    let values_have =
        |wanted: &[u8]| form.any_value(|value| value.iter().any(|byte| wanted.contains(byte)));
    exclude(Cause::JsonWebhook, is_form);
    exclude(Cause::JsonBodyAltered, is_form);
    let ends_in_space = form.body.last().is_some_and(u8::is_ascii_whitespace);
    exclude(Cause::BodyLineBreak, is_form && !ends_in_space);
    exclude(Cause::EscapedTwice, is_form && !has(b"%"));
    exclude(Cause::JsonRespelled, is_form && !values_have(b"{["));
    exclude(Cause::FormAsJson, is_form);
    exclude(Cause::FormInBase64, is_form);
    exclude(Cause::LineEnds, is_form && !values_have(b"\r\n"));
    exclude(
        Cause::HtmlEscaped,
        is_form && !values_have(b";") && !has(b";"),
    );
    exclude(Cause::NamesRewritten, is_form);
    excluded.sort_unstable();
    excluded
}
