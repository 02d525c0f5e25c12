//! Prints the JSON Schema of scenario files, of which `cargo xtask reference` makes a page.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    writeln!(io::stdout(), "{:#}", simulator::scenario::schema())
}
