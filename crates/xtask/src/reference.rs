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
/// Planted mistakes, with the plans that show them.
const MUTANTS: &str = "docs/reference/mutants.md";
/// Of the whole workspace: for one package, dependencies would be built again with fewer features.
const ARGUMENTS: [&str; 7] = [
    "build",
    "--quiet",
    "--workspace",
    "--example",
    "scenario_schema",
    "--example",
    "mutants_page",
];

/// Writes both files.
pub(crate) fn write(repository: &Repository) -> Result<(), Error> {
    for (path, text) in files(&Printed::by(repository)?)? {
        repository.write(path, &text)?;
    }
    Ok(())
}

/// Names each file that is not what the types say.
pub(crate) fn check(repository: &Repository) -> Result<Vec<Finding>, Error> {
    differences(repository, &Printed::by(repository)?)
}

fn differences(repository: &Repository, schema: &Printed) -> Result<Vec<Finding>, Error> {
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
fn files(printed: &Printed) -> Result<[(&'static str, String); 3], Error> {
    let Printed { schema, mutants } = printed;
    let value: Value = serde_json::from_str(schema)
        .map_err(|error| failed(format!("what it printed is no JSON: {error}")))?;
    let page = page::page(&value);
    Ok([(SCHEMA, schema.to_owned()), (PAGE, page), (MUTANTS, mutants.to_owned())])
}

/// What the examples of the simulator print.
struct Printed {
    schema: String,
    mutants: String,
}

impl Printed {
    fn by(repository: &Repository) -> Result<Self, Error> {
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        printed(build.args(ARGUMENTS).current_dir(repository.path("")))?;
        let example = |name: &str| {
            let program = repository.target().join("debug/examples").join(name);
            printed(Command::new(program).current_dir(repository.path("")))
        };
        Ok(Self { schema: example("scenario_schema")?, mutants: example("mutants_page")? })
    }
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

    fn sample() -> Printed {
        Printed { schema: SAMPLE.to_owned(), mutants: "# Mistakes\n".to_owned() }
    }

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
        for (path, text) in files(&sample()).unwrap() {
            checkout.write(path, &text).unwrap();
        }
        assert_eq!(differences(&checkout, &sample()).unwrap(), []);
    }

    #[test]
    fn a_page_that_was_edited_by_hand_and_a_missing_schema_are_each_named() {
        let checkout = Repository::scratch("reference-edited");
        let [_, (path, text), _] = files(&sample()).unwrap();
        checkout.write(path, &text.replacen("Its name.", "Something else.", 1)).unwrap();
        let found: Vec<_> = differences(&checkout, &sample()).unwrap();
        let paths: Vec<_> = found.iter().map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, [SCHEMA, PAGE, MUTANTS]);
        let line = text.lines().position(|line| line.contains("Its name.")).unwrap() + 1;
        assert_eq!(found[1].line, line);
    }

    #[test]
    fn the_page_has_a_table_for_each_table_of_the_format_and_a_row_for_each_key() {
        let [_, (_, page), _] = files(&sample()).unwrap();
        assert!(page.contains("| `name` | text | yes | Its name. |"), "{page}");
        assert!(page.contains("## `[[part]]`\n\nA part.\n"), "{page}");
        let row = "| `kind` | `\"a\"`, `\"b\"` | | Which \\| one. `\"a\"`: The first. |";
        assert!(page.contains(row), "{page}");
    }

    #[test]
    fn what_is_no_schema_is_refused() {
        let schema = "nonsense".to_owned();
        assert!(files(&Printed { schema, ..sample() }).is_err());
    }
}
