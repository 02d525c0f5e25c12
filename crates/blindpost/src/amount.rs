//! How many of something, in words.

use std::fmt::Display;

/// `1 seed`, `2 seeds`, `0 seeds`.
pub(crate) fn of<N: Display + PartialEq + From<u8>>(number: N, thing: &str) -> String {
    let plural = if number == N::from(1) { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn only_one_is_one() {
        let told = [0_u64, 1, 2].map(|number| of(number, "seed"));
        assert_eq!(told, ["0 seeds", "1 seed", "2 seeds"]);
    }
}
