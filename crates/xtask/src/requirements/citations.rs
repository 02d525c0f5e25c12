//! Every `//= spec:` and `//= test:` comment, with the item that it stands beside.
//!
//! Whether a comment has the right form is for `tidy` to say; what has not is passed over here.

use syn::{
    Attribute, ImplItemFn, Item, ItemFn, ItemImpl, ItemTrait, TraitItemFn, spanned::Spanned as _,
    visit::Visit,
};

use crate::finding::Finding;

/// What a citation says of the item beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It follows the requirement.
    Code,
    /// It holds the requirement.
    Test,
}

/// One citation.
#[derive(Clone, Debug)]
pub(super) struct Citation {
    pub(super) kind: Kind,
    /// Document, revision, section and label, with single blanks between them.
    pub(super) of: String,
    pub(super) path: String,
    pub(super) line: usize,
    /// The innermost item around what follows the comment, if any.
    pub(super) item: Option<String>,
    /// Whether that item is a test.
    pub(super) is_test: bool,
}

/// The citations of one file.
pub(super) fn of_file(path: &str, text: &str) -> Result<Vec<Citation>, Finding> {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let mut cited = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some((kind, of)) = parse(line) else { continue };
        let comment = |line: &&&str| line.starts_with("//") && !line.starts_with("///");
        let rest = lines.iter().skip(index).take_while(comment).count();
        let line = index.saturating_add(1);
        cited.push((kind, of, line, line.saturating_add(rest)));
    }
    if cited.is_empty() {
        return Ok(Vec::new());
    }
    let syntax = syn::parse_file(text).map_err(|error| {
        Finding::at(path, error.span().start().line, format!("is not Rust: {error}"))
    })?;
    let mut items = Items::default();
    items.visit_file(&syntax);
    let cite = |(kind, of, line, beside)| {
        let found = items.innermost(beside);
        let item = found.map(|found| found.name.clone());
        let is_test = found.is_some_and(|found| found.is_test);
        Citation { kind, of, path: path.to_owned(), line, item, is_test }
    };
    Ok(cited.into_iter().map(cite).collect())
}

fn parse(line: &str) -> Option<(Kind, String)> {
    let (kind, rest) = line.strip_prefix("//=")?.trim_start().split_once(':')?;
    let kind = match kind {
        "spec" => Kind::Code,
        "test" => Kind::Test,
        _ => return None,
    };
    let words: Vec<_> = rest.split_whitespace().take(4).collect();
    Some((kind, words.join(" ")))
}

/// Every item of a file, outer ones before those inside them.
#[derive(Default)]
struct Items {
    /// The type or trait whose functions are being visited.
    owner: Option<String>,
    found: Vec<Found>,
}

struct Found {
    first: usize,
    last: usize,
    name: String,
    is_test: bool,
}

impl Items {
    fn innermost(&self, line: usize) -> Option<&Found> {
        self.found.iter().rev().find(|item| item.first <= line && line <= item.last)
    }

    fn add(&mut self, span: proc_macro2::Span, name: String, is_test: bool) {
        let (first, last) = (span.start().line, span.end().line);
        self.found.push(Found { first, last, name, is_test });
    }

    fn owned(&self, name: &str) -> String {
        match &self.owner {
            Some(owner) => format!("{owner}::{name}"),
            None => name.to_owned(),
        }
    }

    fn inside(&mut self, owner: Option<String>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.owner, owner);
        visit(self);
        self.owner = outer;
    }
}

impl<'ast> Visit<'ast> for Items {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the other kinds have no name to show")]
    fn visit_item(&mut self, item: &'ast Item) {
        let name = match item {
            Item::Const(item) => Some(item.ident.to_string()),
            Item::Static(item) => Some(item.ident.to_string()),
            Item::Struct(item) => Some(item.ident.to_string()),
            Item::Enum(item) => Some(item.ident.to_string()),
            Item::Type(item) => Some(item.ident.to_string()),
            Item::Macro(item) => item.mac.path.segments.last().map(|it| format!("{}!", it.ident)),
            _ => None,
        };
        if let Some(name) = name {
            self.add(item.span(), name, false);
        }
        syn::visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.add(item.span(), item.sig.ident.to_string(), has_test(&item.attrs));
        self.inside(None, |items| syn::visit::visit_item_fn(items, item));
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let owner = if let syn::Type::Path(path) = &*item.self_ty {
            path.path.segments.last().map(|it| it.ident.to_string())
        } else {
            None
        };
        self.add(item.span(), owner.clone().unwrap_or_else(|| "impl".to_owned()), false);
        self.inside(owner, |items| syn::visit::visit_item_impl(items, item));
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        let owner = item.ident.to_string();
        self.add(item.span(), owner.clone(), false);
        self.inside(Some(owner), |items| syn::visit::visit_item_trait(items, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.add(item.span(), self.owned(&item.sig.ident.to_string()), false);
        self.inside(None, |items| syn::visit::visit_impl_item_fn(items, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        self.add(item.span(), self.owned(&item.sig.ident.to_string()), false);
        self.inside(None, |items| syn::visit::visit_trait_item_fn(items, item));
    }
}

fn has_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.path().is_ident("test"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "//! Head.

//= spec: x3dh r1 2.2 kdf — one
//= and two
/// Words.
fn derive() {
    //= spec: x3dh r1 3.3 ad — inside
    let ad = 1;
}

impl State {
    /// Words.
    //= spec: x3dh r1 3.4 abort — after the words
    pub fn open() {}
}

//= spec: sesame r2 3.2 tail — a limit
const MOST: u8 = 40;

//= test: x3dh r1 2.2 kdf
//= test: x3dh r1 3.3 ad
#[test]
fn it_derives() {}
";

    #[test]
    fn a_citation_is_of_the_item_that_follows_or_surrounds_it() {
        let found = of_file("a.rs", FILE).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.kind, it.of.as_str(), it.line, it.item.as_deref(), it.is_test))
            .collect();
        let expected = [
            (Kind::Code, "x3dh r1 2.2 kdf", 3, Some("derive"), false),
            (Kind::Code, "x3dh r1 3.3 ad", 7, Some("derive"), false),
            (Kind::Code, "x3dh r1 3.4 abort", 13, Some("State::open"), false),
            (Kind::Code, "sesame r2 3.2 tail", 17, Some("MOST"), false),
            (Kind::Test, "x3dh r1 2.2 kdf", 20, Some("it_derives"), true),
            (Kind::Test, "x3dh r1 3.3 ad", 21, Some("it_derives"), true),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_citation_at_the_end_of_a_file_is_beside_nothing() {
        let found = of_file("a.rs", "fn a() {}\n//= test: x3dh r1 2.2 kdf\n").unwrap();
        let [citation] = found.as_slice() else { panic!("one") };
        assert_eq!((citation.item.as_deref(), citation.is_test), (None, false));
    }
}
