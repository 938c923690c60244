use std::error::Error;

use serde::Serialize;
use serde_json::{Value, json};
use twilio_verify_webhooks::WebhookSid;
use twilio_verify_webhooks::api::{Ensured, Outcome, Plan, Step, Webhook};

#[derive(Clone, Copy)]
pub(crate) enum Output {
    Table,
    Json,
}

/// Nothing, or why it could not be printed.
type Printed = Result<(), Box<dyn Error>>;

impl Output {
    pub(crate) fn list(self, webhooks: &[Webhook]) -> Printed {
        match self {
            Self::Table => print_table(webhooks),
            Self::Json => print_json(webhooks)?,
        }
        Ok(())
    }

    pub(crate) fn one(self, webhook: &Webhook) -> Printed {
        match self {
            Self::Table => print_members(webhook)?,
            Self::Json => print_json(webhook)?,
        }
        Ok(())
    }

    pub(crate) fn deleted(self, sid: WebhookSid) -> Printed {
        match self {
            Self::Table => println!("deleted {sid}"),
            Self::Json => print_json(&json!({"outcome": "deleted", "sid": sid}))?,
        }
        Ok(())
    }

    pub(crate) fn ensured(self, ensured: &Ensured) -> Printed {
        let outcome = match ensured.outcome {
            Outcome::Created => "created",
            Outcome::Updated => "updated",
            Outcome::Unchanged => "unchanged",
        };
        let Ensured {
            webhook,
            duplicates,
            ..
        } = ensured;
        match self {
            Self::Table => {
                println!("{outcome}");
                print_members(webhook)?;
                print_duplicates(duplicates);
            }
            Self::Json => {
                print_json(
                    &json!({"outcome": outcome, "webhook": webhook, "duplicates": duplicates}),
                )?;
            }
        }
        Ok(())
    }

    pub(crate) fn plan(self, plan: &Plan) -> Printed {
        let (step, sid, names) = match &plan.step {
            Step::Create(_) => ("create", None, vec![]),
            Step::Update { sid, update } => {
                ("update", Some(*sid), update.names().collect::<Vec<_>>())
            }
            Step::Nothing(webhook) => ("nothing", webhook.sid, vec![]),
            step => return Err(format!("unknown step {step:?}").into()),
        };
        match self {
            Self::Table => {
                let sid = sid.map(|sid| format!(" {sid}")).unwrap_or_default();
                let names: Vec<_> = names.iter().map(|name| format!(" {name}")).collect();
                println!("to do: {step}{sid}{}", names.join(","));
                print_duplicates(&plan.duplicates);
            }
            Self::Json => print_json(&json!({
                "step": step, "sid": sid, "changes": names, "duplicates": plan.duplicates,
            }))?,
        }
        Ok(())
    }
}

fn print_json(value: &(impl Serialize + ?Sized)) -> Printed {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

fn print_duplicates(duplicates: &[Webhook]) {
    if !duplicates.is_empty() {
        println!("\nothers with the same URL:");
        print_table(duplicates);
    }
}

/// One line for each member, in the order of Twilio's documents, unknown ones last.
fn print_members(webhook: &Webhook) -> Printed {
    const KNOWN: [&str; 12] = [
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
    let members = serde_json::to_value(webhook)?;
    let known = KNOWN.map(|name| (name, &members[name]));
    let unknown = webhook.extra.iter().map(|(name, value)| (&**name, value));
    for (name, value) in known.into_iter().chain(unknown) {
        let value = match value {
            Value::Null => String::new(),
            Value::String(text) => shown(text),
            other => shown(&other.to_string()),
        };
        println!("{:15} {value}", shown(name));
    }
    Ok(())
}

/// One line for each webhook.
fn print_table(webhooks: &[Webhook]) {
    let mut rows = vec![["SID", "STATUS", "VERSION", "NAME", "URL", "EVENTS"].map(String::from)];
    rows.extend(webhooks.iter().map(|webhook| {
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
        .map(shown)
    }));
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    for row in rows {
        let cells = row.iter().zip(widths);
        let line: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        println!("{}", line.join("  ").trim_end());
    }
}

/// A text of the reply, of which the terminal takes nothing for a command.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        match c.is_control() {
            true => shown.extend(c.escape_default()),
            false => shown.push(c),
        }
    }
    shown
}
