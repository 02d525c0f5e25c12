//! The Cloud API's own rows, beside those of its numbers' endpoints.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `grant` | numbers that businesses granted | business information | while granted |
//! | `day` | a key for each business and day, wrapped | key material | 31 days |
//! | `mkey` | a key for each message, wrapped | key material | as its message |
//! | `from` | who wrote a message, sealed | message content (vault) | 30 days |
//! | `hook` | webhooks to deliver, sealed | message content (vault) | 7 days |
//! | `pend` | what is held in memory alone: webhooks, messages | connection metadata | 7 days |
//! | `hist` | statuses of a message, and which webhooks told them | connection metadata | 30 days |
//! | `late` | that a webhook was refused | connection metadata | 30 days |
//! | `bill` | billing records to deliver | billing | until delivered |
//! | `stat` | counts by day, business and kind | statistics | an aggregate |
//! | `req` | request ids of businesses | connection metadata | 31 days |
//! | `unread` | messages that the business has not read | connection metadata | 30 days |
//! | `win` | when a person last wrote | connection metadata | 24 hours |
//! | `pair` | how much a person may still be written to | connection metadata | minutes |
//! | `stop` | that a person wants no marketing | consent | until it is wanted again |
//! | `mkt` | how much marketing a person may still be sent | connection metadata | a day |
//! | `user` | the newest message of a person, by user id | connection metadata | 30 days |
//! | `tag` | what statuses of a message bear, sealed | message content (vault) | 31 days |
//! | `media` | what opens a file, sealed | message content (vault) | 7 or 30 days |
//! | `svc` | messages to hand over to optional services, sealed | message content (vault) | a day |
//! | `tmpl` | message templates | template | with the account |
//!
//! Those of managing numbers and accounts are in `manage`, those of flows in `flows`, what
//! is counted for analytics in `cells`.
//!
//! Back-ups leave `day` and `mkey` out: without them no copy of a sealed row can be opened.

use prost::Message;
use sha2::{Digest as _, Sha256};
use store::Key;
use vocab::MessageId;

pub mod cells;
pub mod flows;
pub mod manage;
pub mod services;

/// A granted number.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct GrantRow {
    /// Its place among the numbers of this node; it never changes.
    #[prost(uint32, tag = "1")]
    pub slot: u32,
    /// Its id.
    #[prost(string, tag = "2")]
    pub phone_number_id: String,
    /// The business.
    #[prost(string, tag = "3")]
    pub business: String,
    /// Digits of the number.
    #[prost(string, tag = "4")]
    pub display_phone_number: String,
    /// Whether the grant is in force.
    #[prost(bool, tag = "5")]
    pub live: bool,
    /// Whether the business deregistered it: it neither sends nor receives.
    #[prost(bool, tag = "6")]
    pub deregistered: bool,
    /// The error that everything it sends is refused with, since the platform restricts its
    /// business: one of [`crate::errors::codes::RESTRICTIONS`]; 0 while it is in good standing.
    #[prost(uint32, tag = "7")]
    pub restriction: u32,
    /// Its storage mode, as `Storage::name` writes it; empty where its business
    /// never configured one.
    #[prost(string, tag = "8")]
    pub storage: String,
    /// The optional services that its business added; none by default.
    #[prost(message, repeated, tag = "9")]
    pub services: Vec<services::ServiceRow>,
    /// The name that people see of it; empty while that is the business's.
    #[prost(string, tag = "10")]
    pub name: String,
}

/// A webhook that waits.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct HookRow {
    /// The number it is about.
    #[prost(string, tag = "1")]
    pub phone_number_id: String,
    /// The entry of a webhook's body, in the bytes that are signed and sent.
    #[prost(bytes = "vec", tag = "2")]
    pub body: Vec<u8>,
    /// What it is, for the operator: a message id or a status of one.
    #[prost(string, tag = "3")]
    pub item: String,
}

