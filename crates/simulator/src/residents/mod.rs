//! What each hop's commands and events mean to the world: what was typed, what was shown, what is
//! acknowledged, and how the event log writes it.

mod business;
mod client;
mod cloud_api;
mod meta;
mod transport;

use endpoint::Happening;

use crate::view::EventRecord;

/// A happening of an endpoint as the event log writes it: never its text.
fn happening(happening: &Happening) -> EventRecord {
    let record = EventRecord::new(kind(happening));
    match happening {
        Happening::Sealed { id, .. } => record.with("id", id.to_string()),
        Happening::Accepted { id, to }
        | Happening::Delivered { id, to }
        | Happening::Read { id, to }
        | Happening::Played { id, to } => {
            record.with("id", id.to_string()).with("to", to.to_string())
        }
        Happening::Failed { id, to, why } | Happening::RetransmissionRefused { id, to, why } => {
            let record = record.with("id", id.to_string()).with("to", to.to_string());
            record.with("why", why.to_string())
        }
        Happening::Opened { from, content } => {
            record.with("from", from.to_string()).with("id", content.id.to_string())
        }
        Happening::File { from, content, outcome } => {
            let record = record.with("from", from.to_string()).with("id", content.id.to_string());
            match outcome {
                Ok(_) => record,
                Err(why) => record.with("why", why.to_string()),
            }
        }
        Happening::Typing { from } => record.with("from", from.to_string()),
        Happening::Copy { from, id } => {
            record.with("from", from.to_string()).with("id", id.to_string())
        }
        Happening::NotOpened { from, id, why, retry } => {
            let record = record.with("from", from.to_string()).with("id", id.to_string());
            record.with("retry", *retry).with("why", why.clone())
        }
        Happening::IdentityChanged { peer, identity } => {
            record.with("identity", format!("{identity:?}")).with("peer", peer.to_string())
        }
        Happening::RunBy { peer, operator } => {
            record.with("operator", format!("{operator:?}")).with("peer", peer.to_string())
        }
        Happening::Retransmitted { id, attempt } => {
            record.with("attempt", *attempt).with("id", id.to_string())
        }
        Happening::RefusedByPeer { ids, from } => {
            let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
            record.with("from", from.to_string()).with("ids", ids)
        }
        Happening::Derived { during, steps, .. } => {
            record.with("during", *during).with("steps", steps.len())
        }
        Happening::Ready
        | Happening::NotOurs
        | Happening::Deleted
        | Happening::CodeNeeded
        | Happening::WrongCode => record,
    }
}

const fn kind(happening: &Happening) -> &'static str {
    match happening {
        Happening::Derived { .. } => "derived",
        Happening::Ready => "ready",
        Happening::NotOurs => "not-ours",
        Happening::Deleted => "deleted",
        Happening::CodeNeeded => "code-needed",
        Happening::WrongCode => "wrong-code",
        Happening::Sealed { .. } => "sealed",
        Happening::Accepted { .. } => "accepted",
        Happening::Failed { .. } => "failed",
        Happening::Delivered { .. } => "delivered",
        Happening::Read { .. } => "read",
        Happening::Played { .. } => "played",
        Happening::Typing { .. } => "typing",
        Happening::Opened { .. } => "opened",
        Happening::File { .. } => "file",
        Happening::Copy { .. } => "copy",
        Happening::NotOpened { .. } => "not-opened",
        Happening::IdentityChanged { .. } => "identity-changed",
        Happening::RunBy { .. } => "run-by",
        Happening::Retransmitted { .. } => "retransmitted",
        Happening::RetransmissionRefused { .. } => "retransmission-refused",
        Happening::RefusedByPeer { .. } => "refused-by-peer",
    }
}
