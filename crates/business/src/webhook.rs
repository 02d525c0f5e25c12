//! The JSON of a webhook (facts, cloud-api.md §1.4), read into what a business understands of it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use vocab::{Micros, PhoneNumber, UnixMicros};

use crate::output::Status;

/// What one webhook brings for one number.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) messages: Vec<Inbound>,
    pub(crate) statuses: Vec<StatusUpdate>,
    /// Messages and changes of kinds that this business does not understand, or not for its number.
    pub(crate) passed_over: usize,
}

/// A text message, or the caption of a picture.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Inbound {
    pub(crate) wamid: String,
    pub(crate) from: PhoneNumber,
    /// The profile name, empty where none came.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) at: UnixMicros,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StatusUpdate {
    pub(crate) wamid: String,
    pub(crate) status: Status,
    pub(crate) error: Option<u32>,
}

#[derive(Deserialize)]
struct Envelope {
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    field: String,
    value: Value,
}

#[derive(Deserialize)]
struct Messages {
    metadata: Metadata,
    #[serde(default)]
    contacts: Vec<Contact>,
    #[serde(default)]
    messages: Vec<Message>,
    #[serde(default)]
    statuses: Vec<StatusLine>,
}

#[derive(Deserialize)]
struct Metadata {
    phone_number_id: String,
}

#[derive(Deserialize)]
struct Contact {
    profile: Option<Profile>,
    wa_id: Option<String>,
}

#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    from: Option<String>,
    id: String,
    timestamp: Option<String>,
    text: Option<Text>,
    image: Option<Image>,
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

/// A picture, of which this business reads the caption.
#[derive(Deserialize)]
struct Image {
    #[serde(default)]
    caption: String,
}

#[derive(Deserialize)]
struct StatusLine {
    id: String,
    status: String,
    #[serde(default)]
    errors: Vec<ErrorLine>,
}

#[derive(Deserialize)]
struct ErrorLine {
    code: u32,
}

/// Reads a webhook for `phone_number_id`; `None` where the JSON is no webhook.
///
/// Fields that it does not know are passed over, since the platform adds some every year.
pub(crate) fn read(body: &[u8], phone_number_id: &str) -> Option<Batch> {
    let envelope: Envelope = serde_json::from_slice(body).ok()?;
    let mut batch = Batch::default();
    for change in envelope.entry.into_iter().flat_map(|entry| entry.changes) {
        if change.field != "messages" {
            batch.pass_over();
            continue;
        }
        let value: Messages = serde_json::from_value(change.value).ok()?;
        if value.metadata.phone_number_id == phone_number_id {
            batch.take(value);
        } else {
            batch.pass_over();
        }
    }
    Some(batch)
}

impl Batch {
    const fn pass_over(&mut self) {
        self.passed_over = self.passed_over.saturating_add(1);
    }

    fn take(&mut self, value: Messages) {
        let names: BTreeMap<String, String> =
            value.contacts.into_iter().filter_map(named).collect();
        for message in value.messages {
            match inbound(message, &names) {
                Some(inbound) => self.messages.push(inbound),
                None => self.pass_over(),
            }
        }
        for line in value.statuses {
            let error = line.errors.first().map(|error| error.code);
            match Status::from_name(&line.status) {
                Some(status) => {
                    self.statuses.push(StatusUpdate { wamid: line.id, status, error });
                }
                None => self.pass_over(),
            }
        }
    }
}

fn named(contact: Contact) -> Option<(String, String)> {
    Some((contact.wa_id?, contact.profile?.name?))
}

fn inbound(message: Message, names: &BTreeMap<String, String>) -> Option<Inbound> {
    let from = message.from?;
    let seconds = message.timestamp.and_then(|text| text.parse().ok()).unwrap_or_default();
    Some(Inbound {
        wamid: message.id,
        name: names.get(&from).cloned().unwrap_or_default(),
        from: PhoneNumber::parse(&from).ok()?,
        text: message.text.map(|text| text.body).or(message.image.map(|image| image.caption))?,
        at: UnixMicros(Micros::seconds(seconds).0),
    })
}