/// What the statuses of a message bear, beside the message itself.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct TagRow {
    /// `biz_opaque_callback_data`, empty where none was given.
    #[prost(string, tag = "1")]
    pub opaque: String,
    /// What it is charged as.
    #[prost(enumeration = "Category", tag = "2")]
    pub category: i32,
    /// Whether the person had written within 24 hours.
    #[prost(bool, tag = "3")]
    pub in_window: bool,
    /// The id of its template; 0 where it has none.
    #[prost(uint64, tag = "4")]
    pub template: u64,
}

/// That a message got so far.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct EventRow {
    /// When, in seconds since 1970.
    #[prost(uint64, tag = "1")]
    pub at: u64,
    /// The number of the webhook that tells it.
    #[prost(uint64, tag = "2")]
    pub hook: u64,
    /// The error, where it failed.
    #[prost(uint32, tag = "3")]
    pub error: u32,
}

/// A message template.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct TemplateRow {
    /// What it is called.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Its language, such as `en_US`.
    #[prost(string, tag = "2")]
    pub language: String,
    /// What it is charged as.
    #[prost(enumeration = "Category", tag = "3")]
    pub category: i32,
    /// Whether it can be sent.
    #[prost(enumeration = "TemplateStatus", tag = "4")]
    pub status: i32,
    /// The array of components as Graph writes it: JSON.
    #[prost(bytes = "vec", tag = "5")]
    pub components: Vec<u8>,
}

/// What a message is charged as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
pub enum Category {
    /// An answer within the window, of any type.
    Service = 0,
    /// A template about something that the person asked for.
    Utility = 1,
    /// A template that advertises.
    Marketing = 2,
    /// A template with a one-time password.
    Authentication = 3,
}

impl Category {
    /// The name in webhooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Utility => "utility",
            Self::Marketing => "marketing",
            Self::Authentication => "authentication",
        }
    }
}

/// Whether a template can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
pub enum TemplateStatus {
    /// Nobody has looked at it yet.
    Pending = 0,
    /// It can be sent.
    Approved = 1,
    /// It cannot.
    Rejected = 2,
    /// Not for now: too many people did not like it.
    Paused = 3,
    /// Not any more.
    Disabled = 4,
}

impl TemplateStatus {
    /// The name in answers and webhooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::Paused => "PAUSED",
            Self::Disabled => "DISABLED",
        }
    }
}

/// Tables whose rows are messages on their way, for whoever asks what became of one.
pub const ON_THEIR_WAY: [&str; 1] = [HOOK];

/// Tables that back-ups leave out, beside those of its endpoints: the keys of sealed rows.
pub const NOT_IN_BACKUPS: [&str; 2] = ["day", "mkey"];

const HOOK: &str = "hook";

/// All grants.
pub fn grants() -> Key {
    Key::table("grant")
}

/// One grant.
pub fn grant(slot: u32) -> Key {
    grants().with(&slot.to_be_bytes())
}

/// Who wrote a message.
pub fn author(slot: u32, id: MessageId) -> Key {
    Key::table("from").with(&slot.to_be_bytes()).with(&id.0)
}

/// All webhooks that wait.
pub fn hooks() -> Key {
    Key::table(HOOK)
}

/// What became of a message.
pub fn events(slot: u32, id: MessageId) -> Key {
    Key::table("hist").with(&slot.to_be_bytes()).with(&id.0)
}

/// That it got so far.
pub fn event(slot: u32, id: MessageId, kind: Kind) -> Key {
    events(slot, id).with(&[kind as u8])
}

/// That the webhook of this key was refused.
pub fn late(hook: &Key) -> Key {
    Key::table("late").with_number(hook.last_number().unwrap_or_default())
}

/// All of a number that is held in memory alone and not delivered.
pub fn all_pending(slot: u32) -> Key {
    Key::table("pend").with(&slot.to_be_bytes())
}

/// A webhook of these, by its place in the outbox.
pub fn pending_hook(slot: u32, place: u64) -> Key {
    all_pending(slot).with(&[PENDING_HOOK]).with_number(place)
}

/// A message of these.
pub fn pending_message(slot: u32, id: MessageId) -> Key {
    all_pending(slot).with(&[PENDING_MESSAGE]).with(&id.0)
}

/// A message of these whose file is on its way in, and whose webhook waits for it.
pub fn pending_file(slot: u32, id: MessageId) -> Key {
    all_pending(slot).with(&[PENDING_FILE]).with(&id.0)
}

