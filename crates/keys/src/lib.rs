//! Public keys, their encodings, and signature verification.
