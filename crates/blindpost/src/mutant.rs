//! `--mutant`: a planted mistake, in builds that have them.

use simulator::mutants::Planted;

/// Why a mistake cannot be planted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MutantError {
    /// This build has none.
    #[error(
        "--mutant {name}: this build has no planted mistakes; build one that has with\n  \
         cargo run --release --features mutants -- sim {paths} --mutant {name}"
    )]
    NotBuilt {
        /// What was asked for.
        name: String,
        /// The scenarios.
        paths: String,
    },
    /// No mistake has this name.
    #[error("--mutant {name}: unknown; expected one of {}", names())]
    Unknown {
        /// What was asked for.
        name: String,
    },
}

/// The mistake called `name`.
pub(crate) fn named(name: &str, paths: &[std::path::PathBuf]) -> Result<Planted, MutantError> {
    if !cfg!(feature = "mutants") {
        let paths: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        return Err(MutantError::NotBuilt { name: name.to_owned(), paths: paths.join(" ") });
    }
    Planted::named(name).ok_or_else(|| MutantError::Unknown { name: name.to_owned() })
}

fn names() -> String {
    let names: Vec<_> = Planted::ALL.iter().map(Planted::name).collect();
    names.join(", ")
}
