//! No sentence is taken from the specifications: they are cited, and said in our own words.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use crate::{
    finding::{Error, Finding},
    repository::Repository,
};

/// From this many consecutive words on, a shared run is a copy and no accident.
const RUN: usize = 12;
/// So many words of a run must have letters: rows of numbers are alike everywhere.
const LETTERED: usize = 9;

/// Every run of [`RUN`] words in the specifications, by hash, with the document it is from.
pub(crate) struct Phrases(BTreeMap<u64, String>);

impl Phrases {
    /// Reads the texts in `folder`; nothing where it is absent.
    pub(crate) fn of_folder(repository: &Repository, folder: &str) -> Result<Option<Self>, Error> {
        let names = [repository.list(folder, "txt")?, repository.list(folder, "md")?].concat();
        let mut phrases = Self(BTreeMap::new());
        for name in names.iter().filter(|name| *name != "README.md") {
            phrases.add(name, &repository.read(&format!("{folder}/{name}"))?);
        }
        Ok((!phrases.0.is_empty()).then_some(phrases))
    }

    fn add(&mut self, document: &str, text: &str) {
        // A word broken at the end of a line may be one word or two.
        for text in [text.replace("-\n", ""), text.replace("-\n", " ")] {
            let words = words(&text);
            let runs = words.windows(RUN).filter(|run| is_prose(run)).map(hash);
            self.0.extend(runs.map(|run| (run, document.to_owned())));
        }
    }

    /// The first line of every run that `text` shares with a specification.
    pub(crate) fn check(&self, path: &str, text: &str) -> Vec<Finding> {
        let words = words(text);
        let mut found = BTreeSet::new();
        let mut previous_matched = false;
        for run in words.windows(RUN) {
            let document = self.0.get(&hash(run));
            if let (Some(document), Some(first), false) = (document, run.first(), previous_matched)
            {
                let said: Vec<_> = run.iter().map(|word| word.text.as_str()).collect();
                let what = format!(
                    "shares {RUN} words with {document} (\"{}\"); say it in our own words",
                    said.join(" ")
                );
                found.insert(Finding::at(path, first.line, what));
            }
            previous_matched = document.is_some();
        }
        found.into_iter().collect()
    }
}

struct Word {
    line: usize,
    text: String,
}

/// Lower-case words, whatever comment signs, quotes and line breaks stand between them.
fn words(text: &str) -> Vec<Word> {
    let split = |line: &str| -> Vec<String> {
        line.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    (1..)
        .zip(text.lines())
        .flat_map(|(line, text)| split(text).into_iter().map(move |text| Word { line, text }))
        .collect()
}

fn is_prose(run: &[Word]) -> bool {
    let lettered = run.iter().filter(|word| word.text.chars().any(char::is_alphabetic));
    lettered.count() >= LETTERED
}

fn hash(run: &[Word]) -> u64 {
    let mut hasher = DefaultHasher::new();
    run.iter().for_each(|word| word.text.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOK: &str = "It was a bright cold day in April, and the clocks were strik-\n\
                        ing thirteen, said the old man beside the door.\n";

    #[test]
    fn a_copied_sentence_is_found_across_lines_and_comment_signs() {
        let copied = "//! Head.\n\n/// A bright cold day in april and\n/// the clocks were \
                      striking thirteen! Said who?\n";
        let [finding] = <[Finding; 1]>::try_from(phrases().check("a.rs", copied)).unwrap();
        assert_eq!(finding.line, 3);
        assert!(finding.what.contains("book.txt"), "{}", finding.what);
    }

    #[test]
    fn a_paraphrase_is_fine() {
        let own = "/// One cold April day, in bright light, the clocks were striking thirteen.\n";
        assert_eq!(phrases().check("a.rs", own), []);
    }

    #[test]
    fn rows_of_numbers_are_not_prose() {
        let row = "1 2 3 4 5 6 7 8 9 10 11 12 13 14\n";
        let mut phrases = Phrases(BTreeMap::new());
        phrases.add("table.txt", row);
        assert_eq!(phrases.check("a.rs", row), []);
    }

    fn phrases() -> Phrases {
        let mut phrases = Phrases(BTreeMap::new());
        phrases.add("book.txt", BOOK);
        phrases
    }
}
