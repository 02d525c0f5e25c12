//! The transport.

use transport::{Event, Transport};

use crate::{node::Resident, view::EventRecord};

impl Resident for Transport {
    fn render(event: &Event) -> Option<EventRecord> {
        // The transport's own log: accounts by alias, nothing of what is carried.
        let text = format!("{event:?}");
        let kind = match event {
            Event::Registered { .. } => "registered",
            Event::CodeSent { .. } => "code-sent",
            Event::Flagged { .. } => "flagged",
            Event::IdentityChanged { .. } => "identity-changed",
            Event::Published { .. } => "published",
            Event::OneTimeKeyTaken { .. } => "one-time-key-taken",
            Event::PrekeysLow { .. } => "prekeys-low",
            Event::Accepted { .. } => "accepted",
            Event::Dropped { .. } => "dropped",
            Event::Refused { .. } => "refused",
            Event::Delivered { .. } => "delivered",
            Event::Forgotten { .. } => "forgotten",
            Event::Reported { .. } => "reported",
            Event::Blocked { .. } => "blocked",
            Event::Deleted { .. } => "deleted",
            Event::Erased { .. } => "erased",
            Event::BlobStored { .. } => "blob-stored",
            Event::BlobRead { .. } => "blob-read",
            _ => "other",
        };
        Some(EventRecord::new(kind).with("what", text))
    }
}
