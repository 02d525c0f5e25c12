//! Defences that can be switched off.

use schemars::JsonSchema;
use serde::Deserialize;

/// Defences that can be switched off, to see why they exist.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct Rules {
    /// Whether the transport takes messages of a business's number from its Cloud API only.
    /// Default true.
    pub(in crate::scenario) business_sender_check: Option<bool>,
    /// Whether a number is claimed with a code that was sent to it; otherwise it belongs to whoever
    /// comes first. Default true.
    pub(in crate::scenario) registration_code: Option<bool>,
    /// Whether bundles, and one-time prekeys in them, are limited for each requester and each
    /// target. Default true.
    pub(in crate::scenario) fetch_limits: Option<bool>,
    /// Whether messages, receipts, frames and bytes of each link are limited. Default true.
    pub(in crate::scenario) message_rates: Option<bool>,
    /// Whether a link may ask about or write to only so many new numbers. Default true.
    pub(in crate::scenario) enumeration_limits: Option<bool>,
    /// Whether a mailbox holds only so much. Default true.
    pub(in crate::scenario) mailbox_quota: Option<bool>,
    /// Whether a business that writes to everybody, or that many report, is throttled. Default
    /// true.
    pub(in crate::scenario) integrity_throttling: Option<bool>,
}
