//! Hop 3: the business's end of the encryption.
