//! Breaks comments that are too long, since rustfmt leaves comments alone.

use crate::tidy::lines::{COLUMNS, too_long};

/// `text` with every comment line of at most [`COLUMNS`], the rest moved to the lines after it.
///
/// Only lines that are nothing but a comment are touched, and none inside a fenced block.
pub(crate) fn rewrap(text: &str) -> String {
    let mut out = Vec::new();
    let mut carried: Option<Comment> = None;
    let mut in_fence = false;
    for line in text.lines() {
        let comment = Comment::parse(line);
        let is_fence = comment.as_ref().is_some_and(|comment| comment.text.starts_with("```"));
        in_fence = comment.is_some() && (in_fence ^ is_fence);
        let line = match (carried.take(), comment.filter(|_| !in_fence && !is_fence)) {
            (Some(rest), Some(next)) if rest.continues_in(&next) => {
                carried = break_off(next.with(&format!("{} {}", rest.text, next.text)), &mut out);
                continue;
            }
            (Some(rest), next) => {
                let mut rest = Some(rest);
                while let Some(comment) = rest {
                    rest = break_off(comment, &mut out);
                }
                next
            }
            (None, next) => next,
        }
        .ok_or_else(|| line.to_owned());
        match line {
            Ok(comment) => carried = break_off(comment, &mut out),
            Err(line) => out.push(line),
        }
    }
    let mut rest = carried;
    while let Some(comment) = rest {
        rest = break_off(comment, &mut out);
    }
    out.into_iter().map(|line| line + "\n").collect()
}

/// Writes as much of `comment` as fits on a line; what is left goes on where its text would.
fn break_off(comment: Comment, out: &mut Vec<String>) -> Option<Comment> {
    let line = comment.line();
    let room = COLUMNS.saturating_sub(comment.head().chars().count());
    let text = &comment.text;
    let end = text.char_indices().nth(room.saturating_add(1)).map_or(text.len(), |(end, _)| end);
    let fits = text.get(..end).unwrap_or_default();
    match fits.rfind(' ').and_then(|space| text.split_at_checked(space)) {
        Some((kept, rest)) if too_long(&line).is_some() && !kept.trim().is_empty() => {
            out.push(comment.with(kept.trim_end()).line());
            Some(comment.going_on(rest.trim_start()))
        }
        _ => {
            out.push(line);
            None
        }
    }
}

/// A line that is nothing but a comment: `indent` `sign` `pad` `text`.
struct Comment {
    indent: String,
    sign: String,
    pad: String,
    text: String,
}

impl Comment {
    fn parse(line: &str) -> Option<Self> {
        let text = line.trim_start();
        let indent = line.strip_suffix(text)?;
        let sign = ["//=", "//!", "///", "//"].into_iter().find(|sign| text.starts_with(sign))?;
        let rest = text.strip_prefix(sign)?;
        let text = rest.trim_start();
        let pad = rest.strip_suffix(text)?;
        let owned = str::to_owned;
        Some(Self { indent: owned(indent), sign: owned(sign), pad: owned(pad), text: owned(text) })
    }

    fn head(&self) -> String {
        format!("{}{}{}", self.indent, self.sign, self.pad)
    }

    fn line(&self) -> String {
        format!("{}{}", self.head(), self.text).trim_end().to_owned()
    }

    fn with(&self, text: &str) -> Self {
        let (indent, sign, pad) = (self.indent.clone(), self.sign.clone(), self.pad.clone());
        Self { indent, sign, pad, text: text.to_owned() }
    }

    /// The line below this one: beneath the text of a list item, not its sign.
    fn going_on(&self, text: &str) -> Self {
        let mut next = self.with(text);
        next.pad.push_str(if self.starts_something() && self.sign != "//=" { "  " } else { "" });
        next
    }

    /// Whether `next` is the same paragraph.
    fn continues_in(&self, next: &Self) -> bool {
        let place = |it: &Self| (it.indent.clone(), it.sign.clone(), it.pad.clone());
        place(self) == place(next) && !next.text.is_empty() && !next.starts_something()
    }

    /// A list item, a heading, a table row, a link definition, a citation.
    fn starts_something(&self) -> bool {
        let signs = ["- ", "* ", "#", "|", "[", ">", "spec:", "test:"];
        let number = self.text.split_once(". ").is_some_and(|(n, _)| n.parse::<u8>().is_ok());
        number || signs.iter().any(|sign| self.text.starts_with(sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_comment_goes_on_in_the_next_line_of_its_paragraph() {
        let long = format!("    /// {}end.", "word ".repeat(19));
        assert_eq!(long.len(), 107);
        let text = format!("{long}\n    /// Then more.\n    ///\n    /// Apart.\nfn a() {{}}\n");
        let expected = format!(
            "    /// {}\n    /// word end. Then more.\n    ///\n    /// Apart.\nfn a() {{}}\n",
            "word ".repeat(18).trim_end()
        );
        assert_eq!(rewrap(&text), expected);
        assert_eq!(rewrap(&expected), expected, "what fits is left alone");
    }

    #[test]
    fn a_list_item_goes_on_beneath_its_text_and_not_into_the_next_item() {
        let text = format!("//! - {}last\n//! - next\n", "word ".repeat(20));
        let kept = "word ".repeat(19);
        let expected = format!("//! - {}\n//!   word last\n//! - next\n", kept.trim_end());
        assert_eq!(rewrap(&text), expected);
    }

    #[test]
    fn one_character_too_many_is_enough() {
        let text = format!("// {}12\n", "word ".repeat(19));
        assert_eq!(rewrap(&text), text);
        let text = format!("// {}123", "word ".repeat(19));
        assert_eq!(text.len(), 101);
        assert_eq!(rewrap(&text), format!("// {}\n// 123\n", "word ".repeat(19).trim_end()));
    }

    #[test]
    fn one_paragraph_may_need_several_new_lines() {
        let text = format!("// {}end\nlet a = 1;\n", "word ".repeat(60));
        let wrapped = rewrap(&text);
        assert!(wrapped.lines().all(|line| line.len() <= COLUMNS), "{wrapped}");
        assert!(wrapped.ends_with("end\nlet a = 1;\n"), "{wrapped}");
    }

    #[test]
    fn code_and_fenced_blocks_are_left_alone() {
        let long = "word ".repeat(24);
        let text = format!("//! ```text\n//! {0}x\n//! ```\nlet a = \"{0}x\";\n", long);
        assert_eq!(rewrap(&text), text);
    }

    #[test]
    fn a_citation_goes_on_as_a_citation() {
        let text = format!("//= spec: x3dh r1 3.3 a — {}end\nfn a() {{}}\n", "word ".repeat(18));
        let wrapped = rewrap(&text);
        assert!(wrapped.ends_with(" word\n//= word word word end\nfn a() {}\n"), "{wrapped}");
    }
}
