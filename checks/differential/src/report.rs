use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use crate::case::Case;
use crate::classes::{CLASSES, Difference, Verdict};
use crate::ours::Refused;
use crate::peers::{Answer, Answers, Peer};

/// Prints the differences by class, writes down each, and fails where one has no class, or a class no difference.
pub(crate) fn report(cases: &[Case], ours: &[Result<(), Refused>], theirs: &[Answers]) -> ExitCode {
    let mut found = BTreeMap::<(&str, Peer), Vec<&str>>::new();
    let mut lines = String::from("class\tpeer\tcase\tours\ttheirs\n");
    let mut problems = Vec::new();
    let (mut asked, mut accepted_alike, mut refused_alike) = (0, 0, 0);
    for ((case, ours), theirs) in cases.iter().zip(ours).zip(theirs) {
        if ours.is_ok() && !case.genuine {
            problems.push(format!("accepted, and not genuine: {case}"));
        }
        let mut is_policy = false;
        for (&peer, answer) in theirs {
            asked += 1;
            match (ours, answer) {
                (Ok(()), Answer::Accepts) => accepted_alike += 1,
                (Err(_), Answer::Refuses) => refused_alike += 1,
                _ => {
                    let difference = Difference {
                        case,
                        peer,
                        ours,
                        answer,
                    };
                    let class = difference.class();
                    let name = class.map_or("", |class| class.name);
                    is_policy |= class.is_some_and(|class| class.verdict == Verdict::Policy);
                    lines += &format!("{name}\t{peer:?}\t{}\t{ours:?}\t{answer:?}\n", case.name);
                    match class {
                        Some(_) => found.entry((name, peer)).or_default().push(&case.name),
                        None => problems.push(format!("no class explains {difference}")),
                    }
                }
            }
        }
        if ours.is_err() && case.genuine && !is_policy {
            problems.push(format!("refused, and genuine: {case}; {ours:?}"));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("differences.tsv");
    fs::write(&path, lines).expect("the folder can be written");

    println!(
        "{} cases, {asked} answers: {accepted_alike} accepted alike, {refused_alike} refused alike",
        cases.len()
    );
    for class in CLASSES {
        let counts = [Peer::Npm, Peer::NpmExpress, Peer::Pypi].map(|peer| {
            let names = found.get(&(class.name, peer));
            names.map_or(0, Vec::len)
        });
        let [npm, express, pypi] = counts;
        println!(
            "{:32} {:?}: npm {npm}, npm Express {express}, PyPI {pypi}",
            class.name, class.verdict
        );
        if counts == [0; 3] {
            problems.push(format!("no case shows the class {}", class.name));
        }
    }
    problems.extend(crate::classes::undocumented());
    for problem in problems.iter().take(60) {
        eprintln!("{problem}");
    }
    match problems.len() {
        0 => ExitCode::SUCCESS,
        count => {
            eprintln!("{count} problems");
            ExitCode::FAILURE
        }
    }
}
