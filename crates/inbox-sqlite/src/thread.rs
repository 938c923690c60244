//! Threads that own a connection each, and the queue before them.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;
use twilio_verify_webhooks_inbox::{StoreError, StoreErrorKind};

use crate::builder::SqliteBuilder;
use crate::connection::{Missing, Opened};
use crate::error::{stopped, store_error};
use crate::schema;

/// How many requests one commit covers at most.
const BATCH: usize = 512;

type Opens = fn(&SqliteBuilder, Missing) -> Result<Opened, StoreError>;
type Serves = fn(&Opened, Vec<Box<dyn Request>>) -> Result<(), Reopen>;

/// The connection must not be used any more. After a flush that failed nobody knows what is on the disk: the file is
/// opened afresh, which reads what is there.
pub(crate) struct Reopen;

/// Where requests for a thread are put. The thread ends when all of these are gone.
#[derive(Clone)]
pub(crate) struct Queue(SyncSender<Box<dyn Request>>);

impl Queue {
    /// Starts a thread with a connection, which it opens again if that is needed.
    pub(crate) fn start(
        name: &str,
        settings: SqliteBuilder,
        open: Opens,
        serve: Serves,
    ) -> Result<Self, StoreError> {
        let opened = open(&settings, Missing::Make)?;
        let (sender, requests) = sync_channel(settings.queue);
        let thread = thread::Builder::new().name(name.to_owned());
        let served = Served {
            open,
            settings,
            serve,
        };
        let unavailable = |error| StoreError::new(StoreErrorKind::Unavailable, error);
        let run = move || served.run(&requests, opened);
        thread.spawn(run).map_err(unavailable)?;
        Ok(Self(sender))
    }

    /// Asks for a step. Its answer comes when it is committed.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        step: impl FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.ask_then(step, |_, _| {}).await
    }

    /// Asks for a step, and for something else to be done once it is committed.
    pub(crate) async fn ask_then<T: Send + 'static>(
        &self,
        step: impl FnMut(&Connection) -> Result<T, StoreError> + Send + 'static,
        then: impl FnMut(&Connection, &T) + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let request = Asked {
            step,
            then,
            result: None,
            reply,
        };
        self.0
            .try_send(Box::new(request))
            .map_err(|error| match error {
                TrySendError::Full(_) => {
                    StoreError::new(StoreErrorKind::Full, "too many requests wait")
                }
                TrySendError::Disconnected(_) => stopped(),
            })?;
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

/// A step, and who waits for it.
pub(crate) trait Request: Send {
    /// Nobody waits any more.
    fn is_dropped(&self) -> bool;
    fn run(&mut self, connection: &Connection) -> Result<(), StoreError>;
    /// It was committed.
    fn committed(&mut self, connection: &Connection);
    fn succeed(self: Box<Self>);
    fn fail(self: Box<Self>, error: StoreError);
}

