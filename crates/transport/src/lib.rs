//! Hop 2: stores and forwards what it cannot open.
