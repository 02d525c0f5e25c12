//! Rules about single lines of text, in whatever language.

use crate::{finding::Finding, tidy::source::Source};

/// A line has at most so many characters, URLs and data excepted.
pub(crate) const COLUMNS: usize = 100;
/// Unbroken words from this length on are data (hex, base64), which no line break can shorten.
const DATA_WORD: usize = 60;
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "todo!", "unimplemented!", "dbg!"];
const MACHINE: &[&str] = &["/work/", "/root/", "/home/", "/tmp/"];
const REGISTRIES: &[&str] = &[
    "crates.io",
    "deb.debian.org",
    "docker.io",
    "ghcr.io",
    "npmjs.com",
    "npmjs.org",
    "pypi.org",
    "pythonhosted.org",
    "proxy.golang.org",
];

/// Which of the rules hold for a file.
#[derive(Clone, Copy)]
pub(crate) struct Kind<'a> {
    /// Lines are held to [`COLUMNS`]; prose and tables in other files are not.
    columns: bool,
    /// Planted violations and the lists above are no violations.
    names_violations: bool,
    tests: Tests<'a>,
}

#[derive(Clone, Copy)]
enum Tests<'a> {
    Whole(bool),
    Lines(&'a Source),
}

impl<'a> Kind<'a> {
    /// A Rust file.
    pub(crate) fn rust(source: &'a Source, is_test: bool) -> Self {
        let tests = if is_test { Tests::Whole(true) } else { Tests::Lines(source) };
        Self { columns: true, names_violations: is_tidy(&source.path), tests }
    }

    /// What `path` is judged by; nothing where it is data, a picture or a licence.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let columns = match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "rs" | "proto" | "sh" | "py" | "js" | "mjs" | "cjs" | "ts" => true,
            "md" | "toml" | "yml" | "yaml" | "html" | "css" => false,
            _ if name == "run" => true,
            _ => return None,
        };
        let in_tests = path.split('/').any(|folder| folder == "tests");
        let tests = Tests::Whole(in_tests);
        Some(Self { columns, names_violations: is_tidy(path), tests })
    }

    fn is_test_line(&self, line: usize) -> bool {
        match self.tests {
            Tests::Whole(is_test) => is_test,
            Tests::Lines(source) => source.is_test_line(line),
        }
    }
}

fn is_tidy(path: &str) -> bool {
    path.starts_with("crates/xtask/src/tidy")
}

/// Judges every line of `text`.
pub(crate) fn check(path: &str, text: &str, kind: Kind<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let what = [
            trailing_whitespace(line),
            kind.columns.then(|| too_long(line)).flatten(),
            (!kind.names_violations).then(|| unfinished(line)).flatten(),
            (!kind.names_violations).then(|| registry(line)).flatten(),
            (!kind.names_violations && !kind.is_test_line(number))
                .then(|| machine_path(line))
                .flatten(),
        ];
        findings.extend(what.into_iter().flatten().map(|what| Finding::at(path, number, what)));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        let last = text.lines().count();
        findings.push(Finding::at(path, last, "ends without a newline; end it with one"));
    }
    if text.ends_with("\n\n") {
        let last = text.lines().count();
        findings.push(Finding::at(path, last, "ends in an empty line; end it with its last line"));
    }
    findings
}

fn trailing_whitespace(line: &str) -> Option<String> {
    (line.trim_end() != line).then(|| "ends in whitespace; end it with its last word".to_owned())
}

/// What is wrong with the length of `line`.
pub(crate) fn too_long(line: &str) -> Option<String> {
    let columns = line.chars().count();
    let is_data =
        line.split_whitespace().any(|word| word.contains("://") || word.len() >= DATA_WORD);
    (columns > COLUMNS && !is_data)
        .then(|| format!("has {columns} columns; at most {COLUMNS}, URLs and data excepted"))
}

fn unfinished(line: &str) -> Option<String> {
    let word = UNFINISHED.iter().find(|word| has_word(line, word))?;
    Some(format!("says {word}; finish it, or open an issue and say here what is true now"))
}

fn registry(line: &str) -> Option<String> {
    let host = REGISTRIES.iter().find(|host| has_word(line, host))?;
    Some(format!("names the registry {host}; leave that to the configuration of the machine"))
}