/// The kinds of what is pending, in its keys.
const PENDING_HOOK: u8 = 1;
const PENDING_MESSAGE: u8 = 2;
const PENDING_FILE: u8 = 3;

/// What a key of something pending names: the message of a kind, or nothing for a webhook.
pub fn pending_of(slot: u32, key: &Key) -> Option<MessageId> {
    let (kind, id) = key.after(&all_pending(slot))?.split_first()?;
    MessageId::from_slice(id).filter(|_| *kind == PENDING_MESSAGE)
}

/// All billing records that wait.
pub fn bills() -> Key {
    Key::table("bill")
}

/// All statistics.
pub fn statistics() -> Key {
    Key::table("stat")
}

/// One count.
pub fn statistic(day: u64, kind: Kind, business: &str) -> Key {
    statistics().with_number(day).with(&[kind as u8]).with(business.as_bytes())
}

/// When a person last wrote; `name` is their keyed hash.
pub fn window(slot: u32, name: &[u8; 16]) -> Key {
    Key::table("win").with(&slot.to_be_bytes()).with(name)
}

/// All messages of a person that the business has not marked as read, the oldest first.
pub fn all_unread(slot: u32, name: &[u8; 16]) -> Key {
    Key::table("unread").with(&slot.to_be_bytes()).with(name)
}

/// One of them; later ones have greater numbers.
pub fn unread(slot: u32, name: &[u8; 16], number: u64) -> Key {
    all_unread(slot, name).with_number(number)
}

/// How much a person may still be written to.
pub fn pair(slot: u32, name: &[u8; 16]) -> Key {
    Key::table("pair").with(&slot.to_be_bytes()).with(name)
}

/// How much marketing a person may still be sent.
pub fn marketing(slot: u32, name: &[u8; 16]) -> Key {
    Key::table("mkt").with(&slot.to_be_bytes()).with(name)
}

/// That a person wants no marketing of this number's business.
pub fn marketing_stop(slot: u32, name: &[u8; 16]) -> Key {
    Key::table("stop").with(&slot.to_be_bytes()).with(name)
}

/// The newest message of a person; `hash` is the keyed hash of the user id.
pub fn user(slot: u32, hash: &[u8; 16]) -> Key {
    Key::table("user").with(&slot.to_be_bytes()).with(hash)
}

/// What the statuses of a message bear.
pub fn tag(slot: u32, id: MessageId) -> Key {
    Key::table("tag").with(&slot.to_be_bytes()).with(&id.0)
}

/// What opens a file, by the id that the business knows it under.
pub fn media(slot: u32, id: &str) -> Key {
    Key::table("media").with(&slot.to_be_bytes()).with(&cut(&[id.as_bytes()]))
}

/// A template of a business.
pub fn template(business: &str, name: &str, language: &str) -> Key {
    let template = cut(&[name.as_bytes(), language.as_bytes()]);
    manage::templates(business).with(&template)
}

/// A hash of parts that may be longer than a key; no two lists of parts have one.
fn cut(parts: &[&[u8]]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    hash.first_chunk().copied().unwrap_or_default()
}

/// A request id of a business.
pub fn request(slot: u32, hash: &[u8; 16]) -> Key {
    Key::table("req").with(&slot.to_be_bytes()).with(hash)
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Messages from people.
    Received = 0,
    /// Messages that the transport took.
    Sent = 1,
    /// Messages that arrived.
    Delivered = 2,
    /// Messages that were read.
    Read = 3,
    /// Messages that did not go out.
    Failed = 4,
    /// Voice messages that were listened to.
    Played = 5,
}

impl Kind {
    /// The kind with this number in a row's key.
    pub const fn of_byte(byte: u8) -> Option<Self> {
        match byte {
            0 => Some(Self::Received),
            1 => Some(Self::Sent),
            2 => Some(Self::Delivered),
            3 => Some(Self::Read),
            4 => Some(Self::Failed),
            5 => Some(Self::Played),
            _ => None,
        }
    }

    /// The name in exports and webhooks.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Played => "played",
        }
    }
}
