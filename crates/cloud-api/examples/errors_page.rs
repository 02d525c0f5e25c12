//! Prints the reference page of errors.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    print!("{}", cloud_api::errors::page());
}
