//! The webhooks of a Verify Service at Twilio.

mod client;
mod output;
mod settings;

use std::io::{self, Write as _};

use thiserror::Error;
use tokio::task::spawn_blocking;
use twilio_verify_webhooks::api::{
    ClientError, NewWebhook, Plan, Webhook, WebhookUpdate, Webhooks,
};
use twilio_verify_webhooks::{ServiceSid, WebhookSid};

pub(crate) use self::client::ApiClient;
use self::output::Output;
use crate::arguments::{ApiArguments, TokenArguments, WebhooksArguments, WebhooksCommand};
use crate::output::{Failure, Outcome, visible};
use crate::secrets::Environment;

/// A call of the API failed.
#[derive(Debug, Error)]
#[error("{message}")]
struct ApiFailure {
    message: String,
    source: ClientError,
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let more_info = error.refused().and_then(|reply| reply.more_info.as_ref());
        match more_info {
            Some(more_info) => Self::failed(ApiFailure {
                message: format!("Twilio's API refuses this: see {more_info}"),
                source: error,
            }),
            None => Self::failed(error),
        }
    }
}

/// Returns the webhooks of a Service, as the arguments say where they are and who asks.
pub(crate) fn service(
    sid: &str,
    token: &TokenArguments,
    api: &ApiArguments,
    environment: &Environment,
) -> Result<Webhooks, Failure> {
    let sid: ServiceSid = sid
        .parse()
        .map_err(|error| Failure::usage(format!("the Service: {error}")))?;
    let webhooks = Webhooks::new(sid, api.credentials(token, environment)?);
    let webhooks = webhooks.map_err(|error| Failure::usage(format!("the Service: {error}")))?;
    match &api.base_url {
        Some(base_url) => webhooks
            .with_base_url(base_url)
            .map_err(|error| Failure::usage(format!("--base-url: {error}"))),
        None => Ok(webhooks),
    }
}

pub(crate) async fn run(arguments: &WebhooksArguments) -> Result<Outcome, Failure> {
    let environment = arguments.token.environment()?;
    let command = Command::new(&arguments.command)?;
    let sid = environment
        .prefer(arguments.service.clone(), "TWILIO_VERIFY_SERVICE_SID")
        .ok_or_else(|| Failure::usage("expected --service SID or TWILIO_VERIFY_SERVICE_SID"))?;
    let mut webhooks = service(&sid, &arguments.token, &arguments.api, &environment)?;
    if let Some(page_size) = arguments.page_size {
        webhooks = webhooks
            .with_page_size(page_size)
            .map_err(|error| Failure::usage(format!("--page-size: {error}")))?;
    }
    command
        .run(&webhooks, &mut Output::new(arguments.json))
        .await
}

/// A command of which all arguments are checked.
enum Command {
    List,
    Create(NewWebhook),
    Fetch(WebhookSid),
    Update(WebhookSid, WebhookUpdate),
    Delete { sid: WebhookSid, is_confirmed: bool },
    Plan(NewWebhook),
    Ensure(NewWebhook),
}

impl Command {
    fn new(command: &WebhooksCommand) -> Result<Self, Failure> {
        let webhook = |sid: &str| {
            sid.parse::<WebhookSid>()
                .map_err(|error| Failure::usage(format!("the webhook: {error}")))
        };
        Ok(match command {
            WebhooksCommand::List => Self::List,
            WebhooksCommand::Create(settings) => Self::Create(settings.new_webhook()?),
            WebhooksCommand::Fetch { sid } => Self::Fetch(webhook(sid)?),
            WebhooksCommand::Update { sid, settings } => {
                Self::Update(webhook(sid)?, settings.update()?)
            }
            WebhooksCommand::Delete { sid, yes } => Self::Delete {
                sid: webhook(sid)?,
                is_confirmed: *yes,
            },
            WebhooksCommand::Ensure { settings, dry_run } => match dry_run {
                true => Self::Plan(settings.new_webhook()?),
                false => Self::Ensure(settings.new_webhook()?),
            },
        })
    }

    async fn run(self, webhooks: &Webhooks, output: &mut Output) -> Result<Outcome, Failure> {
        let client = ApiClient::new()?;
        match self {
            Self::List => output.list(&client.list_all(webhooks).await?)?,
            Self::Create(new) => output.one(&client.send(&webhooks.create(&new)).await?)?,
            Self::Fetch(sid) => {
                let call = webhooks.fetch(sid).map_err(Failure::failed)?;
                output.one(&client.send(&call).await?)?;
            }
            Self::Update(sid, update) => {
                let call = webhooks.update(sid, &update).map_err(Failure::failed)?;
                output.one(&client.send(&call).await?)?;
            }
            Self::Delete { sid, is_confirmed } => {
                if !is_confirmed {
                    let call = webhooks.fetch(sid).map_err(Failure::failed)?;
                    let webhook = client.send(&call).await?;
                    let asked = spawn_blocking(move || confirmed(&webhook, sid)).await;
                    if !asked.map_err(Failure::failed)?? {
                        return Err(Failure::failed("nothing was deleted"));
                    }
                }
                let call = webhooks.delete(sid).map_err(Failure::failed)?;
                client.send(&call).await?;
                output.deleted(sid)?;
            }
            Self::Plan(wanted) => {
                let all = client.list_all(webhooks).await?;
                output.plan(&Plan::new(&wanted, all))?;
            }
            Self::Ensure(wanted) => output.ensured(&client.ensure(webhooks, &wanted).await?)?,
        }
        Ok(Outcome::Done)
    }
}

/// Asks on the terminal. The end of the input means no.
fn confirmed(webhook: &Webhook, sid: WebhookSid) -> io::Result<bool> {
    let name = webhook.friendly_name.as_deref().unwrap_or_default();
    let url = webhook.webhook_url.as_deref().unwrap_or_default();
    let mut stderr = io::stderr();
    write!(
        stderr,
        "Delete {sid} ({}, {})? [y/N] ",
        visible(name),
        visible(url)
    )?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
