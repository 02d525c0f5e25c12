//! Prints the reference page of what is kept of a person.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    print!("{}", cloud_api::about_people::page());
}
