//! The processes of a run: endpoints, workers, senders, and what kills and stops them.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use rustix::process::{Pid, Signal, kill_process};

use crate::Result;
use crate::checker;
use crate::fault::Fault;
use crate::history::{History, What};
use crate::run::{Options, records};
use crate::sender::{Sender, Sent};
use crate::worker::LEASE;

const WORKERS: usize = 4;
const ENDPOINTS: usize = 2;
const SENDERS: usize = 16;
/// How long processes with a fault are killed and stopped.
const FAULTY: Duration = Duration::from_secs(20);
/// How long the rest may take once everything is sent.
const REST: Duration = Duration::from_secs(120);

pub(crate) struct Cast<'r> {
    url: &'r str,
    histories: &'r Path,
    fault: Fault,
    pub(crate) history: History,
    addresses: RwLock<Vec<SocketAddr>>,
    seed: AtomicUsize,
}

impl<'r> Cast<'r> {
    pub(crate) fn new(
        url: &'r str,
        histories: &'r Path,
        options: &Options,
        history: History,
    ) -> Result<Self> {
        Ok(Self {
            url,
            histories,
            fault: options.fault,
            history,
            addresses: RwLock::default(),
            seed: AtomicUsize::new(usize::try_from(options.seed)? * 10_000),
        })
    }

    /// Tells how many of the events were sent.
    pub(crate) fn play(
        &self,
        options: &Options,
        sent: &[Sent],
        rng: &mut Rng,
        settled: impl Fn() -> Result<bool>,
    ) -> Result<usize> {
        let mut endpoints = Vec::new();
        for _ in 0..ENDPOINTS {
            endpoints.push(self.endpoint()?);
        }
        self.publish(&endpoints);
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            workers.push(self.worker()?);
        }

        let acknowledged = Mutex::new(HashSet::new());
        let mut order = order(options.uuids, options.deliveries, rng);
        let senders = u32::try_from(SENDERS)?;
        let pause = options.lasts * senders * 2 / u32::try_from(order.len().max(1))?;
        let least = order.len();
        order.extend(options.uuids..sent.len());
        let (next, all_sent, enough) = (
            AtomicUsize::new(0),
            AtomicBool::new(false),
            AtomicBool::new(false),
        );
        let seeds: Vec<Rng> = (0..SENDERS).map(|_| rng.fork()).collect();
        thread::scope(|scope| {
            let senders = seeds.into_iter().map(|mut rng| {
                let (order, next, acknowledged) = (&order, &next, &acknowledged);
                let enough = &enough;
                scope.spawn(move || {
                    let sender = Sender::new(&self.addresses, &self.history, acknowledged);
                    while let Some(index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if *index >= options.uuids && enough.load(Ordering::Relaxed) {
                            next.fetch_sub(1, Ordering::Relaxed);
                            break;
                        }
                        sender.send(&sent[*index], &mut rng);
                        // The first events are handled, and their workers killed, long before the last are sent.
                        thread::sleep(pause.mul_f64(rng.f64()));
                    }
                })
            });
            let senders: Vec<_> = senders.collect();
            let chaos = scope.spawn(|| -> Result<()> {
                self.harass(options, &mut endpoints, &mut workers, &all_sent, &enough)
            });
            senders.into_iter().for_each(|sender| drop(sender.join()));
            all_sent.store(true, Ordering::Relaxed);
            chaos
                .join()
                .unwrap_or_else(|_| Err("the thread that kills panicked".into()))
        })?;

