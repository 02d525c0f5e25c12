//! One Rust file, as text and as syntax.

use std::ops::RangeInclusive;

use proc_macro2::Span;
use syn::{Attribute, Item, Meta, spanned::Spanned as _, visit::Visit};

use crate::finding::Finding;

/// A file that parses.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) syntax: syn::File,
    /// Lines of items under `#[cfg(test)]`.
    test_lines: Vec<RangeInclusive<usize>>,
}

impl Source {
    /// Parses `text`, or says where it is not Rust.
    pub(crate) fn parse(path: &str, text: String) -> Result<Self, Finding> {
        let syntax = syn::parse_file(&text).map_err(|error| {
            Finding::at(path, error.span().start().line, format!("is not Rust: {error}"))
        })?;
        let mut regions = TestRegions(Vec::new());
        regions.visit_file(&syntax);
        Ok(Self { path: path.to_owned(), text, syntax, test_lines: regions.0 })
    }

    /// Whether a program wrote it.
    pub(crate) fn is_generated(&self) -> bool {
        self.text.starts_with("// Generated from ")
    }

    /// Whether `line` is compiled into tests alone.
    pub(crate) fn is_test_line(&self, line: usize) -> bool {
        self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// How many lines are compiled into more than tests.
    pub(crate) fn lines_without_tests(&self) -> usize {
        (1..=self.text.lines().count()).filter(|line| !self.is_test_line(*line)).count()
    }
}

struct TestRegions(Vec<RangeInclusive<usize>>);

impl<'ast> Visit<'ast> for TestRegions {
    fn visit_item(&mut self, item: &'ast Item) {
        if attributes_of(item).iter().any(is_cfg_test) {
            self.0.push(lines_of(item.span()));
        } else {
            syn::visit::visit_item(self, item);
        }
    }
}

/// First to last line of `span`.
pub(crate) fn lines_of(span: Span) -> RangeInclusive<usize> {
    span.start().line..=span.end().line
}

/// `#[cfg(test)]` or `#[cfg(all(test, ...))]`: what it is on exists in tests alone.
pub(crate) fn is_cfg_test(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let condition: String =
        list.tokens.to_string().chars().filter(|c| !c.is_whitespace()).collect();
    let all = condition.strip_prefix("all(").and_then(|rest| rest.strip_suffix(')'));
    let is_test = |all: &str| all.split(',').any(|part| part == "test");
    list.path.is_ident("cfg") && (condition == "test" || all.is_some_and(is_test))
}

/// The attributes of any kind of item that can carry `#[cfg(test)]`.
#[expect(clippy::wildcard_enum_match_arm, reason = "syn may add kinds, which carry none here")]
pub(crate) fn attributes_of(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

#[cfg(test)]
impl Source {
    /// A planted file, which must parse.
    pub(crate) fn planted(text: &str) -> Self {
        Self::parse("planted.rs", text.to_owned()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_exists_in_tests_alone_counts_as_test() {
        let text = "//! Doc.\nfn code() {}\n#[cfg(test)]\nmod tests {\n    fn a() {}\n}\n\
                    #[cfg(any(test, unix))]\nfn both() {}\n#[cfg(all(test, unix))]\nfn c() {}\n";
        let source = Source::planted(text);
        let found: Vec<_> = (1..=10).filter(|line| source.is_test_line(*line)).collect();
        assert_eq!(found, [3, 4, 5, 6, 9, 10]);
        assert_eq!(source.lines_without_tests(), 4);
    }

    #[test]
    fn a_file_that_is_not_rust_is_named_with_its_line() {
        let finding = Source::parse("a.rs", "//! Doc.\nfn {\n".to_owned()).err().unwrap();
        assert_eq!((finding.path.as_str(), finding.line), ("a.rs", 2));
    }
}
