//! Names that were mistyped: which one was meant, and how to list what there is.

use std::fmt;

/// The names that would have been right, for a message to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(pub Vec<String>);

impl Names {
    /// The name nearest to `found`, if one is near enough to have been meant.
    pub fn nearest(&self, found: &str) -> Option<&str> {
        let found: Vec<char> = lower(found);
        if found.len() > LONGEST_COMPARED {
            return None;
        }
        let close = |name: &&String| (distance(&lower(name), &found), name.as_str().len());
        let name = self.0.iter().filter(|name| name.len() <= LONGEST_COMPARED).min_by_key(close)?;
        let typos = distance(&lower(name), &found);
        (typos <= found.len().max(name.chars().count()) / 3).then_some(name.as_str())
    }

    /// ` (did you mean "Maria"?)`, or nothing.
    pub(super) fn hint(&self, found: &str) -> String {
        self.nearest(found).map_or_else(String::new, |name| format!(" (did you mean {name:?}?)"))
    }
}

/// `one of Maria, Nadia`; a long list is cut and says how long it is.
impl fmt::Display for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => f.write_str("none, since the scenario has none"),
            [only] => f.write_str(only),
            all if all.len() <= MOST_LISTED => write!(f, "one of {}", all.join(", ")),
            all => {
                let shown = all.get(..MOST_LISTED).unwrap_or(all).join(", ");
                write!(f, "one of {shown}, … ({} in all)", all.len())
            }
        }
    }
}

impl<T: Into<String>> FromIterator<T> for Names {
    fn from_iter<I: IntoIterator<Item = T>>(names: I) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }
}

fn lower(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).collect()
}

/// How many characters have to be put in, left out or exchanged (Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, from) in (1_usize..).zip(a) {
        let mut diagonal = above.saturating_sub(1);
        let mut left = above;
        let mut next = vec![left];
        for (up, to) in row.iter().skip(1).zip(b) {
            let exchanged = diagonal.saturating_add(usize::from(from != to));
            left = exchanged.min(left.saturating_add(1)).min(up.saturating_add(1));
            diagonal = *up;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

const MOST_LISTED: usize = 16;
/// The comparison is quadratic, and nobody mistypes an essay.
const LONGEST_COMPARED: usize = 256;
