use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use fastrand::Rng;
use twilio_verify_webhooks_inbox::Store as _;

use crate::Result;
use crate::cast::Cast;
use crate::checker::{self, Figures, Violation};
use crate::fault::Fault;
use crate::history::{self, History, Record, What};
use crate::place::Place;
use crate::sender::Sent;

/// How many times as many events are made as are sent at least: the others are sent if too few processes were killed.
const SPARE: usize = 4;

pub(crate) struct Options {
    pub(crate) uuids: usize,
    pub(crate) deliveries: usize,
    pub(crate) kills: u64,
    pub(crate) pauses: usize,
    /// How long it takes to send everything.
    pub(crate) lasts: Duration,
    pub(crate) fault: Fault,
    pub(crate) seed: u64,
    pub(crate) url: Option<String>,
    pub(crate) history: Option<PathBuf>,
}

fn options(arguments: &[&str]) -> Result<Options> {
    use lexopt::prelude::*;

    let mut options = Options {
        uuids: 1000,
        deliveries: 20,
        kills: 50,
        pauses: 5,
        lasts: Duration::from_secs(30),
        fault: Fault::None,
        seed: 1,
        url: None,
        history: None,
    };
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("short") => {
                (options.uuids, options.deliveries) = (200, 5);
                (options.kills, options.pauses) = (8, 2);
                options.lasts = Duration::from_secs(6);
            }
            Long("uuids") => options.uuids = parser.value()?.parse()?,
            Long("deliveries") => options.deliveries = parser.value()?.parse()?,
            Long("kills") => options.kills = parser.value()?.parse()?,
            Long("pauses") => options.pauses = parser.value()?.parse()?,
            Long("fault") => options.fault = parser.value()?.parse()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("store") => options.url = Some(parser.value()?.string()?),
            Long("history") => options.history = Some(parser.value()?.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    if options.fault == Fault::AcknowledgedBeforeCommit {
        // A repetition would make good for it.
        options.deliveries = 1;
    }
    Ok(options)
}

/// Runs everything, and tells whether it came out as it should.
pub(crate) fn run<P: Place>(arguments: &[&str]) -> Result<bool> {
    let options = options(arguments)?;
    let folder = tempfile::tempdir()?;
    let url = match &options.url {
        Some(url) => url.clone(),
        None => P::scratch(folder.path())?,
    };
    let histories = folder.path().join("history");
    fs::create_dir(&histories)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Makes the tables before anybody is killed.
    let place = runtime.block_on(P::open(&url))?;

    let history = History::append(histories.join("parent.jsonl"))?;
    let cast = Cast::new(&url, &histories, &options, history)?;
    let mut rng = Rng::with_seed(options.seed);
    let sent = (0..options.uuids * SPARE).map(|number| Sent::make(&mut rng, number));
    let sent: Vec<Sent> = sent.collect::<Result<_>>()?;
    let started = Instant::now();
    let number = cast.play(&options, &sent, &mut rng, || {
        let counts = runtime.block_on(place.store().counts())?;
        Ok(counts.pending == 0 && counts.working == 0)
    })?;
    let sent = sent.iter().take(number);

    let acts = runtime.block_on(place.acts())?;
    let ids: BTreeMap<_, _> = sent.map(|sent| (&sent.id, ())).collect();
    for id in ids.into_keys() {
        let row = runtime.block_on(place.store().find(&id.parse()?))?;
        cast.history.tell(What::Ended {
            id: id.clone(),
            state: row.as_ref().map(|row| row.state.as_str().to_owned()),
            attempt: row.as_ref().map_or(0, |row| row.attempt),
            committed: acts.get(id).copied().unwrap_or_default(),
        });
    }
    let records = records(&histories)?;
    if let Some(file) = &options.history {
        let lines = records.iter().map(serde_json::to_string);
        let lines: std::result::Result<Vec<_>, _> = lines.collect();
        fs::write(file, lines?.join("\n"))?;
    }
    let (figures, violations) = checker::check(&records);
    report(&figures, &violations, started.elapsed());
    let enough = figures.kills_between_take_and_done >= options.kills;
    Ok(verdict(options.fault, &violations) && (enough || options.fault != Fault::None))
}

/// Tells whether nothing is wrong; with a fault, whether a rule is broken that is there for it.
pub(crate) fn verdict(fault: Fault, violations: &[Violation]) -> bool {
    for violation in violations.iter().take(10) {
        println!("  {violation}");
    }
    if fault == Fault::None {
        return violations.is_empty();
    }
    let meant = |violation: &Violation| fault.breaks().contains(&violation.rule);
    let found = violations.iter().any(meant);
    println!(
        "the fault {fault} was {}",
        if found { "found" } else { "not found" }
    );
    found
}

pub(crate) fn records(folder: &Path) -> Result<Vec<Record>> {
    let mut records = Vec::new();
    for file in fs::read_dir(folder)? {
        records.extend(history::read(&file?.path())?);
    }
    Ok(records)
}

fn report(figures: &Figures, violations: &[Violation], took: Duration) {
    println!(
        "{} rows, answers by status {:?}",
        figures.rows, figures.answers
    );
    println!(
        "{} takes, {} tickets lost, {} transactions committed, {} rows dead",
        figures.takes, figures.lost, figures.commits, figures.dead
    );
    println!(
        "{} kills, {} of them between take and done; {} pauses of more than a lease",
        figures.kills, figures.kills_between_take_and_done, figures.pauses
    );
    println!(
        "{} acts outside of transactions were repeated",
        figures.repeated_acts
    );
    println!(
        "{} rules broken, in {:.0} s",
        violations.len(),
        took.as_secs_f32()
    );
}
