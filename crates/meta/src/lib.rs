//! Beside the path: Business Manager, billing, statistics, the readers.
