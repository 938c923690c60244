//! Manages the webhooks of a Verify Service from the command line.
//!
//! ```sh
//! export TWILIO_API_KEY=SK… TWILIO_API_KEY_SECRET=…
//! cargo run --example manage --features ureq -- --service VA… list
//! cargo run --example manage --features ureq -- --help
//! ```
#![allow(
    clippy::indexing_slicing,
    reason = "a member of a JSON object that is not there is null"
)]

mod arguments;
mod output;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use twilio_verify_webhooks::WebhookSid;
use twilio_verify_webhooks::api::{ClientError, Credentials, Plan, UreqClient, Webhook, Webhooks};

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::from_env() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{}", arguments::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("manage: {error}\nmanage --help says more");
            return ExitCode::from(2);
        }
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("manage: {error}");
            let mut source = error.source();
            while let Some(error) = source {
                eprintln!("  because: {error}");
                source = error.source();
            }
            let refused = error.downcast_ref().and_then(ClientError::refused);
            if let Some(more_info) = refused.and_then(|reply| reply.more_info.as_ref()) {
                eprintln!("  see {more_info}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let mut webhooks = Webhooks::new(arguments.service_sid, credentials()?)?;
    if let Some(base_url) = &arguments.base_url {
        webhooks = webhooks.with_base_url(base_url)?;
    }
    if let Some(page_size) = arguments.page_size {
        webhooks = webhooks.with_page_size(page_size)?;
    }
    let client = UreqClient::new();
    let output = arguments.output;
    match arguments.command {
        Command::List => output.list(&client.list_all(&webhooks)?),
        Command::Create(new) => output.one(&client.send(&webhooks.create(&new))?),
        Command::Fetch(sid) => output.one(&client.send(&webhooks.fetch(sid)?)?),
        Command::Update(sid, update) => output.one(&client.send(&webhooks.update(sid, &update)?)?),
        Command::Delete { sid, ask } => {
            if ask && !confirmed(&client.send(&webhooks.fetch(sid)?)?, sid)? {
                return Err("nothing was deleted".into());
            }
            client.send(&webhooks.delete(sid)?)?;
            output.deleted(sid)
        }
        Command::Plan(wanted) => {
            let existing = client.list_all(&webhooks)?;
            output.plan(&Plan::new(&wanted, existing))
        }
        Command::Ensure(wanted) => output.ensured(&client.ensure(&webhooks, &wanted)?),
    }
}

/// An API key, or else the account's own credentials.
fn credentials() -> Result<Credentials, Box<dyn Error>> {
    let variable = |name: &str| {
        std::env::var(name).map_err(|_| {
            format!(
                "expected the environment to hold {name}: set TWILIO_API_KEY and TWILIO_API_KEY_SECRET, \
                 or TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN"
            )
        })
    };
    if let Ok(key) = variable("TWILIO_API_KEY") {
        return Ok(Credentials::api_key(
            &key,
            &variable("TWILIO_API_KEY_SECRET")?,
        )?);
    }
    let account_sid = variable("TWILIO_ACCOUNT_SID")?.parse()?;
    Ok(Credentials::auth_token(
        account_sid,
        &variable("TWILIO_AUTH_TOKEN")?,
    )?)
}

/// Asks on the terminal. The end of the input means no.
fn confirmed(webhook: &Webhook, sid: WebhookSid) -> std::io::Result<bool> {
    let name = webhook.friendly_name.as_deref().unwrap_or_default();
    let url = webhook.webhook_url.as_deref().unwrap_or_default();
    eprint!(
        "Delete {sid} ({}, {})? [y/N] ",
        name.escape_debug(),
        url.escape_debug()
    );
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
