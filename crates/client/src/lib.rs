//! Hop 1: a person's device.
