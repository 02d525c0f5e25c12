//! The Double Ratchet (revision 4, sections 1 to 3 and 7.2), as deployed.
//!
//! Deployment departs from the text in two ways that peers rely on. The handshake already yields a
//! chain key, so the initiator begins with a receiving chain and the responder with a sending
//! chain (section 3.3 leaves that open). And the header's previous-chain length is not used:
//! instead of deriving the skipped keys of a finished chain at once, the chain keys of the last
//! five chains are kept.

pub(crate) mod chain;
pub(crate) mod message_keys;
pub(crate) mod ratchet;
pub(crate) mod receiving;
pub(crate) mod root;
pub(crate) mod sending;
#[cfg(test)]
mod tests;
