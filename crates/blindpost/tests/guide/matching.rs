//! Whether what was printed is what is expected, where parts of it were left out.
//!
//! A line `…` stands for any lines, also none; `[…]` in a line for any text, also none.

/// Stands for any lines.
pub(crate) const LINES: &str = "…";
/// Stands for any text of a line.
pub(crate) const TEXT: &str = "[…]";

/// Whether nothing of this line is compared.
pub(crate) fn leaves_out_all(line: &str) -> bool {
    line.trim() == LINES || line.trim() == TEXT
}

/// Whether `printed` is what `expected` says.
pub(crate) fn lines(expected: &[String], printed: &[String]) -> bool {
    let parts: Vec<&[String]> = expected.split(|line| line.trim() == LINES).collect();
    pieces(&parts, printed, |expected, printed| {
        expected.len() == printed.len()
            && expected.iter().zip(printed).all(|(expected, printed)| line(expected, printed))
    })
}

/// Whether one line is what `expected` says.
pub(crate) fn line(expected: &str, printed: &str) -> bool {
    let parts: Vec<Vec<char>> =
        expected.trim_end().split(TEXT).map(|part| part.chars().collect()).collect();
    let parts: Vec<&[char]> = parts.iter().map(Vec::as_slice).collect();
    let printed: Vec<char> = printed.chars().collect();
    pieces(&parts, &printed, |expected, printed| expected == printed)
}

/// Whether `whole` begins with the first of `parts`, ends with the last of them, and has the others
/// between these, in order and without overlap.
fn pieces<T>(parts: &[&[T]], whole: &[T], same: impl Fn(&[T], &[T]) -> bool) -> bool {
    let [first, between @ ..] = parts else { return whole.is_empty() };
    let Some((last, between)) = between.split_last() else { return same(first, whole) };
    let begins = whole.get(..first.len()).is_some_and(|begin| same(first, begin));
    let ends = whole.len().checked_sub(last.len());
    let Some(ends) = ends.filter(|ends| begins && *ends >= first.len()) else { return false };
    if !whole.get(ends..).is_some_and(|end| same(last, end)) {
        return false;
    }
    let mut rest = whole.get(first.len()..ends).unwrap_or_default();
    between.iter().filter(|part| !part.is_empty()).all(|part| {
        let found = rest.windows(part.len()).position(|window| same(part, window));
        let after = found.and_then(|at| rest.get(at.saturating_add(part.len())..));
        rest = after.unwrap_or_default();
        found.is_some()
    })
}
