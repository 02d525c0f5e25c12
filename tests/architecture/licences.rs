//! Blindpost is MIT OR Apache-2.0: nothing that it builds may ask for more than a notice.

use std::collections::BTreeMap;

/// SPDX names. MPL-2.0 holds for the files of its own crate alone.
const ACCEPTED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Unlicense",
    "Zlib",
];

/// Every crate whose licence cannot be met from [`ACCEPTED`].
pub(crate) fn refused(licences: &BTreeMap<String, String>) -> Vec<String> {
    licences
        .iter()
        .filter(|(_, licence)| !Expression::is_met(licence))
        .map(|(name, licence)| format!("{name} is under `{licence}`, which is not accepted"))
        .collect()
}

/// An SPDX expression: `OR` offers a choice, `AND` asks for both and binds more tightly.
struct Expression<'a>(std::iter::Peekable<std::slice::Iter<'a, String>>);

impl Expression<'_> {
    fn is_met(licence: &str) -> bool {
        // `/` is how `OR` was written in old manifests.
        let spaced = licence.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
        let mut words: Vec<String> = Vec::new();
        let mut joins = false;
        for word in spaced.split_whitespace() {
            match words.last_mut() {
                Some(last) if joins || word == "WITH" => {
                    last.push(' ');
                    last.push_str(word);
                }
                _ => words.push(word.to_owned()),
            }
            joins = word == "WITH";
        }
        let mut expression = Expression(words.iter().peekable());
        expression.any() && expression.0.next().is_none()
    }

    fn any(&mut self) -> bool {
        let mut met = self.all();
        while self.0.next_if(|word| *word == "OR").is_some() {
            met |= self.all();
        }
        met
    }

    fn all(&mut self) -> bool {
        let mut met = self.one();
        while self.0.next_if(|word| *word == "AND").is_some() {
            met &= self.one();
        }
        met
    }

    fn one(&mut self) -> bool {
        match self.0.next().map(String::as_str) {
            Some("(") => self.any() && self.0.next_if(|word| *word == ")").is_some(),
            Some(licence) => ACCEPTED.contains(&licence),
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_met_by_one_and_a_sum_by_all() {
        for fine in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0-only OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
        ] {
            assert_eq!(refused(&one(fine)), [""; 0], "{fine}");
        }
    }

    #[test]
    fn copyleft_and_the_unlicensed_are_refused() {
        for planted in [
            "AGPL-3.0-only",
            "GPL-2.0-or-later",
            "LGPL-3.0",
            "MIT AND AGPL-3.0-only",
            "(MIT OR ISC) AND GPL-3.0",
            "GPL-2.0 WITH Classpath-exception-2.0",
            "",
            "(MIT",
            "MIT Apache-2.0",
        ] {
            assert_eq!(refused(&one(planted)).len(), 1, "{planted}");
        }
    }

    fn one(licence: &str) -> BTreeMap<String, String> {
        BTreeMap::from([("dependency".to_owned(), licence.to_owned())])
    }
}
