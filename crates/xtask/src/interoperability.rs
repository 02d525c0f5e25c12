//! The page that says which other implementations ours was played against, and how it went.
//!
//! Made from what `tests/peers/run` leaves: the rows of its matrix, and a report of the suite for
//! each. The page has no date: it changes when a peer, a case or a verdict does.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

use serde_json::Value;

use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

const PAGE: &str = "docs/reference/interoperability.md";
const HEADER: &str = "\
# Interoperability

Our engine against other people's implementations, as `tests/peers/run` plays the conformance \
suite against them. A row is a profile that a peer speaks; *it initiates* and *it responds* are \
the two roles of the peer. What it is known to fail has its reason below, and the run fails when \
anything else does, or when one of these passes.

Written by `cargo xtask interoperability` from the reports of a run; do not edit it.

| peer | version | from | licence | profile | it initiates | it responds |
|---|---|---|---|---|---|---|
";

/// Writes the page from the reports in `results`.
pub(crate) fn write(repository: &Repository, results: &str) -> Result<(), Error> {
    repository.write(PAGE, &page(&Run::read(&repository.path(results))?)?)
}

/// Says where the page is not what the reports in `results` say.
pub(crate) fn check(repository: &Repository, results: &str) -> Result<Vec<Finding>, Error> {
    let expected = page(&Run::read(&repository.path(results))?)?;
    let found = match repository.path(PAGE).is_file() {
        true => repository.read(PAGE)?,
        false => String::new(),
    };
    if found == expected {
        return Ok(Vec::new());
    }
    let same = found.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count();
    let wanted = expected.lines().nth(same).unwrap_or("no further line");
    let what = format!(
        "is not what the reports say, which is {wanted:?}; run `cargo xtask interoperability \
         {results}`"
    );
    Ok(vec![Finding::at(PAGE, same.saturating_add(1), what)])
}

/// The rows of the matrix, and the results of each in its order.
struct Run(Vec<(Value, Vec<Value>)>);

impl Run {
    fn read(folder: &Path) -> Result<Self, Error> {
        let mut run = Vec::new();
        for peer in list(&parsed(&folder.join("matrix.json"))?) {
            let name = format!("{}-{}.json", text(&peer, "name")?, text(&peer, "version")?);
            let report = parsed(&folder.join(name))?;
            run.push((peer, report.get("results").map(list).unwrap_or_default()));
        }
        Ok(Self(run))
    }
}

fn parsed(path: &Path) -> Result<Value, Error> {
    let text = fs::read_to_string(path).map_err(Error::file(path))?;
    serde_json::from_str(&text).map_err(|error| failed(format!("{}: {error}", path.display())))
}

fn failed(why: String) -> Error {
    Error::Program { program: "tests/peers/run".to_owned(), why }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, Error> {
    let found = value.get(field).and_then(Value::as_str);
    found.ok_or_else(|| failed(format!("a report without {field}: {value:.100}")))
}

/// The whole page.
fn page(run: &Run) -> Result<String, Error> {
    let (mut rows, mut known) = (HEADER.to_owned(), String::new());
    for (peer, results) in &run.0 {
        for profile in peer.get("profiles").map(list).unwrap_or_default() {
            let profile = profile.as_str().unwrap_or_default();
            let about = ["name", "version", "from", "licence"].map(|field| text(peer, field));
            for word in about {
                let _infallible = write!(rows, "| {} ", word?);
            }
            let roles = ["initiates", "responds"].map(|role| cell(results, profile, role));
            let [initiates, responds] = roles;
            let _infallible = writeln!(rows, "| `{profile}` | {} | {} |", initiates?, responds?);
        }
        known.push_str(&known_failures(peer, results)?);
    }
    Ok(rows + &known)
}

/// How the cases of one profile and role went, in numbers.
fn cell(results: &[Value], profile: &str, role: &str) -> Result<String, Error> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for result in results {
        if text(result, "profile")? == profile && text(result, "role")? == role {
            let count = counts.entry(text(result, "verdict")?).or_default();
            *count = count.saturating_add(1);
        }
    }
    let order = ["passed", "known", "unsupported"];
    if let Some(verdict) = counts.keys().find(|verdict| !order.contains(verdict)) {
        return Err(failed(format!("a case that {role} in {profile} is {verdict:?}")));
    }
    let counted = order.iter().filter_map(|verdict| Some((verdict, counts.get(verdict)?)));
    Ok(counted.map(|(verdict, count)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", "))
}

