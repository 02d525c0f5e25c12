//! The reference page of the catalogue: every code, how it looks, and what becomes of it here.

use std::fmt::Write as _;

use super::{
    CATALOGUE, Known,
    standing::{STANDING, Standing},
};

/// `docs/reference/errors.md`.
pub fn page() -> String {
    let of = |row: &Known| STANDING.iter().find(|(code, _)| *code == row.code);
    let rows = || CATALOGUE.iter().filter_map(|row| Some((row, of(row)?.1)));
    let mut page = String::from(HEAD);
    for (row, standing) in rows() {
        if let Standing::Produced(file) = standing {
            let Known { status, title, details, .. } = row;
            let (code, test) = (code(row), file.trim_start_matches("crates/"));
            // Writing to a String cannot fail.
            let _ = writeln!(page, "| {code} | {status} | {title} | {details} | `{test}` |");
        }
    }
    page.push_str(IMPOSSIBLE);
    for (row, standing) in rows() {
        if let Standing::Impossible(why) = standing {
            let Known { status, title, .. } = row;
            let _ = writeln!(page, "| {} | {status} | {title} | {why} |", code(row));
        }
    }
    page
}

fn code(row: &Known) -> String {
    let Known { code, last, .. } = row;
    if code == last { code.to_string() } else { format!("{code} to {last}") }
}

/// What stands above the codes that are produced.
const HEAD: &str = concat!(
    "# Errors\n\n",
    "Made from `CATALOGUE` and `STANDING` in `crates/cloud-api/src/errors` by ",
    "`cargo run -q -p cloud-api --example errors_page`; a test compares the two, and holds every ",
    "code that is said to be produced to the file of tests that names it.\n\n",
    "## How one looks\n\n",
    "An answer has the error under `error`: `message`, which is the code and the title, ",
    "`type`, `code`, `fbtrace_id`, which names this answer and no other, and `error_data` ",
    "with `messaging_product` and `details`; some have an `error_subcode`. Requests that ",
    "never reach WhatsApp are answered with a sentence of Graph's own and without ",
    "`error_data`: 190 with subcode 463 for a token that is nobody's, 100 with subcode 33 for ",
    "an object or an operation that is not there (with 404 for the address of a file), 1 for ",
    "an app and a secret that do not belong together, 2 while nobody can say whose a token ",
    "is, 2500 for a path that is none, 2200 for a server that did not answer its challenge, ",
    "12 for a parameter that newer versions do not have. A body that is longer than is read ",
    "is 100 with 413.\n\n",
    "What goes wrong after a message was accepted is no answer but a status `failed`, whose ",
    "`errors` have `code`, `title`, `message`, `error_data.details` and `href`; the HTTP ",
    "status of the table is then nobody's. Whom a limit stops is answered with 400, not with ",
    "429.\n\n",
    "## What a test produces\n\n",
    "Files are named below `crates`.\n\n",
    "| code | HTTP | title | when | tests |\n",
    "|---|---|---|---|---|\n",
);

/// What stands above the others.
const IMPOSSIBLE: &str = concat!(
    "\n## What cannot occur here by itself\n\n",
    "A client can still be shown each of these: `POST /_blindpost/faults` with ",
    "`{\"sends\":{\"code\":N}}` has calls that send answered with any code of both tables.\n\n",
    "| code | HTTP | title | why not |\n",
    "|---|---|---|---|\n",
);
