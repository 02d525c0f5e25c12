//! The storage interface, its memory engine, and the suite every engine passes.
