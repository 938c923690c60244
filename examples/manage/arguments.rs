use std::ffi::OsString;

use lexopt::prelude::*;
use lexopt::{Error, Parser};
use twilio_verify_webhooks::api::{
    EventType, EventTypes, NewWebhook, Status, Version, WebhookUpdate,
};
use twilio_verify_webhooks::{ServiceSid, WebhookSid};

use crate::output::Output;

pub(crate) const HELP: &str = "\
Manages the webhooks of a Verify Service.

Usage: manage [OPTIONS] COMMAND

Commands:
  list                  all webhooks of the Service
  create SETTINGS       creates one; needs --name, --url and --events
  fetch SID             shows one
  update SID SETTINGS   changes what is given
  delete SID [--yes]    deletes one, and asks before unless --yes is given
  ensure SETTINGS [--dry-run]
                        creates or updates the one with this URL, or does nothing;
                        with --dry-run says which

Settings:
  --name NAME           what it is called
  --url URL             what is called, byte for byte
  --events TYPE,...     such as challenge.approved,challenge.denied, or * for all
  --status STATUS       enabled or disabled
  --version VERSION     v2 or v1

Options:
  --service SID         the Verify Service, or else TWILIO_VERIFY_SERVICE_SID
  --base-url URL        another API than https://verify.twilio.com
  --page-size NUMBER    how many webhooks are asked for at once
  --json                prints JSON
  -h, --help            prints this

Environment:
  TWILIO_API_KEY, TWILIO_API_KEY_SECRET     an API key, or else
  TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN     the account itself
";

pub(crate) struct Arguments {
    pub(crate) service_sid: ServiceSid,
    pub(crate) base_url: Option<String>,
    pub(crate) page_size: Option<u16>,
    pub(crate) output: Output,
    pub(crate) command: Command,
}

pub(crate) enum Command {
    List,
    Create(NewWebhook),
    Fetch(WebhookSid),
    Update(WebhookSid, WebhookUpdate),
    Delete { sid: WebhookSid, ask: bool },
    Plan(NewWebhook),
    Ensure(NewWebhook),
}

/// All that may stand on the command line, before it is seen what the command makes of it.
#[derive(Default)]
struct Given {
    words: Vec<OsString>,
    name: Option<String>,
    url: Option<String>,
    events: Vec<EventType>,
    status: Option<Status>,
    version: Option<Version>,
    yes: bool,
    dry_run: bool,
}

impl Arguments {
    /// Reads the command line, or nothing if it asks for help.
    pub(crate) fn from_env() -> Result<Option<Self>, Error> {
        let mut given = Given::default();
        let (mut service_sid, mut base_url, mut page_size) = (None, None, None);
        let mut output = Output::Table;
        let mut parser = Parser::from_env();
        while let Some(argument) = parser.next()? {
            match argument {
                Short('h') | Long("help") => return Ok(None),
                Long("service") => service_sid = Some(parser.value()?.parse()?),
                Long("base-url") => base_url = Some(parser.value()?.string()?),
                Long("page-size") => page_size = Some(parser.value()?.parse()?),
                Long("json") => output = Output::Json,
                Long("name") => given.name = Some(parser.value()?.string()?),
                Long("url") => given.url = Some(parser.value()?.string()?),
                Long("events") => {
                    let events = parser.value()?.string()?;
                    given.events.extend(events.split(',').map(EventType::from));
                }
                Long("status") => given.status = Some(Status::from(&*parser.value()?.string()?)),
                Long("version") => given.version = Some(Version::from(&*parser.value()?.string()?)),
                Long("yes") => given.yes = true,
                Long("dry-run") => given.dry_run = true,
                Value(word) => given.words.push(word),
                _ => return Err(argument.unexpected()),
            }
        }
        let command = given.command()?;
        let service_sid = match service_sid {
            Some(service_sid) => service_sid,
            None => std::env::var_os("TWILIO_VERIFY_SERVICE_SID")
                .ok_or("expected --service, or TWILIO_VERIFY_SERVICE_SID in the environment")?
                .parse()?,
        };
        Ok(Some(Self {
            service_sid,
            base_url,
            page_size,
            output,
            command,
        }))
    }
}

impl Given {
    fn command(mut self) -> Result<Command, Error> {
        let mut words = std::mem::take(&mut self.words).into_iter();
        let name = words.next().ok_or("expected a command")?.string()?;
        let mut sid = || -> Result<WebhookSid, Error> {
            words.next().ok_or("expected the SID of a webhook")?.parse()
        };
        let command = match &*name {
            "list" => Command::List,
            "fetch" => Command::Fetch(sid()?),
            "delete" => Command::Delete {
                sid: sid()?,
                ask: !std::mem::take(&mut self.yes),
            },
            "create" => Command::Create(self.take_new()?),
            "ensure" => match std::mem::take(&mut self.dry_run) {
                true => Command::Plan(self.take_new()?),
                false => Command::Ensure(self.take_new()?),
            },
            "update" => Command::Update(sid()?, self.take_update()?),
            other => return Err(format!("unknown command {other:?}").into()),
        };
        if let Some(word) = words.next() {
            return Err(Error::UnexpectedArgument(word));
        }
        // What a command has no use for is a mistake.
        if self.yes || self.dry_run || !self.take_update()?.is_empty() {
            return Err(format!("{name} does not take all of these options").into());
        }
        Ok(command)
    }

    fn take_new(&mut self) -> Result<NewWebhook, Error> {
        let name = self.name.take().ok_or("expected --name")?;
        let url = self.url.take().ok_or("expected --url")?;
        let events = std::mem::take(&mut self.events);
        let events = EventTypes::try_from(events).map_err(|_| "expected --events")?;
        let mut new = NewWebhook::new(name, events, url).map_err(custom)?;
        if let Some(status) = self.status.take() {
            new = new.status(status);
        }
        if let Some(version) = self.version.take() {
            new = new.version(version);
        }
        Ok(new)
    }

    fn take_update(&mut self) -> Result<WebhookUpdate, Error> {
        let mut update = WebhookUpdate::new();
        if let Some(name) = self.name.take() {
            update = update.friendly_name(name).map_err(custom)?;
        }
        if let Some(url) = self.url.take() {
            update = update.webhook_url(url).map_err(custom)?;
        }
        if let Ok(events) = EventTypes::try_from(std::mem::take(&mut self.events)) {
            update = update.event_types(events);
        }
        if let Some(status) = self.status.take() {
            update = update.status(status);
        }
        if let Some(version) = self.version.take() {
            update = update.version(version);
        }
        Ok(update)
    }
}

fn custom(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Custom(error.into())
}
