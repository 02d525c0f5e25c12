//! The reference page of the scenario format and its JSON Schema, made from the types that read it.
//!
//! This program links no crate of the workspace, so it asks an example of the simulator.

mod page;

use std::process::Command;

use serde_json::Value;

use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

const SCHEMA: &str = "docs/reference/scenario.schema.json";
const PAGE: &str = "docs/reference/scenario.md";
/// Of the whole workspace: for one package, dependencies would be built again with fewer features.
const ARGUMENTS: [&str; 5] = ["build", "--quiet", "--workspace", "--example", "scenario_schema"];

/// Writes both files.
pub(crate) fn write(repository: &Repository) -> Result<(), Error> {
    for (path, text) in files(&schema(repository)?)? {
        repository.write(path, &text)?;
    }
    Ok(())
}

/// Names each file that is not what the types say.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Finding>, Error> {
    differences(repository, &schema(repository)?)
}

fn differences(repository: &Repository, schema: &str) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for (path, expected) in files(schema)? {
        let found = match repository.path(path).is_file() {
            true => repository.read(path)?,
            false => String::new(),
        };
        if found != expected {
            let lines = found.lines().zip(expected.lines());
            let same = lines.take_while(|(found, expected)| found == expected).count();
            let what = "is not what the types say; run `cargo xtask reference`";
            findings.push(Finding::at(path, same.saturating_add(1), what));
        }
    }
    Ok(findings)
}

/// What each file has to say.
fn files(schema: &str) -> Result<[(&'static str, String); 2], Error> {
    let value: Value = serde_json::from_str(schema)
        .map_err(|error| failed(format!("what it printed is no JSON: {error}")))?;
    Ok([(SCHEMA, schema.to_owned()), (PAGE, page::page(&value))])
}

fn schema(repository: &Repository) -> Result<String, Error> {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    printed(build.args(ARGUMENTS).current_dir(repository.path("")))?;
    printed(&mut Command::new(repository.target().join("debug/examples/scenario_schema")))
}

fn printed(command: &mut Command) -> Result<String, Error> {
    let output = command.output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
}

fn failed(why: String) -> Error {
    Error::Program { program: format!("cargo {}", ARGUMENTS.join(" ")), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = r##"{
        "title": "Things", "description": "What there is.",
        "properties": {
            "name": { "type": "string", "description": "Its name." },
            "part": {
                "type": "array", "items": { "$ref": "#/$defs/Part" }, "description": "A part."
            }
        },
        "required": ["name"],
        "$defs": {
            "Part": {
                "type": "object",
                "properties": {
                    "kind": {
                        "oneOf": [
                            { "const": "a", "description": "The first." }, { "const": "b" }
                        ],
                        "description": "Which | one."
                    }
                }
            }
        }
    }"##;

    #[test]
    fn what_was_written_is_what_the_check_expects() {
        let checkout = Repository::scratch("reference-same");
        for (path, text) in files(SAMPLE).unwrap() {
            checkout.write(path, &text).unwrap();
        }
        assert_eq!(differences(&checkout, SAMPLE).unwrap(), []);
    }

    #[test]
    fn a_page_that_was_edited_by_hand_and_a_missing_schema_are_each_named() {
        let checkout = Repository::scratch("reference-edited");
        let [_, (path, text)] = files(SAMPLE).unwrap();
        checkout.write(path, &text.replacen("Its name.", "Something else.", 1)).unwrap();
        let found: Vec<_> = differences(&checkout, SAMPLE).unwrap();
        let paths: Vec<_> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, [SCHEMA, PAGE]);
        let line = text.lines().position(|line| line.contains("Its name.")).unwrap() + 1;
        assert_eq!(found[1].line, line);
    }

    #[test]
    fn the_page_has_a_table_for_each_table_of_the_format_and_a_row_for_each_key() {
        let [_, (_, page)] = files(SAMPLE).unwrap();
        assert!(page.contains("| `name` | text | yes | Its name. |"), "{page}");
        assert!(page.contains("## `[[part]]`\n\nA part.\n"), "{page}");
        let row = "| `kind` | `\"a\"`, `\"b\"` | | Which \\| one. `\"a\"`: The first. |";
        assert!(page.contains(row), "{page}");
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        assert!(files("nonsense").is_err());
    }
}
