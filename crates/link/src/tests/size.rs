//! How much memory a link takes. The goal for a device at rest, both ends and their sockets' tasks
//! together, is 16 KB.

use core::mem::size_of;

use crate::{Channel, Initiator, Responder};

/// Both directions' keys, on the heap.
const KEYS: usize = 2 * 32;

#[test]
fn an_idle_channel_is_well_below_a_kilobyte() {
    assert!(size_of::<Channel>() + KEYS < 512, "{}", size_of::<Channel>());
}

#[test]
fn a_connection_that_has_said_nothing_yet_takes_next_to_nothing() {
    assert!(size_of::<Responder>() + 32 < 256, "{}", size_of::<Responder>());
    assert!(size_of::<Initiator>() < 256, "{}", size_of::<Initiator>());
}
