//! Hop 3: the business's end of the encryption. Plaintext first appears here.
//!
//! It holds one identity for each number that a business granted it, opens what people write and
//! forwards it as a webhook, seals what the business sends, and keeps messages for retransmission.
//! Run by Meta it is the Cloud API; run by the business it is the on-premises client: the same
//! code.
//!
//! Knows: grants, sessions, content while it is kept, whom to notify and what to bill.
//! Does not know: a business's name or address (Business Manager does), or a person beyond the
//! number inside a sealed row.

#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

pub mod about_people;
pub mod base64;
pub mod config;
mod date;
pub mod errors;
pub mod flows;
mod graph;
mod handle;
pub mod input;
pub mod management;
pub mod mutant;
mod number;
mod outbox;
pub mod output;
pub mod parameters;
mod principals;
pub mod rows;
pub mod rules;
pub mod share;
pub mod state;
pub mod storage;
mod templates;
#[cfg(test)]
mod tests;
mod users;
pub mod vault;
mod webhook;

pub use config::{Config, OptionalService, Own, Subscription};
pub use graph::{
    ROUTES, message_id,
    openapi::{document as graph_openapi, page as graph_openapi_page},
    operations::page as graph_page,
    wamid,
};
pub use input::Command;
pub use management::{App, Management};
pub use mutant::Mutant;
pub use output::Event;
pub use rules::Rules;
pub use share::Share;
pub use state::CloudApi;
