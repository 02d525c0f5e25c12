//! Bytes between hops: exactly what an observer can parse without keys.
