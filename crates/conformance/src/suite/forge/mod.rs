//! A second engine, made from the specifications alone, that keeps no rule.
//!
//! A forgery that fails its MAC proves little: it would be refused whatever it says. The forger
//! knows every key of its own end, so that what it sends is authentic and wrong in one thing only.
//! It shares no code with `signal` but the signing of prekeys. Nothing here is wiped or constant in
//! time: its secrets are worth nothing.

mod handshake;
mod primitives;
mod proto;
mod ratchet;

pub(crate) use handshake::{First, Forger, Plan};
pub(crate) use proto::{Fields, Item, put_varint, spans};
pub(crate) use ratchet::Turn;
