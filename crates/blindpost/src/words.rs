//! A command line in one argument, split into its words as a shell would.

/// Why a command cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WordsError {
    /// A quotation mark without its other half.
    #[error("a quotation is not closed")]
    Quotation,
    /// No words at all.
    #[error("the command is empty")]
    Empty,
}

/// The words of `text`: between spaces, with single quotes, double quotes and backslashes.
///
/// Nothing is expanded; a command that needs a shell names one: `sh -c '...'`.
pub(crate) fn split(text: &str) -> Result<Vec<String>, WordsError> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or(WordsError::Quotation)? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next().ok_or(WordsError::Quotation)? {
                        '"' => break,
                        '\\' => escaped(word, chars.next().ok_or(WordsError::Quotation)?),
                        c => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if words.is_empty() { Err(WordsError::Empty) } else { Ok(words) }
}

/// Between double quotes a backslash stands for itself, but before a few.
fn escaped(word: &mut String, c: char) {
    if !matches!(c, '"' | '\\' | '$' | '`') {
        word.push('\\');
    }
    word.push(c);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_would_split_it() {
        let words = |text| split(text).unwrap();
        assert_eq!(words("node  adapter.mjs 0.22.0"), ["node", "adapter.mjs", "0.22.0"]);
        assert_eq!(words("sh -c 'echo \"a b\"; exit 3'"), ["sh", "-c", "echo \"a b\"; exit 3"]);
        assert_eq!(words(r#"a\ b "c \"d\" \n" e''f"#), ["a b", r#"c "d" \n"#, "ef"]);
        assert_eq!(words("x ''"), ["x", ""]);
    }

    #[test]
    fn an_open_quotation_and_an_empty_command_are_named() {
        assert_eq!(split("sh -c 'x"), Err(WordsError::Quotation));
        assert_eq!(split("\"x\\"), Err(WordsError::Quotation));
        assert_eq!(split(" \n"), Err(WordsError::Empty));
    }
}
