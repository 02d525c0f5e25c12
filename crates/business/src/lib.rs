//! Hop 4: webhook in, reply out.
