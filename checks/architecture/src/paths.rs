//! The paths in a source file.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Returns the paths in a file that start with `crate`, `super` or a name that ends up as a package's, each segment of
/// its own. A group of a `use` is taken apart. A `super` within a module that is written inside the file leads to the
/// file, so that one `super` of such a path is left out for each of these modules.
pub(crate) fn of(source: &str) -> Result<Vec<Vec<String>>, String> {
    let tokens = TokenStream::from_str(source).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    collect(tokens, 0, &mut found);
    Ok(found)
}

fn collect(tokens: TokenStream, depth: usize, found: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut rest = tokens.as_slice();
    while let [first, after @ ..] = rest {
        rest = after;
        match first {
            TokenTree::Ident(name) if name == "mod" => {
                if let [TokenTree::Ident(_), TokenTree::Group(body), after @ ..] = after {
                    collect(body.stream(), depth + 1, found);
                    rest = after;
                }
            }
            TokenTree::Ident(name) if separated(after).is_some() => {
                let mut paths = Vec::new();
                rest = path(vec![name.to_string()], after, &mut paths);
                found.extend(paths.into_iter().filter_map(|path| leave(path, depth)));
            }
            TokenTree::Group(group) => collect(group.stream(), depth, found),
            _ => {}
        }
    }
}

/// Returns what follows `::`.
fn separated(tokens: &[TokenTree]) -> Option<&[TokenTree]> {
    match tokens {
        [TokenTree::Punct(first), TokenTree::Punct(second), rest @ ..]
            if first.as_char() == ':' && second.as_char() == ':' =>
        {
            Some(rest)
        }
        _ => None,
    }
}

/// Reads the rest of a path that starts so, or several if it ends in a group, and returns what follows.
fn path<'t>(
    mut start: Vec<String>,
    tokens: &'t [TokenTree],
    paths: &mut Vec<Vec<String>>,
) -> &'t [TokenTree] {
    match separated(tokens) {
        Some([TokenTree::Ident(name), rest @ ..]) => {
            start.push(name.to_string());
            path(start, rest, paths)
        }
        Some([TokenTree::Group(group), rest @ ..]) if group.delimiter() == Delimiter::Brace => {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma =
                |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            for part in inner.split(is_comma) {
                if let [TokenTree::Ident(name), rest @ ..] = part {
                    let mut start = start.clone();
                    start.push(name.to_string());
                    path(start, rest, paths);
                }
            }
            rest
        }
        _ => {
            paths.push(start);
            tokens
        }
    }
}

/// Leaves out so many leading `super`s. `None` for a path that goes no further than the file.
fn leave(path: Vec<String>, depth: usize) -> Option<Vec<String>> {
    let supers = path.iter().take_while(|name| *name == "super").count();
    if supers > 0 && supers <= depth {
        return None;
    }
    Some(path.into_iter().skip(supers.min(depth)).collect())
}
