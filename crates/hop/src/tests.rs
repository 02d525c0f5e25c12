//! Stories about the desk.
