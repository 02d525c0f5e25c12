//! What prost makes of proto/ (`cargo xtask codegen`).

#[path = "generated/blindpost.content.rs"]
pub mod content;
#[path = "generated/blindpost.transport.rs"]
pub mod transport;
