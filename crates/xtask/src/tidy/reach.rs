//! No file that nothing reaches: from every Cargo target along `mod`, `#[path]` and `include!`.

use std::{
    collections::{BTreeMap, VecDeque},
    process::Command,
};

use serde_json::Value;
use syn::{Attribute, Expr, ItemMod, Lit, LitStr, Macro, Meta, visit::Visit};

use crate::{
    finding::{Error, Finding},
    repository::Repository,
    tidy::source::{Source, is_cfg_test},
};

/// What a file is compiled for. A file that is compiled for both is code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Test,
    Code,
}

impl Purpose {
    pub(crate) fn is_test(self) -> bool {
        self == Self::Test
    }
}

/// The root file of every Cargo target of every manifest in the repository.
pub(crate) fn cargo_roots(
    repository: &Repository,
    files: &[String],
) -> Result<BTreeMap<String, Purpose>, Error> {
    let manifests: Vec<_> =
        files.iter().filter(|path| path.rsplit('/').next() == Some("Cargo.toml")).collect();
    let (mut roots, mut described) = (BTreeMap::new(), Vec::new());
    // Shortest first: a workspace describes its members, so they need not be asked.
    let mut by_length = manifests;
    by_length.sort_by_key(|path| path.len());
    for manifest in by_length {
        if described.contains(manifest) {
            continue;
        }
        for package in packages(repository, manifest)? {
            described.extend(package.manifest);
            roots.extend(package.roots);
        }
    }
    Ok(roots)
}

struct Package {
    manifest: Option<String>,
    roots: Vec<(String, Purpose)>,
}

fn packages(repository: &Repository, manifest: &str) -> Result<Vec<Package>, Error> {
    let failed =
        |why: String| Error::Program { program: format!("cargo metadata of {manifest}"), why };
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(repository.path(manifest))
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    let metadata: Value =
        serde_json::from_slice(&output.stdout).map_err(|error| failed(error.to_string()))?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let relative = |value: Option<&Value>| repository.relative(value?.as_str()?);
    let packages = metadata.get("packages").map(list).unwrap_or_default();
    Ok(packages
        .iter()
        .map(|package| Package {
            manifest: relative(package.get("manifest_path")),
            roots: package
                .get("targets")
                .map(list)
                .unwrap_or_default()
                .iter()
                .filter_map(|target| {
                    Some((relative(target.get("src_path"))?, purpose(package, target)))
                })
                .collect(),
        })
        .collect())
}

/// Tests and benches are tests; so is everything in the package that is called so.
fn purpose(package: &Value, target: &Value) -> Purpose {
    let kinds = target.get("kind").and_then(Value::as_array).cloned().unwrap_or_default();
    let is_test = kinds.iter().any(|kind| kind == "test" || kind == "bench")
        || package.get("name").is_some_and(|name| name == "tests");
    if is_test { Purpose::Test } else { Purpose::Code }
}

/// Every file reached from `roots`, and what for.
pub(crate) fn follow(
    roots: &BTreeMap<String, Purpose>,
    sources: &BTreeMap<String, Source>,
) -> BTreeMap<String, Purpose> {
    let mut reached = BTreeMap::new();
    let mut queue: VecDeque<_> =
        roots.iter().map(|(path, purpose)| (path.clone(), *purpose, true)).collect();
    while let Some((path, purpose, is_root)) = queue.pop_front() {
        if reached.get(&path).is_some_and(|known| *known >= purpose) {
            continue;
        }
        let Some(source) = sources.get(&path) else { continue };
        reached.insert(path.clone(), purpose);
        for link in links(source, is_root) {
            let purpose = if link.is_test { Purpose::Test } else { purpose };
            let existing = link.candidates.into_iter().find(|path| sources.contains_key(path));
            queue.extend(existing.map(|path| (path, purpose, link.is_root)));
        }
    }
    reached
}

/// Files that are compiled into nothing.
pub(crate) fn unreached(
    sources: &BTreeMap<String, Source>,
    reached: &BTreeMap<String, Purpose>,
) -> Vec<Finding> {
    let what = "is reached by no `mod` and no Cargo target; declare it or delete it";
    let dead = sources.keys().filter(|path| !reached.contains_key(*path));
    dead.map(|path| Finding::whole(path, what)).collect()
}

/// One way out of a file, to the first of `candidates` that exists.
struct Link {
    candidates: Vec<String>,
    is_test: bool,
    /// Whether its own modules lie beside it rather than in a folder of its name.
    is_root: bool,
}

fn links(source: &Source, is_root: bool) -> Vec<Link> {
    let (folder, name) = source.path.rsplit_once('/').unwrap_or(("", &source.path));
    let stem = name.strip_suffix(".rs").unwrap_or(name);
    let modules = if is_root || stem == "mod" { folder.to_owned() } else { join(folder, stem) };
    let mut links =
        Links { folder, modules, inline: Vec::new(), is_test: false, links: Vec::new() };
    links.visit_file(&source.syntax);
    links.links
}

