//! Optional services: which ones a number's business added, and what waits to be handed over.

use prost::Message;
use store::Key;

use super::GrantRow;

/// An optional service that the business of a number added.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct ServiceRow {
    /// The service.
    #[prost(string, tag = "1")]
    pub service: String,
    /// The terms of the service, to which the business agreed.
    #[prost(string, tag = "2")]
    pub terms_id: String,
}

/// A message that waits to be handed over to an optional service.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct HandoverRow {
    /// The service.
    #[prost(string, tag = "1")]
    pub service: String,
    /// The message: 16 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub id: Vec<u8>,
    /// What it says.
    #[prost(string, tag = "3")]
    pub text: String,
}

impl GrantRow {
    /// The optional service of this name, while it is on.
    pub(crate) fn service(&self, name: &str) -> Option<&ServiceRow> {
        self.services.iter().find(|one| self.live && one.service == name)
    }
}

/// All messages that wait to be handed over to optional services.
pub fn handovers() -> Key {
    Key::table("svc")
}
