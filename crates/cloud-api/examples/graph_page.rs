//! Prints the reference page of Graph's operations.

#![allow(clippy::print_stdout, reason = "that is what it is for")]

fn main() {
    print!("{}", cloud_api::graph_page());
}
