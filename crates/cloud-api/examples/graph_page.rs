//! Prints the reference page of Graph's operations.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    print!("{}", cloud_api::graph_page());
}
