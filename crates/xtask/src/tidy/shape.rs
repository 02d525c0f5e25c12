//! Rules about the shape of a Rust file: its head, its sizes, its attributes, its tests.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, Block, ImplItemFn, ItemFn, Meta, Signature, Stmt, TraitItemFn,
    spanned::Spanned as _, visit::Visit,
};

use crate::{finding::Finding, tidy::source::Source};

const FILE_LINES: usize = 400;
const TEST_FILE_LINES: usize = 700;
const FUNCTION_LINES: usize = 70;

/// Judges one file; `is_test` where it is compiled into tests alone.
pub(crate) fn check(source: &Source, is_test: bool) -> Vec<Finding> {
    let mut visitor = Shape { source, is_test, findings: Vec::new() };
    visitor.head();
    visitor.length();
    visitor.visit_file(&source.syntax);
    visitor.findings
}

struct Shape<'a> {
    source: &'a Source,
    is_test: bool,
    findings: Vec<Finding>,
}

impl Shape<'_> {
    fn find(&mut self, line: usize, what: impl Into<String>) {
        self.findings.push(Finding::at(&self.source.path, line, what));
    }

    fn head(&mut self) {
        if !self.source.text.starts_with("//!") {
            self.find(1, "does not start with `//!`; say first why the file exists");
        }
    }

    fn length(&mut self) {
        let (lines, limit, which) = if self.is_test {
            (self.source.text.lines().count(), TEST_FILE_LINES, "a test file has")
        } else {
            (self.source.lines_without_tests(), FILE_LINES, "a file without its tests has")
        };
        if lines > limit {
            self.find(limit, format!("{which} at most {limit} lines, this one {lines}; split it"));
        }
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        let first = signature.span().start().line;
        let last = block.brace_token.span.close().end().line;
        let lines = last.saturating_sub(first).saturating_add(1);
        if lines > FUNCTION_LINES {
            let name = &signature.ident;
            let what = format!("`{name}` has {lines} lines; at most {FUNCTION_LINES}, so split it");
            self.find(first, what);
        }
    }

    fn lint_level(&mut self, attribute: &Attribute) {
        let line = attribute.span().start().line;
        let Some(level) = level_of(attribute) else { return };
        if self.is_test || self.source.is_test_line(line) {
            return;
        }
        if level == "allow" {
            self.find(line, "allows a lint; use `#[expect(LINT, reason = \"...\")]`");
        } else if let Meta::List(list) = &attribute.meta
            && !has_reason(list.tokens.clone())
        {
            self.find(line, "relaxes a lint without saying why; add `reason = \"...\"`");
        }
    }
}

impl<'ast> Visit<'ast> for Shape<'_> {
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("ignore") {
            let line = attribute.span().start().line;
            self.find(line, "ignores a test; make it pass, or delete it and say why");
        }
        self.lint_level(attribute);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        let is_test = function.attrs.iter().any(|attribute| attribute.path().is_ident("test"));
        if is_test && !does_anything(&function.block) {
            let name = &function.sig.ident;
            let what = format!("the test `{name}` calls nothing, so it cannot fail; let it prove");
            self.find(function.sig.span().start().line, format!("{what} its name"));
        }
        self.function(&function.sig, &function.block);
        syn::visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.function(&function.sig, &function.block);
        syn::visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, function);
    }
}

/// `allow` or `expect`, also where `cfg_attr` wraps it for more than tests.
fn level_of(attribute: &Attribute) -> Option<String> {
    let is_level = |word: &str| matches!(word, "allow" | "expect").then(|| word.to_owned());
    let Meta::List(list) = &attribute.meta else { return None };
    if !list.path.is_ident("cfg_attr") {
        return is_level(&list.path.get_ident()?.to_string());
    }
    let mut words = list.tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word.to_string()),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    });
    let condition = words.next()?;
    words.find_map(|word| is_level(&word)).filter(|_| condition != "test")
}

