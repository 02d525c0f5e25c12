//! Envelopes that nobody sent, as well as somebody without keys can make them.

use rand_core::CryptoRng;
use vocab::{Address, MessageId, UnixMicros};
use wire::{
    signal::{MAC_BYTES, PreKeySignalMessage, SignalFields, SignalMessage},
    transport::{Envelope, Payload, ReceiptKind},
};

/// A message like `model`: the next of its chain, by its header, which anybody can read. What is
/// encrypted, and what authenticates it, is noise. `None` for what is no message.
pub(super) fn message(
    model: &Envelope,
    sent_at: UnixMicros,
    rng: &mut dyn CryptoRng,
) -> Option<Envelope> {
    let seen = match &model.payload {
        Payload::Message(bytes) => SignalMessage::parse(bytes).ok()?,
        Payload::PreKey(bytes) => PreKeySignalMessage::parse(bytes).ok()?.message,
        Payload::Receipt { .. } => return None,
    };
    let mut ciphertext = vec![0; seen.ciphertext.len()];
    rng.fill_bytes(&mut ciphertext);
    let fields = SignalFields {
        version: seen.version,
        ratchet_key: seen.ratchet_key,
        counter: seen.counter.saturating_add(1),
        previous_counter: seen.previous_counter,
        ciphertext: &ciphertext,
        pq_ratchet: seen.pq_ratchet,
        addresses: None,
    };
    let mut bytes = fields.encode_authenticated();
    let mut mac = [0; MAC_BYTES];
    rng.fill_bytes(&mut mac);
    bytes.extend_from_slice(&mac);
    let payload = Payload::Message(bytes);
    let (from, to) = (model.from.clone(), model.to.clone());
    Some(Envelope { id: fresh(rng), from, to, payload, sent_at, attempt: 0 })
}

/// The word of `by` that message `id` arrived.
pub(super) fn receipt(
    (by, to): (&Address, &Address),
    (id, attempt): (MessageId, u32),
    sent_at: UnixMicros,
    rng: &mut dyn CryptoRng,
) -> Envelope {
    let payload = Payload::Receipt { kind: ReceiptKind::Delivered, ids: vec![id], attempt };
    Envelope { id: fresh(rng), from: by.clone(), to: to.clone(), payload, sent_at, attempt: 0 }
}

/// An id that no envelope has.
pub(super) fn fresh(rng: &mut dyn CryptoRng) -> MessageId {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    MessageId(id)
}
