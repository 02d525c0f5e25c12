//! Cases and vectors against any implementation behind an adapter.
