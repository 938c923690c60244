use super::escapes::spellings;
use super::{Change, Evidence, Piece, targets};
use crate::diagnosis::location::Location;
use crate::diagnosis::{Cause, Finding};

/// Stages of gateways and mount points that are often stripped.
const USUAL_PREFIXES: [&str; 6] = ["/prod", "/production", "/stage", "/staging", "/dev", "/api"];

const INDEX_PAGES: [&str; 4] = ["index.php", "index.html", "index.htm", "default.aspx"];

pub(super) fn changes(evidence: &Evidence<'_>, changes: &mut Vec<Change>) {
    let base = evidence.base;
    let here = base.path.as_str();
    let mut add = |path: String, finding: Finding, combines| {
        changes.push(Change {
            piece: Piece::Path,
            donor: Location {
                path,
                ..base.clone()
            },
            finding,
            combines,
        });
    };
    match here.strip_suffix('/') {
        Some(bare) => add(bare.to_owned(), Cause::TrailingSlashExtra.into(), true),
        None => add(format!("{here}/"), Cause::TrailingSlashMissing.into(), true),
    }
    for (at, path, _) in targets(evidence) {
        add(path.to_owned(), difference(here, path).at(at), true);
        for (header, prefix) in &evidence.context.prefixes {
            let finding = Finding::new(Cause::PathPrefix).at(*header);
            add(format!("{prefix}{path}"), finding, true);
        }
    }
    for (header, prefix) in &evidence.context.prefixes {
        let finding = Finding::new(Cause::PathPrefix).at(*header);
        add(format!("{prefix}{here}"), finding.clone(), true);
        if let Some(rest) = here.strip_prefix(prefix) {
            add(rest.to_owned(), finding, true);
        }
    }
    add(here.to_lowercase(), Cause::PathCase.into(), true);
    for spelling in spellings(here) {
        add(spelling, Cause::PathEscapes.into(), true);
    }
    let mut single = here.to_owned();
    while single.contains("//") {
        single = single.replace("//", "/");
    }
    add(single, Cause::PathSlashes.into(), true);
    for page in INDEX_PAGES {
        let finding = || Finding::new(Cause::IndexPage).at(page);
        match here.strip_suffix(page) {
            Some(bare) => {
                add(bare.to_owned(), finding(), true);
                add(bare.trim_end_matches('/').to_owned(), finding(), true);
            }
            None => add(
                format!("{}/{page}", here.trim_end_matches('/')),
                finding(),
                false,
            ),
        }
    }
    if let Some((first, rest)) = here.trim_start_matches('/').split_once('/')
        && !first.is_empty()
    {
        add(format!("/{rest}"), Cause::PathPrefix.into(), false);
    }
    for prefix in USUAL_PREFIXES {
        let finding = Finding::new(Cause::PathPrefix).at(prefix);
        add(format!("{prefix}{here}"), finding, false);
    }
}

/// Names the difference between two paths.
fn difference(here: &str, other: &str) -> Finding {
    let same = |path: &str| path.trim_end_matches('/').to_owned();
    let cause = if same(here) == same(other) {
        if here.ends_with('/') {
            Cause::TrailingSlashExtra
        } else {
            Cause::TrailingSlashMissing
        }
    } else if here.eq_ignore_ascii_case(other) {
        Cause::PathCase
    } else if spellings(here).iter().any(|spelling| spelling == other) {
        Cause::PathEscapes
    } else if here.ends_with(other) || other.ends_with(here) {
        Cause::PathPrefix
    } else {
        Cause::PathRewritten
    };
    cause.into()
}
