//! The hops that use `std` name nothing of the world: no file, socket, thread, process or clock.
//!
//! The other pure crates are `no_std`, so that they cannot. What a hop reaches through other crates
//! is judged by the crate graph, in `tests/architecture.rs`.

use syn::{Path, UseTree, spanned::Spanned as _, visit::Visit};

use crate::{finding::Finding, tidy::source::Source};

const HOPS_WITH_STD: &[&str] = &["crates/cloud-api/", "crates/business/", "crates/meta/"];
const WORLD: &[&str] = &["env", "fs", "io", "net", "os", "process", "thread", "time"];

/// Every `std::WORLD` in a hop, outside its tests.
pub(crate) fn check(source: &Source, is_test: bool) -> Vec<Finding> {
    let is_hop = HOPS_WITH_STD.iter().any(|hop| source.path.starts_with(hop));
    if is_test || !is_hop {
        return Vec::new();
    }
    let mut visitor = World { source, findings: Vec::new() };
    visitor.visit_file(&source.syntax);
    visitor.findings
}

struct World<'a> {
    source: &'a Source,
    findings: Vec<Finding>,
}

impl World<'_> {
    fn judge(&mut self, line: usize, module: &str) {
        if WORLD.contains(&module) && !self.source.is_test_line(line) {
            let what = format!(
                "names `std::{module}`; a hop is pure: what it wants from the world is an output"
            );
            self.findings.push(Finding::at(&self.source.path, line, what));
        }
    }

    /// What is taken directly from `std`.
    fn taken(&mut self, tree: &UseTree) {
        let line = tree.span().start().line;
        if let UseTree::Group(group) = tree {
            group.items.iter().for_each(|tree| self.taken(tree));
        } else if let UseTree::Path(path) = tree {
            self.judge(line, &path.ident.to_string());
        } else if let UseTree::Name(name) = tree {
            self.judge(line, &name.ident.to_string());
        } else if let UseTree::Rename(rename) = tree {
            self.judge(line, &rename.ident.to_string());
        }
    }
}

impl<'ast> Visit<'ast> for World<'_> {
    fn visit_use_path(&mut self, path: &'ast syn::UsePath) {
        if path.ident == "std" {
            self.taken(&path.tree);
        }
        syn::visit::visit_use_path(self, path);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        let mut segments = path.segments.iter();
        if let (Some(first), Some(second)) = (segments.next(), segments.next())
            && first.ident == "std"
        {
            self.judge(first.ident.span().start().line, &second.ident.to_string());
        }
        syn::visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hop_that_names_the_world_is_found_however_it_says_it() {
        for planted in [
            "use std::fs;",
            "use std::{collections::BTreeMap, net::TcpStream};",
            "use std::thread as t;",
            "fn a() { let now = std::time::Instant::now(); }",
        ] {
            assert_eq!(found("crates/meta/src/lib.rs", planted), 1, "{planted}");
        }
    }

    #[test]
    fn other_crates_and_tests_and_words_of_std_are_no_world() {
        assert_eq!(found("crates/blindpost/src/main.rs", "use std::fs;"), 0);
        assert_eq!(found("crates/meta/src/lib.rs", "use std::{collections::BTreeMap, fmt};"), 0);
        let test = "#[cfg(test)] mod tests { use std::fs; }";
        assert_eq!(found("crates/meta/src/lib.rs", test), 0);
    }

    fn found(path: &str, text: &str) -> usize {
        let source = Source::parse(path, text.to_owned()).ok();
        source.map_or(usize::MAX, |source| check(&source, false).len())
    }
}
