//! Repository automation: tidy, generated code, reference pages.
fn main() {}
