//! What is shown of webhooks.

use std::io::{self, Write as _};

use serde_json::{Value, json};
use twilio_verify_webhooks::WebhookSid;
use twilio_verify_webhooks::api::{Outcome, Plan, Step, Webhook};

use super::client::Ensured;
use crate::output::{HEADING, Out, visible};

/// Members in the order of Twilio's documents. Unknown ones come after them.
const MEMBERS: [&str; 12] = [
    "sid",
    "service_sid",
    "account_sid",
    "friendly_name",
    "event_types",
    "status",
    "version",
    "webhook_url",
    "webhook_method",
    "date_created",
    "date_updated",
    "url",
];

pub(super) struct Output {
    out: Out,
    is_json: bool,
}

impl Output {
    pub(super) fn new(is_json: bool) -> Self {
        Self {
            out: Out::new(),
            is_json,
        }
    }

    pub(super) fn list(&mut self, webhooks: &[Webhook]) -> io::Result<()> {
        match self.is_json {
            true => self.out.json(webhooks),
            false => self.table(webhooks),
        }
    }

    pub(super) fn one(&mut self, webhook: &Webhook) -> io::Result<()> {
        match self.is_json {
            true => self.out.json(webhook),
            false => self.members(webhook),
        }
    }

    pub(super) fn deleted(&mut self, sid: WebhookSid) -> io::Result<()> {
        match self.is_json {
            true => self.out.json(&json!({"outcome": "deleted", "sid": sid})),
            false => writeln!(self.out, "deleted {sid}"),
        }
    }

    pub(super) fn ensured(&mut self, ensured: &Ensured) -> io::Result<()> {
        let outcome = match ensured.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
        };
        let (webhook, duplicates) = (&ensured.webhook, &ensured.duplicates);
        if self.is_json {
            return self
                .out
                .json(&json!({"outcome": outcome, "webhook": webhook, "duplicates": duplicates}));
        }
        writeln!(self.out, "{outcome}")?;
        self.members(webhook)?;
        self.duplicates(duplicates)
    }

    pub(super) fn plan(&mut self, plan: &Plan) -> io::Result<()> {
        let (step, sid, names) = match &plan.step {
            Step::Create(_) => ("create", None, vec![]),
            Step::Update { sid, update } => ("update", Some(*sid), update.names().collect()),
            Step::Nothing(webhook) => ("nothing", webhook.sid, vec![]),
            step => return Err(io::Error::other(format!("unknown step {step:?}"))),
        };
        if self.is_json {
            return self.out.json(&json!({
                "step": step, "sid": sid, "changes": names, "duplicates": plan.duplicates,
            }));
        }
        let sid = sid.map(|sid| format!(" {sid}")).unwrap_or_default();
        let names: Vec<_> = names.iter().map(|name| format!(" {name}")).collect();
        writeln!(self.out, "to do: {step}{sid}{}", names.join(","))?;
        self.duplicates(&plan.duplicates)
    }

    fn duplicates(&mut self, duplicates: &[Webhook]) -> io::Result<()> {
        if duplicates.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\nothers with the same URL:")?;
        self.table(duplicates)
    }

    /// One line for each member.
    fn members(&mut self, webhook: &Webhook) -> io::Result<()> {
        let members = serde_json::to_value(webhook)?;
        let known = MEMBERS.map(|name| (name, members.get(name).unwrap_or(&Value::Null)));
        let unknown = webhook.extra.iter().map(|(name, value)| (&**name, value));
        for (name, value) in known.into_iter().chain(unknown) {
            let value = match value {
                Value::Null => String::new(),
                Value::String(text) => visible(text),
                other => visible(&other.to_string()),
            };
            writeln!(self.out, "{:15} {value}", visible(name))?;
        }
        Ok(())
    }

    /// One line for each webhook.
    fn table(&mut self, webhooks: &[Webhook]) -> io::Result<()> {
        let mut rows =
            vec![["SID", "STATUS", "VERSION", "NAME", "URL", "EVENTS"].map(String::from)];
        rows.extend(webhooks.iter().map(cells));
        let mut widths = [0; 6];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = cell.chars().count().max(*width);
            }
        }
        for (number, row) in rows.iter().enumerate() {
            let cells = row.iter().zip(widths);
            let line: Vec<_> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            let line = line.join("  ");
            match number {
                0 => writeln!(self.out, "{HEADING}{}{HEADING:#}", line.trim_end())?,
                _ => writeln!(self.out, "{}", line.trim_end())?,
            }
        }
        Ok(())
    }
}

fn cells(webhook: &Webhook) -> [String; 6] {
    let event_types = webhook.event_types.iter().flatten();
    let event_types: Vec<_> = event_types.map(|event_type| event_type.as_str()).collect();
    [
        webhook.sid.as_ref().map_or("", |sid| sid.as_str()),
        webhook.status.as_ref().map_or("", |status| status.as_str()),
        webhook
            .version
            .as_ref()
            .map_or("", |version| version.as_str()),
        webhook.friendly_name.as_deref().unwrap_or_default(),
        webhook.webhook_url.as_deref().unwrap_or_default(),
        &event_types.join(","),
    ]
    .map(visible)
}