struct Links<'a> {
    /// Of this file.
    folder: &'a str,
    /// Where its modules are looked for.
    modules: String,
    /// Names of the inline modules around the place visited.
    inline: Vec<String>,
    is_test: bool,
    links: Vec<Link>,
}

impl Links<'_> {
    fn module(&mut self, item: &ItemMod) {
        let name = item.ident.to_string();
        let is_test = self.is_test;
        let around = self.inline.iter().fold(self.modules.clone(), |at, name| join(&at, name));
        let link = match item.attrs.iter().find_map(path_attribute) {
            Some(path) => {
                let from = if self.inline.is_empty() { self.folder } else { &around };
                Link { candidates: vec![join(from, &path)], is_test, is_root: true }
            }
            None => {
                let candidates = vec![
                    join(&around, &format!("{name}.rs")),
                    join(&around, &format!("{name}/mod.rs")),
                ];
                Link { candidates, is_test, is_root: false }
            }
        };
        self.links.push(link);
    }
}

impl<'ast> Visit<'ast> for Links<'_> {
    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let outside = self.is_test;
        self.is_test = outside || item.attrs.iter().any(is_cfg_test);
        if item.content.is_none() {
            self.module(item);
        } else {
            self.inline.push(item.ident.to_string());
            syn::visit::visit_item_mod(self, item);
            self.inline.pop();
        }
        self.is_test = outside;
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if call.path.is_ident("include")
            && let Ok(path) = call.parse_body::<LitStr>()
        {
            let candidates = vec![join(self.folder, &path.value())];
            self.links.push(Link { candidates, is_test: self.is_test, is_root: true });
        }
    }
}

/// The value of `#[path = "..."]`.
fn path_attribute(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    let Expr::Lit(literal) = &pair.value else { return None };
    let Lit::Str(text) = &literal.lit else { return None };
    pair.path.is_ident("path").then(|| text.value())
}

/// `folder/path` with `.` and `..` resolved.
fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_no_mod_names_is_found() {
        let sources =
            sources(&[("a/src/lib.rs", "mod used;"), ("a/src/used.rs", ""), ("a/src/dead.rs", "")]);
        let reached = follow(&root("a/src/lib.rs"), &sources);
        let found: Vec<_> = unreached(&sources, &reached).into_iter().map(|it| it.path).collect();
        assert_eq!(found, ["a/src/dead.rs"]);
    }

    #[test]
    fn modules_are_found_in_every_way_that_rust_finds_them() {
        let sources = sources(&[
            (
                "a/src/lib.rs",
                "mod one; mod two; mod in_line { mod deep; } #[path = \"../x/odd.rs\"] mod odd;",
            ),
            ("a/src/one.rs", "mod inner; const A: &str = include!(\"table.rs\");"),
            ("a/src/one/inner.rs", ""),
            ("a/src/table.rs", "\"\""),
            ("a/src/two/mod.rs", "mod beside;"),
            ("a/src/two/beside.rs", ""),
            ("a/src/in_line/deep.rs", ""),
            ("a/x/odd.rs", "mod near;"),
            ("a/x/near.rs", ""),
        ]);
        let reached = follow(&root("a/src/lib.rs"), &sources);
        assert_eq!(unreached(&sources, &reached), []);
        assert_eq!(reached.len(), 8, "an expression such as table.rs is no file of items");
    }

    #[test]
    fn what_is_reached_through_cfg_test_alone_is_test() {
        let sources = sources(&[
            ("a/src/lib.rs", "mod code; #[cfg(test)] mod tests;"),
            ("a/src/code.rs", ""),
            ("a/src/tests.rs", "mod helper;"),
            ("a/src/tests/helper.rs", ""),
        ]);
        let reached = follow(&root("a/src/lib.rs"), &sources);
        let purposes: Vec<_> = reached.values().copied().collect();
        assert_eq!(purposes, [Purpose::Code, Purpose::Code, Purpose::Test, Purpose::Test]);
    }

    #[test]
    fn cargo_knows_the_roots_of_this_repository() {
        let repository = Repository::of_this_build();
        let roots = cargo_roots(&repository, &repository.files().unwrap()).unwrap();
        assert_eq!(roots.get("crates/xtask/src/main.rs"), Some(&Purpose::Code));
        assert_eq!(roots.get("tests/lib.rs"), Some(&Purpose::Test));
    }

    fn root(path: &str) -> BTreeMap<String, Purpose> {
        BTreeMap::from([(path.to_owned(), Purpose::Code)])
    }

    fn sources(files: &[(&str, &str)]) -> BTreeMap<String, Source> {
        let parse = |path: &str, text: &str| Source::parse(path, text.to_owned()).ok();
        files
            .iter()
            .filter_map(|(path, text)| Some(((*path).to_owned(), parse(path, text)?)))
            .collect()
    }
}