/// A table of what one peer is known to fail and what is not played; nothing where that is nothing.
fn known_failures(peer: &Value, results: &[Value]) -> Result<String, Error> {
    let mut cases: BTreeMap<(&str, &str, &str), BTreeSet<String>> = BTreeMap::new();
    for result in results.iter().filter(|result| text(result, "verdict").is_ok_and(is_known)) {
        // What was found this time follows the reason; another run may find it with other bytes.
        let (reason, _) =
            text(result, "reason").map(|r| r.split_once(" (found: ").unwrap_or((r, "")))?;
        let case = (text(result, "id")?, text(result, "level")?, reason);
        let place = format!("`{}` {}", text(result, "profile")?, text(result, "role")?);
        cases.entry(case).or_default().insert(place);
    }
    let skipped = peer.get("skip").and_then(Value::as_object);
    if cases.is_empty() && skipped.is_none() {
        return Ok(String::new());
    }
    let (name, version) = (text(peer, "name")?, text(peer, "version")?);
    let mut table = format!("\n## What {name} {version} is known to fail\n\n");
    table.push_str("| case | level | where | why |\n|---|---|---|---|\n");
    for ((id, level, reason), places) in cases {
        let places = places.into_iter().collect::<Vec<_>>().join(", ");
        let _infallible = writeln!(table, "| `{id}` | {level} | {places} | {reason} |");
    }
    for (id, reason) in skipped.into_iter().flatten() {
        let reason = reason.as_str().unwrap_or_default();
        let _infallible = writeln!(table, "| `{id}` | | not played | {reason} |");
    }
    Ok(table)
}

fn is_known(verdict: &str) -> bool {
    verdict == "known"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn result(id: &str, role: &str, verdict: &str) -> Value {
        json!({"id": id, "level": "MUST", "profile": "v3", "role": role, "verdict": verdict,
            "reason": "it keeps one session (found: c0ffee)"})
    }

    fn run(results: Vec<Value>) -> Run {
        let peer = json!({"name": "other", "version": "1.2", "from": "npm", "licence": "MIT",
            "profiles": ["v3"], "skip": {"a.three": "it takes an hour"}});
        Run(vec![(peer, results)])
    }

    #[test]
    fn a_row_counts_the_cases_of_both_roles() {
        let results = vec![
            result("a.one", "initiates", "passed"),
            result("a.two", "initiates", "passed"),
            result("a.one", "responds", "known"),
            result("a.two", "responds", "unsupported"),
        ];
        let page = page(&run(results)).unwrap();
        let row = "| other | 1.2 | npm | MIT | `v3` | 2 passed | 1 known, 1 unsupported |\n";
        assert!(page.contains(row), "{page}");
        let known = "| `a.one` | MUST | `v3` responds | it keeps one session |\n";
        assert!(page.contains(known), "{page}");
        assert!(page.contains("| `a.three` | | not played | it takes an hour |\n"), "{page}");
    }

    #[test]
    fn a_run_that_was_not_as_expected_gives_no_page() {
        for verdict in ["failed", "unexpected pass"] {
            let error = page(&run(vec![result("a.one", "initiates", verdict)])).unwrap_err();
            assert!(error.to_string().contains(verdict), "{error}");
        }
    }

    #[test]
    fn a_page_that_was_edited_is_found_by_its_line() {
        let repository = Repository::scratch("interoperability");
        let Run(rows) = run(vec![result("a.one", "initiates", "passed")]);
        for (peer, results) in rows {
            let matrix = json!([peer]).to_string();
            repository.write("results/matrix.json", &matrix).unwrap();
            let report = json!({ "results": results }).to_string();
            repository.write("results/other-1.2.json", &report).unwrap();
        }
        write(&repository, "results").unwrap();
        assert_eq!(check(&repository, "results").unwrap(), []);

        let edited = repository.read(PAGE).unwrap().replace("1 passed", "2 passed");
        repository.write(PAGE, &edited).unwrap();
        let [finding] = <[_; 1]>::try_from(check(&repository, "results").unwrap()).unwrap();
        assert_eq!(finding.line, 9);
    }
}
