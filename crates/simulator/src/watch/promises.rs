//! Promises: an answer that says "it is safe here" must come after the rows that make it so.

use std::collections::BTreeMap;

use vocab::MessageId;
use wire::transport::{Ask, FromTransport, Status, ToTransport};

use crate::{
    kernel::HostId,
    view::{Stream, View},
};

/// Requests of ends that wait for an answer, and the rows that were written for them.
#[derive(Debug, Default)]
pub(super) struct Promises {
    /// Envelopes that an end asked the transport to carry, by link and request.
    asked: BTreeMap<(HostId, u64), MessageId>,
    /// When a row with an envelope's id was first written, in whichever store the rows are.
    rows: BTreeMap<MessageId, u64>,
}

impl Promises {
    /// Looks at what a node saw; what it promised too early.
    pub(super) fn view(&mut self, view: &View) -> Option<String> {
        match (view.stream, view.peer) {
            (Stream::FrameIn, Some(peer)) => {
                if let Ok(ToTransport { id, ask: Ask::Send(envelope) }) =
                    ToTransport::decode(&view.bytes)
                {
                    self.asked.insert((peer, id), envelope.id);
                }
                None
            }
            (Stream::Store, _) => {
                self.written(view);
                None
            }
            (Stream::FrameOut, Some(peer)) => self.answered(view, peer),
            _ => None,
        }
    }

    /// A mailbox row holds its envelope's id.
    fn written(&mut self, view: &View) {
        for id in self.asked.values() {
            if view.bytes.windows(id.0.len()).any(|window| window == id.0) {
                self.rows.entry(*id).or_insert(view.at.0);
            }
        }
    }

    fn answered(&mut self, view: &View, peer: HostId) -> Option<String> {
        let Ok(FromTransport::Answer { id, status, .. }) = FromTransport::decode(&view.bytes)
        else {
            return None;
        };
        // What is refused promises nothing; if it is asked again, it is looked for again.
        let envelope = self.asked.remove(&(peer, id)).filter(|_| status == Status::Ok)?;
        let written = self.rows.get(&envelope)?;
        // A write is durable at the earliest some time after it was asked for.
        (*written >= view.at.0)
            .then(|| format!("envelope {envelope} was acknowledged before it was durable"))
    }
}
