//! The webhook at Twilio that calls while `listen` runs.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use twilio_verify_webhooks::api::{
    Credentials, EventTypes, NewWebhook, Webhook, WebhookUpdate, Webhooks,
};
use twilio_verify_webhooks::{ServiceSid, WebhookSid};

use crate::capture_file::Folder;
use crate::output::{Failure, note, visible, warning};
use crate::webhooks::ApiClient;

/// The file that says what is to be put back. It is there while `listen --ensure` runs.
const JOURNAL: &str = ".webhook.json";

/// What a webhook is called that was not there.
const FRIENDLY_NAME: &str = "verify-webhooks listen";

/// A change at Twilio, to be taken back.
pub(super) struct Ensured {
    webhooks: Webhooks,
    journal: PathBuf,
    change: Option<Change>,
    done: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Change {
    service: ServiceSid,
    webhook: WebhookSid,
    /// What it calls now.
    url: String,
    /// What it called before; `None` if it was not there.
    before: Option<String>,
}

/// Which Service, and which of its webhooks if that is said: `VA…` or `VA…/YW…`.
pub(super) struct Wanted {
    webhooks: Webhooks,
    webhook: Option<WebhookSid>,
}

pub(super) fn webhooks(
    service: &str,
    credentials: Credentials,
    base_url: Option<&str>,
) -> Result<Wanted, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::usage(format!("--ensure: {error}"));
    let (service, webhook) = match service.split_once('/') {
        Some((service, webhook)) => (service, Some(webhook)),
        None => (service, None),
    };
    let service: ServiceSid = service.parse().map_err(|error| wrong(&error))?;
    let webhook = webhook.map(str::parse::<WebhookSid>).transpose();
    let webhook = webhook.map_err(|error| wrong(&error))?;
    let webhooks = Webhooks::new(service, credentials).map_err(|error| wrong(&error))?;
    let webhooks = match base_url {
        Some(base_url) => webhooks.with_base_url(base_url),
        None => Ok(webhooks),
    };
    Ok(Wanted {
        webhooks: webhooks.map_err(|error| Failure::usage(format!("--base-url: {error}")))?,
        webhook,
    })
}

/// Says that the last run did not end in order, if so.
pub(super) fn warn_of_last(folder: &Path) {
    if let Some(change) = read(&folder.join(JOURNAL)) {
        change.warn();
    }
}

impl Change {
    /// What it says may come from a file that another wrote.
    fn warn(&self) {
        let Self {
            service, webhook, ..
        } = self;
        let url = visible(&self.url);
        let last = "the last listen --ensure did not end in order, and webhook";
        match &self.before {
            Some(before) => warning(format_args!(
                "{last} {webhook} may still call {url}. Put back what was there with:\n  verify-webhooks webhooks update {webhook} --service {service} --url {}",
                visible(&crate::explanation::quoted(before))
            )),
            None => warning(format_args!(
                "{last} {webhook}, which it created, may still call {url}. Delete it with:\n  verify-webhooks webhooks delete {webhook} --service {service}"
            )),
        }
    }
}

impl Ensured {
    /// Makes a webhook of the Service call the URL.
    pub(super) async fn start(
        wanted: Wanted,
        url: String,
        folder: PathBuf,
    ) -> Result<Self, Failure> {
        let Wanted { webhooks, webhook } = wanted;
        let folder = Folder::open(&folder).map_err(Failure::failed)?;
        let journal = folder.path().join(JOURNAL);
        let last = read(&journal);
        if let Some(last) = &last {
            last.warn();
        }
        let (change, done) = change(&webhooks, webhook, &url, last, &journal).await?;
        Ok(Self {
            webhooks,
            journal,
            change,
            done,
        })
    }

    /// What was done, for people.
    pub(super) fn done(&self) -> &str {
        &self.done
    }

    /// Says how to put back what was there, where it is not.
    pub(super) fn warn(&self) {
        if let Some(change) = &self.change {
            change.warn();
        }
    }

    /// Puts back what was there.
    pub(super) async fn end(&self) -> Result<(), String> {
        let Some(change) = &self.change else {
            return Ok(());
        };
        match undo(&self.webhooks, change).await {
            Ok(done) => {
                note(done);
                let _ = fs::remove_file(&self.journal);
                Ok(())
            }
            Err(error) => {
                change.warn();
                Err(format!("the webhook could not be put back: {error}"))
            }
        }
    }
}

