//! Hop 4: webhook in, reply out.
//!
//! Knows: what customers wrote to it, its own answers, its tokens and secrets at the Cloud API and
//! at Business Manager. Does not know: any session, any ciphertext, any key that opens a message;
//! the Cloud API does that on its behalf.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod bot;
pub mod config;
mod handle;
mod hashing;
pub mod input;
pub mod mutant;
mod outbox;
pub mod output;
mod registration;
mod rows;
mod state;
#[cfg(test)]
mod tests;
mod webhook;

use hop::http::Route;
use vocab::DataClass;

pub use self::{
    bot::{Match, Rule},
    config::{AutoReply, Canary, Config},
    input::Command,
    mutant::Mutant,
    outbox::picture_of,
    output::{Event, Status},
    rows::ON_THEIR_WAY,
    state::Business,
};

/// The interfaces of a business: its webhook.
pub const ROUTES: &[Route] = &[
    Route {
        method: "GET",
        pattern: "/webhook",
        class: DataClass::ConnectionMetadata,
        doc: "Answers the challenge of a platform that knows the verify token.",
    },
    Route {
        method: "POST",
        pattern: "/webhook",
        class: DataClass::MessageContent,
        doc: "Takes inbound messages and statuses, signed with the app secret.",
    },
];
