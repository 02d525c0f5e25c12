//! Rows of managing numbers and accounts.
//!
//! | table | holds | class | kept |
//! |---|---|---|---|
//! | `doc` | one thing that a business set at a number: JSON | business information | by contract |
//! | `two` | the hash of a number's PIN, and wrong guesses | credential | with the account |
//! | `code` | the hash of a verification code | credential | 10 minutes |
//! | `regs` | when a number was registered and deregistered | business information | 72 hours |
//! | `blk` | whom a number blocked, sealed | message content (vault) | 30 days |
//! | `qr` | links that begin a chat: JSON | business information | by contract |
//! | `blob` | a file, encrypted under a key in `media` | message content | as `media` |
//! | `up` | an upload for a template | template | 30 days |
//! | `acct` | where webhooks of an account go: JSON | business information | by contract |
//! | `app` | where webhooks of an app go: JSON | business information | by contract |
//! | `red` | that the transport throttles a number | business information | 7 days |
//! | `judge` | templates, names and endpoints that are looked at later | template | until decided |
//!
//! A business is named by a hash, a person by a keyed hash.

use prost::Message;
use store::Key;

use super::{GrantRow, cut};

/// One thing that a business sets at a number, as a JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// What people see of it.
    Profile = 0,
    /// Where content lies, and whether identities are checked.
    Settings = 1,
    /// The key of its flows.
    Encryption = 2,
    /// Catalogue and cart.
    Commerce = 3,
    /// Prompts and commands.
    Automation = 4,
    /// Where its webhooks go.
    Callback = 5,
    /// That it was verified with a code.
    Verification = 6,
    /// The name that it asked for last, until it has it.
    Name = 7,
}

/// Two-step verification of a number.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct TwoStepRow {
    /// The keyed hash of the PIN.
    #[prost(bytes = "vec", tag = "1")]
    pub hash: Vec<u8>,
    /// Wrong guesses since the last right one.
    #[prost(uint32, tag = "2")]
    pub wrong: u32,
    /// When the last wrong one was, in microseconds.
    #[prost(uint64, tag = "3")]
    pub wrong_at: u64,
}

/// A verification code that was sent.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct CodeRow {
    /// The keyed hash of the code.
    #[prost(bytes = "vec", tag = "1")]
    pub hash: Vec<u8>,
    /// Wrong guesses at it.
    #[prost(uint32, tag = "2")]
    pub wrong: u32,
    /// Until when it can be used, in microseconds.
    #[prost(uint64, tag = "3")]
    pub until: u64,
}

/// When a number was registered or deregistered.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct RegistrationsRow {
    /// In microseconds, the oldest first.
    #[prost(uint64, repeated, tag = "1")]
    pub at: Vec<u64>,
}

/// A file that is being uploaded for a template.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct UploadRow {
    /// How many bytes it is to have.
    #[prost(uint64, tag = "1")]
    pub length: u64,
    /// Its MIME type.
    #[prost(string, tag = "2")]
    pub mime_type: String,
    /// What came of it.
    #[prost(bytes = "vec", tag = "3")]
    pub bytes: Vec<u8>,
}

/// Something that is looked at later, also after a restart: a template or a name that nobody has
/// looked at yet, or a flow whose endpoint fails.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct PendingRow {
    /// The number whose node decides, and tells its business.
    #[prost(uint32, tag = "1")]
    pub slot: u32,
    /// What it is called.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Its language.
    #[prost(string, tag = "3")]
    pub language: String,
    /// When it is decided, in microseconds of wall time.
    #[prost(uint64, tag = "4")]
    pub at: u64,
    /// The flow whose endpoint is to be asked how it is, where this is no template.
    #[prost(string, tag = "5")]
    pub flow: String,
    /// The name that the number asked for, where this is neither.
    #[prost(string, tag = "6")]
    pub new_name: String,
}

impl GrantRow {
    /// The name that people see of it.
    pub(crate) fn verified_name(&self) -> &str {
        if self.name.is_empty() { &self.business } else { &self.name }
    }
}

/// One thing that a business set at a number.
pub fn document(slot: u32, document: Document) -> Key {
    Key::table("doc").with(&slot.to_be_bytes()).with(&[document as u8])
}

/// The PIN of a number.
pub fn two_step(slot: u32) -> Key {
    Key::table("two").with(&slot.to_be_bytes())
}

/// The verification code that was sent to a number.
pub fn code(slot: u32) -> Key {
    Key::table("code").with(&slot.to_be_bytes())
}

/// When a number was registered and deregistered.
pub fn registrations(slot: u32) -> Key {
    Key::table("regs").with(&slot.to_be_bytes())
}

/// All whom a number blocked.
pub fn all_blocked(slot: u32) -> Key {
    Key::table("blk").with(&slot.to_be_bytes())
}

/// One of them, by keyed hash.
pub fn blocked(slot: u32, name: &[u8; 16]) -> Key {
    all_blocked(slot).with(name)
}

/// All links of a number that begin a chat.
pub fn all_links(slot: u32) -> Key {
    Key::table("qr").with(&slot.to_be_bytes())
}

/// One of them, by its code.
pub fn link(slot: u32, code: &str) -> Key {
    all_links(slot).with(&cut(&[code.as_bytes()]))
}

/// A file, by the id that the business knows it under: a queue that has one row.
pub fn blob(slot: u32, id: &str) -> Key {
    Key::table("blob").with(&slot.to_be_bytes()).with(&cut(&[id.as_bytes()]))
}

/// An upload of a business.
pub fn upload(business: &str, id: &str) -> Key {
    Key::table("up").with(&cut(&[business.as_bytes()])).with(&cut(&[id.as_bytes()]))
}

/// All templates of a business.
pub fn templates(business: &str) -> Key {
    Key::table("tmpl").with(&cut(&[business.as_bytes()]))
}

/// Where the webhooks of a business's account go.
pub fn account(business: &str) -> Key {
    Key::table("acct").with(&cut(&[business.as_bytes()]))
}

/// Where the webhooks of an app go.
pub fn app(id: &str) -> Key {
    Key::table("app").with(&cut(&[id.as_bytes()]))
}

/// That the transport throttles a number, since people reported it or it wrote to everybody.
pub fn throttled(slot: u32) -> Key {
    Key::table("red").with(&slot.to_be_bytes())
}

/// All that is looked at later.
pub fn all_pending() -> Key {
    Key::table("judge")
}

/// One of them.
pub fn pending(business: &str, name: &str, language: &str) -> Key {
    let template = cut(&[business.as_bytes(), name.as_bytes(), language.as_bytes()]);
    all_pending().with(&template)
}

/// The same of the name that a number asked for.
pub fn pending_name(slot: u32) -> Key {
    all_pending().with(&slot.to_be_bytes())
}

/// The same of a flow whose endpoint fails: no template is without a name.
pub fn pending_flow(business: &str, flow: &str) -> Key {
    pending(business, "", flow)
}
