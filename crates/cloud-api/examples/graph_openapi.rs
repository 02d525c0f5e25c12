//! Prints the description of the Graph interface in OpenAPI.

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

fn main() {
    print!("{}", cloud_api::graph_openapi_page());
}