fn machine_path(line: &str) -> Option<String> {
    let path = MACHINE.iter().find(|path| has_word(line, path))?;
    Some(format!("names {path}, a path of one machine; use one relative to the repository"))
}

/// Whether `word` occurs and is not the middle of a longer word or path.
fn has_word(line: &str, word: &str) -> bool {
    let part_of_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    line.match_indices(word).any(|(start, _)| {
        let before = line.get(..start).and_then(|head| head.chars().next_back());
        let after = line.get(start.saturating_add(word.len())..).and_then(|t| t.chars().next());
        let path = word.starts_with('/');
        let starts = !before
            .is_some_and(|c| part_of_word(c) || (path && matches!(c, '.' | '}' | '~' | '-')));
        let ends = path || word.ends_with('!') || !after.is_some_and(part_of_word);
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whitespace_at_the_end_of_a_line_is_found() {
        assert_eq!(found("fn a() {} \n"), [(1, "ends in whitespace")]);
    }

    #[test]
    fn the_end_of_a_file_is_one_newline() {
        assert_eq!(found("fn a() {}"), [(1, "ends without a newline")]);
        assert_eq!(found("fn a() {}\n\n"), [(2, "ends in an empty line")]);
    }

    #[test]
    fn a_line_over_100_columns_is_found_unless_it_is_a_url_or_data() {
        let words = |columns: usize| format!("{}\n", "word ".repeat(columns / 5).trim_end());
        assert_eq!(found(&words(100)), []);
        assert_eq!(found(&words(105)), [(1, "has 104 columns")]);
        assert_eq!(found(&format!("let a = \"{}\";\n", "0f".repeat(60))), []);
        assert_eq!(found(&format!("// see https://example.org/{}\n", "a/".repeat(50))), []);
    }

    #[test]
    fn prose_may_have_long_lines() {
        let kind = Kind::of("README.md").unwrap();
        assert_eq!(check("README.md", &format!("{}word\n", "word ".repeat(40)), kind), []);
    }

    #[test]
    fn unfinished_work_is_found_but_not_inside_other_words() {
        for planted in ["// TODO: later", "// FIXME", "// XXX", "todo!()", "unimplemented!(\"x\")"]
        {
            let [(line, what)] = <[_; 1]>::try_from(found(&format!("{planted}\n"))).unwrap();
            assert_eq!(line, 1);
            assert!(what.starts_with("says "), "{planted}: {what}");
        }
        assert_eq!(found("let a = dbg!(b);\n"), [(1, "says dbg!")]);
        assert_eq!(found("// Noise_XXfallback, mastodons, pseudotodo!\n"), []);
    }

    #[test]
    fn a_registry_host_is_found_in_tests_too() {
        let kind = Kind::of("tests/peers/run.sh").unwrap();
        let findings = check("tests/peers/run.sh", "curl https://registry.npmjs.org/x\n", kind);
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(found("// on crates.io\n"), [(1, "names the registry crates.io")]);
    }

    #[test]
    fn a_path_of_one_machine_is_found_outside_tests() {
        for planted in ["/work/main", "\"/tmp/x\"", "/home/me", "=/root/.cargo"] {
            assert_eq!(found(&format!("// {planted}\n")).len(), 1, "{planted}");
        }
        assert_eq!(found("// docs/work/plan, target/tmp/x, ${OUT}/tmp/x, ../root/a\n"), []);
        assert_eq!(found("#[cfg(test)]\nmod tests {\n    const A: &str = \"/tmp/x\";\n}\n"), []);
        let kind = Kind::of("tests/peers/run.sh").unwrap();
        assert_eq!(check("tests/peers/run.sh", "cd /tmp/x\n", kind), []);
    }

    /// Line and the words before the semicolon, of each finding.
    fn found(text: &str) -> Vec<(usize, &'static str)> {
        let kind = Kind { columns: true, names_violations: false, tests: Tests::Whole(false) };
        let source = Source::parse("planted.rs", text.to_owned()).ok();
        let kind = source.as_ref().map_or(kind, |source| Kind::rust(source, false));
        let findings = check("planted.rs", text, kind);
        findings
            .into_iter()
            .map(|finding| {
                let what = finding.what.split([';', ',']).next().unwrap().to_owned();
                (finding.line, &*what.leak())
            })
            .collect()
    }
}