        self.wait(&settled)?;
        // Every event once more, now that it is handled.
        let sender = Sender::new(&self.addresses, &self.history, &acknowledged);
        if options.fault != Fault::AcknowledgedBeforeCommit {
            let sent = sent.iter().take(options.uuids);
            sent.for_each(|sent| sender.send(sent, rng));
        }
        self.wait(&settled)?;
        for process in endpoints
            .iter_mut()
            .map(|(child, _)| child)
            .chain(&mut workers)
        {
            process.kill()?;
            process.wait()?;
        }
        let spare = next.into_inner().saturating_sub(least);
        Ok(sent.len().min(options.uuids + spare))
    }

    fn wait(&self, settled: &impl Fn() -> Result<bool>) -> Result<()> {
        let start = Instant::now();
        while !settled()? {
            if start.elapsed() > REST {
                println!("rows are left after {} s", REST.as_secs());
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// Kills and stops processes until all is sent and enough were killed.
    fn harass(
        &self,
        options: &Options,
        endpoints: &mut [(Child, SocketAddr)],
        workers: &mut [Child],
        all_sent: &AtomicBool,
        enough: &AtomicBool,
    ) -> Result<()> {
        let mut rng = Rng::with_seed(options.seed);
        let (mut between, mut pauses) = (0, 0);
        let start = Instant::now();
        loop {
            let until = if options.fault == Fault::None {
                REST
            } else {
                FAULTY
            };
            if between >= options.kills && pauses >= options.pauses || start.elapsed() > until {
                enough.store(true, Ordering::Relaxed);
                if all_sent.load(Ordering::Relaxed) {
                    return Ok(());
                }
            }
            thread::sleep(Duration::from_millis(rng.u64(40..200)));
            let worker = &mut workers[rng.usize(..WORKERS)];
            let kind = match options.fault {
                Fault::AcknowledgedBeforeCommit => 0,
                _ => rng.u8(..12),
            };
            match kind {
                0 => {
                    let (endpoint, address) = &mut endpoints[rng.usize(..ENDPOINTS)];
                    self.kill(endpoint)?;
                    (*endpoint, *address) = self.endpoint()?;
                    self.publish(endpoints);
                }
                1..4 if pauses < options.pauses => {
                    let victim = worker.id();
                    signal(worker, Signal::STOP)?;
                    // Only what it has can be taken by another.
                    if checker::open_rows(&records(self.histories)?, victim) == 0 {
                        signal(worker, Signal::CONT)?;
                        continue;
                    }
                    pauses += 1;
                    self.history.tell(What::Paused { victim });
                    thread::sleep(LEASE.mul_f32(1.7));
                    signal(worker, Signal::CONT)?;
                }
                kind => {
                    // Most of those that are killed have a row: it is what is looked for.
                    signal(worker, Signal::STOP)?;
                    let open = checker::open_rows(&records(self.histories)?, worker.id());
                    if open == 0 && kind < 10 {
                        signal(worker, Signal::CONT)?;
                        continue;
                    }
                    self.kill(worker)?;
                    *worker = self.worker()?;
                    between = checker::check(&records(self.histories)?)
                        .0
                        .kills_between_take_and_done;
                }
            }
        }
    }

    fn kill(&self, child: &mut Child) -> Result<()> {
        let victim = child.id();
        // SIGKILL.
        child.kill()?;
        child.wait()?;
        self.history.tell(What::Killed { victim });
        Ok(())
    }

    fn publish(&self, endpoints: &[(Child, SocketAddr)]) {
        let addresses = endpoints.iter().map(|(_, address)| *address).collect();
        *self.addresses.write().expect("no panic") = addresses;
    }

    fn endpoint(&self) -> Result<(Child, SocketAddr)> {
        let mut child = self.spawn("endpoint", &[], Stdio::piped())?;
        let mut line = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut line)?;
        let address = line.trim().parse();
        Ok((child, address.map_err(|_| "the endpoint did not start")?))
    }

    fn worker(&self) -> Result<Child> {
        let seed = self.seed.fetch_add(1, Ordering::Relaxed).to_string();
        self.spawn("worker", &[&seed], Stdio::null())
    }

    fn spawn(&self, part: &str, rest: &[&str], output: Stdio) -> Result<Child> {
        let number = self.seed.fetch_add(1, Ordering::Relaxed);
        let history = self.histories.join(format!("{part}-{number}.jsonl"));
        let child = Command::new(std::env::current_exe()?)
            .args([part, self.url])
            .arg(history)
            .arg(self.fault.to_string())
            .args(rest)
            // It ends when this process does.
            .stdin(Stdio::piped())
            .stdout(output)
            .spawn()?;
        Ok(child)
    }
}

pub(crate) fn signal(child: &Child, signal: Signal) -> Result<()> {
    let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    Ok(kill_process(pid.ok_or("no process")?, signal)?)
}

/// The deliveries in an order in which new events appear all the time, and old ones come again.
fn order(events: usize, deliveries: usize, rng: &mut Rng) -> Vec<usize> {
    let mut order: Vec<(usize, usize)> = Vec::new();
    for event in 0..events {
        for delivery in 0..deliveries {
            let spread = if delivery == 0 { 1 } else { events };
            order.push((event * 2 + rng.usize(..spread), event));
        }
    }
    order.sort_unstable();
    order.into_iter().map(|(_, event)| event).collect()
}
