//! Stories of two devices, told through the public interface alone.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a story that goes wrong should stop"
)]

mod archive;
mod handshake;
mod hygiene;
mod limits;
mod people;
mod properties;
mod ratchet;
mod replay;
mod secrets;
mod snapshot;
mod tampering;
mod triple_ratchet;
