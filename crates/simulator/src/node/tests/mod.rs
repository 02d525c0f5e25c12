//! Stories about hops in their world.