struct Asked<T, F, A> {
    step: F,
    then: A,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F, A> Request for Asked<T, F, A>
where
    T: Send,
    F: FnMut(&Connection) -> Result<T, StoreError> + Send,
    A: FnMut(&Connection, &T) + Send,
{
    fn is_dropped(&self) -> bool {
        self.reply.is_closed()
    }

    fn run(&mut self, connection: &Connection) -> Result<(), StoreError> {
        self.result = Some((self.step)(connection)?);
        Ok(())
    }

    fn committed(&mut self, connection: &Connection) {
        if let Some(result) = &self.result {
            (self.then)(connection, result);
        }
    }

    fn succeed(self: Box<Self>) {
        let result = self.result.ok_or_else(stopped);
        let _ = self.reply.send(result);
    }

    fn fail(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}

struct Served {
    open: Opens,
    settings: SqliteBuilder,
    serve: Serves,
}

impl Served {
    fn run(&self, requests: &Receiver<Box<dyn Request>>, opened: Opened) {
        let mut opened = Some(opened);
        // While a commit is being flushed, requests gather; the next commit covers them all.
        while let Ok(first) = requests.recv() {
            let waiting = std::iter::once(first).chain(requests.try_iter());
            let waiting = waiting.take(BATCH).filter(|request| !request.is_dropped());
            let batch: Vec<_> = waiting.collect();
            if batch.is_empty() {
                continue;
            }
            if opened.is_none() {
                match (self.open)(&self.settings, Missing::Refuse) {
                    Ok(again) => opened = Some(again),
                    Err(error) => {
                        fail(batch, &error);
                        continue;
                    }
                }
            }
            let Some(open) = &opened else { continue };
            if (self.serve)(open, batch).is_err() {
                opened.take().into_iter().for_each(Opened::close);
            }
        }
        opened.into_iter().for_each(Opened::close);
    }
}

fn fail(batch: Vec<Box<dyn Request>>, error: &StoreError) {
    for request in batch {
        request.fail(error.clone());
    }
}

/// Runs requests in one transaction, each in a savepoint of its own, and answers them once it is committed.
pub(crate) fn write(opened: &Opened, batch: Vec<Box<dyn Request>>) -> Result<(), Reopen> {
    let connection = &opened.connection;
    if let Err(error) = begin(connection) {
        fail(batch, &error);
        // A lock that another holds, or a newer schema, is no reason.
        return match error.kind() {
            StoreErrorKind::Unavailable | StoreErrorKind::Schema => Ok(()),
            _ => Err(Reopen),
        };
    }
    let mut done = Vec::new();
    let mut requests = batch.into_iter();
    while let Some(mut request) = requests.next() {
        match in_savepoint(connection, &mut *request) {
            Ok(Ok(())) => done.push(request),
            Ok(Err(error)) => request.fail(error),
            // The whole transaction is lost.
            Err(error) => {
                request.fail(error.clone());
                roll_back(connection);
                fail(done, &error);
                fail(requests.collect(), &error);
                return Err(Reopen);
            }
        }
    }
    if let Err(error) = connection.execute_batch("COMMIT").map_err(store_error) {
        roll_back(connection);
        fail(done, &error);
        return Err(Reopen);
    }
    if let Err(error) = opened.files.check() {
        fail(done, &error);
        return Err(Reopen);
    }
    for mut request in done {
        request.committed(connection);
        request.succeed();
    }
    Ok(())
}

/// Takes the lock first, so that no other process can come between a read and the write that follows from it.
fn begin(connection: &Connection) -> Result<(), StoreError> {
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(store_error)?;
    let checked = schema::check(connection);
    if checked.is_err() {
        roll_back(connection);
    }
    checked
}

fn in_savepoint(
    connection: &Connection,
    request: &mut dyn Request,
) -> Result<Result<(), StoreError>, StoreError> {
    connection
        .execute_batch("SAVEPOINT request")
        .map_err(store_error)?;
    let result = request.run(connection);
    if let Err(error) = &result {
        // Some failures, as of a full disk, end the transaction.
        if connection.is_autocommit() {
            return Err(error.clone());
        }
        connection
            .execute_batch("ROLLBACK TO request")
            .map_err(store_error)?;
    }
    connection
        .execute_batch("RELEASE request")
        .map_err(store_error)?;
    Ok(result)
}

fn roll_back(connection: &Connection) {
    if !connection.is_autocommit() {
        // If that fails too, the connection is not used again.
        let _ = connection.execute_batch("ROLLBACK");
    }
}

/// Runs requests that only read, each in a transaction of its own, as short as can be: a reader that stays keeps the
/// WAL from being emptied.
pub(crate) fn read(opened: &Opened, batch: Vec<Box<dyn Request>>) -> Result<(), Reopen> {
    if let Err(error) = opened.files.check() {
        fail(batch, &error);
        return Err(Reopen);
    }
    let connection = &opened.connection;
    let mut damaged = false;
    for mut request in batch {
        match schema::check(connection).and_then(|()| request.run(connection)) {
            Ok(()) => request.succeed(),
            Err(error) => {
                damaged |= error.kind() == StoreErrorKind::Corrupt;
                request.fail(error);
            }
        }
    }
    if damaged { Err(Reopen) } else { Ok(()) }
}