fn has_reason(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "reason",
        TokenTree::Group(group) => has_reason(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether there is a call or a macro in it: without one, nothing can fail.
fn does_anything(block: &Block) -> bool {
    struct Calls(bool);
    impl<'ast> Visit<'ast> for Calls {
        fn visit_expr_call(&mut self, _call: &'ast syn::ExprCall) {
            self.0 = true;
        }
        fn visit_expr_method_call(&mut self, _call: &'ast syn::ExprMethodCall) {
            self.0 = true;
        }
        fn visit_macro(&mut self, _call: &'ast syn::Macro) {
            self.0 = true;
        }
    }
    let mut calls = Calls(false);
    block
        .stmts
        .iter()
        .filter(|it| !matches!(it, Stmt::Item(_)))
        .for_each(|it| calls.visit_stmt(it));
    calls.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_module_header_is_found() {
        assert_eq!(found("fn a() {}\n", false), [(1, "does not start with `//!`")]);
    }

    #[test]
    fn a_file_over_400_lines_is_found_but_its_tests_do_not_count() {
        let code = |lines: usize| format!("//! Head.\n{}", "const _: () = ();\n".repeat(lines - 1));
        assert_eq!(found(&code(400), false), []);
        assert_eq!(found(&code(401), false).len(), 1);
        let tests = "#[cfg(test)]\nmod tests {\n    const A: u8 = 0;\n}\n";
        assert_eq!(found(&format!("{}{tests}", code(400)), false), []);
    }

    #[test]
    fn a_test_file_may_have_700_lines() {
        let code = |lines: usize| format!("//! Head.\n{}", "const _: () = ();\n".repeat(lines - 1));
        assert_eq!(found(&code(700), true), []);
        assert_eq!(found(&code(701), true).len(), 1);
    }

    #[test]
    fn a_function_over_70_lines_is_found_wherever_it_is() {
        let body = |lines: usize| "    a();\n".repeat(lines - 2);
        let long = body(71);
        assert_eq!(found(&format!("//! H.\nfn f() {{\n{}}}\n", body(70)), false), []);
        for planted in [
            format!("//! H.\nfn f() {{\n{long}}}\n"),
            format!("//! H.\nimpl A {{ fn f() {{\n{long}}} }}\n"),
            format!("//! H.\ntrait A {{ fn f() {{\n{long}}} }}\n"),
            format!("//! H.\n#[test] fn f() {{\n{long}}}\n"),
        ] {
            assert_eq!(found(&planted, true), [(2, "`f` has 71 lines")], "{planted}");
        }
    }

    #[test]
    fn an_allowed_lint_is_found_in_code_and_left_alone_in_tests() {
        let allow = "#[allow(dead_code, reason = \"x\")]\nfn a() {}\n";
        assert_eq!(found(&format!("//! H.\n{allow}"), false), [(2, "allows a lint")]);
        assert_eq!(found(&format!("//! H.\n{allow}"), true), []);
        let wrapped = "//! H.\n#![cfg_attr(unix, allow(dead_code, reason = \"x\"))]\n";
        assert_eq!(found(wrapped, false), [(2, "allows a lint")]);
        assert_eq!(found("//! H.\n#![cfg_attr(test, allow(dead_code))]\n", false), []);
    }

    #[test]
    fn an_expected_lint_needs_its_reason() {
        let without = "//! H.\n#[expect(dead_code)]\nfn a() {}\n";
        assert_eq!(found(without, false), [(2, "relaxes a lint without saying why")]);
        let with = "//! H.\n#[expect(dead_code, reason = \"x\")]\nfn a() {}\n";
        assert_eq!(found(with, false), []);
    }

    #[test]
    fn an_ignored_test_is_found() {
        let planted = "//! H.\n#[test]\n#[ignore = \"slow\"]\nfn a() { b(); }\n";
        assert_eq!(found(planted, true), [(3, "ignores a test")]);
    }

    #[test]
    fn a_test_that_cannot_fail_is_found() {
        for body in ["", "let _x = 1;", "fn inner() { b(); }"] {
            let planted = format!("//! H.\n#[test]\nfn a() {{ {body} }}\n");
            assert_eq!(found(&planted, true), [(3, "the test `a` calls nothing")], "{body}");
        }
        assert_eq!(found("//! H.\n#[test]\nfn a() { b(); }\n", true), []);
    }

    /// Line and the words before the first comma or semicolon, of each finding.
    fn found(text: &str, is_test: bool) -> Vec<(usize, &'static str)> {
        let findings = check(&Source::planted(text), is_test);
        findings
            .into_iter()
            .map(|finding| {
                let what = finding.what.split([';', ',']).next().unwrap().to_owned();
                (finding.line, &*what.leak())
            })
            .collect()
    }
}