async fn change(
    webhooks: &Webhooks,
    wanted: Option<WebhookSid>,
    url: &str,
    last: Option<Change>,
    journal: &Path,
) -> Result<(Option<Change>, String), Failure> {
    let client = ApiClient::new()?;
    let service = webhooks.service_sid();
    let all = client.list_all(webhooks).await.map_err(Failure::failed)?;
    let has_url = |webhook: &&Webhook| webhook.webhook_url.as_deref() == Some(url);
    let found = match wanted {
        Some(sid) => {
            let mut all = all.iter();
            let found = all.find(|webhook| webhook.sid == Some(sid));
            Some(found.ok_or_else(|| {
                Failure::failed(format!("--ensure: the Service has no webhook {sid}"))
            })?)
        }
        None => match (all.iter().find(has_url), all.as_slice()) {
            (Some(webhook), _) => Some(webhook),
            (None, []) => None,
            (None, [webhook]) => Some(webhook),
            (None, _) => {
                let sids = all.iter().filter_map(|webhook| webhook.sid);
                let sids: Vec<String> = sids.map(|sid| format!("{service}/{sid}")).collect();
                return Err(Failure::usage(format!(
                    "--ensure: the Service has several webhooks; name one: {}",
                    sids.join(", ")
                )));
            }
        },
    };
    let last = |webhook: WebhookSid| last.filter(|last| last.webhook == webhook);
    let Some(found) = found else {
        let new = NewWebhook::new(FRIENDLY_NAME, EventTypes::all(), url);
        let new = new.map_err(|error| Failure::usage(format!("--url: {error}")))?;
        let created = client
            .send(&webhooks.create(&new))
            .await
            .map_err(Failure::failed)?;
        let sid = created
            .sid
            .ok_or_else(|| Failure::failed("the webhook has no SID"))?;
        let change = Change {
            service,
            webhook: sid,
            url: url.to_owned(),
            before: None,
        };
        write(journal, &change)?;
        return Ok((
            Some(change),
            format!("{sid} created; it is deleted at the end"),
        ));
    };
    let sid = found
        .sid
        .ok_or_else(|| Failure::failed("the webhook has no SID"))?;
    let now = found.webhook_url.clone().unwrap_or_default();
    // What a run that did not end in order found comes before what it left.
    let before = match last(sid) {
        Some(last) if last.url == now => last.before,
        _ => Some(now.clone()),
    };
    if before.as_deref() == Some(url) {
        return Ok((None, format!("{sid} calls it already")));
    }
    let change = Change {
        service,
        webhook: sid,
        url: url.to_owned(),
        before,
    };
    write(journal, &change)?;
    set_url(&client, webhooks, sid, url).await?;
    let done = match &change.before {
        Some(before) => format!("{sid} calls it; before and after, it calls {before}"),
        None => format!("{sid} calls it; it is deleted at the end"),
    };
    Ok((Some(change), done))
}

async fn set_url(
    client: &ApiClient,
    webhooks: &Webhooks,
    sid: WebhookSid,
    url: &str,
) -> Result<(), Failure> {
    let update = WebhookUpdate::new().webhook_url(url);
    let update = update.map_err(Failure::failed)?;
    let call = webhooks.update(sid, &update).map_err(Failure::failed)?;
    client.send(&call).await.map_err(Failure::failed)?;
    Ok(())
}

/// Takes a change back, unless somebody has changed the webhook since.
async fn undo(webhooks: &Webhooks, change: &Change) -> Result<String, String> {
    let client = ApiClient::new().map_err(|_| "no client can be made".to_owned())?;
    let sid = change.webhook;
    let call = webhooks.fetch(sid).map_err(|error| error.to_string())?;
    let found = client
        .send(&call)
        .await
        .map_err(|error| error.to_string())?;
    if found.webhook_url.as_deref() != Some(&change.url) {
        return Ok(format!(
            "webhook {sid} has another URL by now, and is left as it is"
        ));
    }
    let Some(before) = &change.before else {
        let call = webhooks.delete(sid).map_err(|error| error.to_string())?;
        client
            .send(&call)
            .await
            .map_err(|error| error.to_string())?;
        return Ok(format!(
            "webhook {sid}, which was created at the start, is deleted"
        ));
    };
    let update = WebhookUpdate::new().webhook_url(before.as_str());
    let update = update.map_err(|error| error.to_string())?;
    let call = webhooks
        .update(sid, &update)
        .map_err(|error| error.to_string())?;
    client
        .send(&call)
        .await
        .map_err(|error| error.to_string())?;
    Ok(format!("webhook {sid} calls {before} again"))
}

fn read(journal: &Path) -> Option<Change> {
    serde_json::from_slice(&fs::read(journal).ok()?).ok()
}

/// Writes the journal, with mode 0600.
fn write(journal: &Path, change: &Change) -> io::Result<()> {
    let _ = fs::remove_file(journal);
    let mut file = crate::capture_file::private_file(journal)?;
    file.write_all(&serde_json::to_vec(change)?)
}
