//! The crate graph, asked of Cargo once.
//!
//! Of `cargo tree` rather than `cargo metadata`: it follows only what this machine builds, so that
//! on a fresh one everything it asks for has been fetched, and no network is needed.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    process::Command,
    sync::LazyLock,
};

use serde_json::Value;

/// What Cargo says about this workspace.
pub(crate) static WORKSPACE: LazyLock<Workspace> = LazyLock::new(Workspace::ask);

/// What the guards judge.
pub(crate) struct Workspace {
    pub(crate) members: BTreeSet<String>,
    pub(crate) default_members: Vec<String>,
    /// What is linked into each crate; neither dev-dependencies nor macros that ran at build time.
    pub(crate) linked: Graph,
    /// Licence expression of everything that is built, tests and build scripts included.
    pub(crate) licences: BTreeMap<String, String>,
}

impl Workspace {
    fn ask() -> Self {
        let described = cargo(&["metadata", "--offline", "--no-deps", "--format-version", "1"]);
        let described: Value = serde_json::from_str(&described).expect("metadata is JSON");
        let list = |key| described.get(key).and_then(Value::as_array).expect("a list");
        let names: BTreeMap<&str, &str> = list("packages")
            .iter()
            .filter_map(|it| Some((it.get("id")?.as_str()?, it.get("name")?.as_str()?)))
            .collect();
        let default_members = list("workspace_default_members")
            .iter()
            .filter_map(|id| names.get(id.as_str()?))
            .map(|name| (*name).to_owned())
            .collect();

        let linked = tree(&["--edges", "normal,no-proc-macro", "--format", "{p}"]);
        let built = tree(&["--edges", "normal,build,dev", "--format", "{p}\t{l}"]);
        let licences = built
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .map(|(package, licence)| (first_word(package), licence.replace(" (*)", "")))
            .collect();
        Self {
            members: names.values().map(|name| (*name).to_owned()).collect(),
            default_members,
            linked: Graph::parse(&linked),
            licences,
        }
    }
}

/// Which crate links which, by name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Graph(BTreeMap<String, BTreeSet<String>>);

impl Graph {
    /// Reads `cargo tree --prefix depth`: a depth, a name, a version, and perhaps `(*)` where the
    /// branches were already listed.
    pub(crate) fn parse(tree: &str) -> Self {
        let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
        let mut above: Vec<String> = Vec::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let digits = line.find(|c: char| !c.is_ascii_digit()).unwrap_or(line.len());
            let (depth, package) = line.split_at(digits);
            let depth: usize = depth.parse().expect("a depth before each name");
            let name = first_word(package);
            above.truncate(depth);
            graph.entry(name.clone()).or_default();
            if let Some(parent) = above.last() {
                graph.entry(parent.clone()).or_default().insert(name.clone());
            }
            above.push(name);
        }
        Self(graph)
    }

    /// A made-up graph.
    pub(crate) fn of(links: &[(&str, &[&str])]) -> Self {
        let mut graph = BTreeMap::<String, BTreeSet<String>>::new();
        for (from, to) in links {
            for name in *to {
                graph.entry((*name).to_owned()).or_default();
                graph.entry((*from).to_owned()).or_default().insert((*name).to_owned());
            }
            graph.entry((*from).to_owned()).or_default();
        }
        Self(graph)
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Everything that `from` links, directly or through others, each with the path to it, without
    /// looking beneath what `stop` names.
    pub(crate) fn reach(
        &self,
        from: &str,
        stop: impl Fn(&str) -> bool,
    ) -> BTreeMap<String, String> {
        let mut reached = BTreeMap::new();
        let mut queue = VecDeque::from([(from.to_owned(), from.to_owned())]);
        while let Some((name, path)) = queue.pop_front() {
            for next in self.0.get(&name).into_iter().flatten() {
                if reached.contains_key(next) {
                    continue;
                }
                let path = format!("{path} -> {next}");
                reached.insert(next.clone(), path.clone());
                if !stop(next) {
                    queue.push_back((next.clone(), path));
                }
            }
        }
        reached
    }

    /// The shortest way from one crate to another.
    pub(crate) fn path(&self, from: &str, to: &str) -> Option<String> {
        assert!(self.has(from), "there is no crate {from} in the graph");
        self.reach(from, |_| false).remove(to)
    }
}

/// Whether `name` is one of `patterns`, where `*` stands for any ending.
pub(crate) fn is_any(name: &str, patterns: &[&str]) -> bool {
    patterns.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *pattern,
    })
}

fn tree(arguments: &[&str]) -> String {
    cargo(&[&["tree", "--offline", "--workspace", "--prefix", "depth"], arguments].concat())
}

fn first_word(text: &str) -> String {
    text.split_whitespace().next().unwrap_or_default().to_owned()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo is running this test, so it can be run again");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_read_by_depth_and_repeated_branches_are_kept() {
        let tree =
            "0a v0.1.0 (somewhere)\n1b v1.0.0\n2c v2.0.0\n1d v1.0.0\n\n0e v0.1.0\n1b v1 (*)\n";
        let expected =
            Graph::of(&[("a", &["b", "d"]), ("b", &["c"]), ("c", &[]), ("d", &[]), ("e", &["b"])]);
        assert_eq!(Graph::parse(tree), expected);
        assert_eq!(expected.path("e", "c").as_deref(), Some("e -> b -> c"));
        assert_eq!(expected.path("e", "d"), None);
    }
}
