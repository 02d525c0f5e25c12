//! A second binary whose KEM uses no vector instructions, to be compared with the released one.
//!
//! libcrux compiles its vector code wherever the architecture may have it, and asks the processor
//! while it runs; only variables at build time leave it out. Cargo does not notice a change of
//! these variables, so this binary has a target folder of its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{finding::Error, repository::Repository};

/// What libcrux's build scripts look at.
const WITHOUT_VECTORS: [&str; 2] = ["LIBCRUX_DISABLE_SIMD128", "LIBCRUX_DISABLE_SIMD256"];
/// Parts of the names of its functions, as symbols have them: vector code for x86-64 and for ARM,
/// and whatever there is of the KEM at all.
const VECTORS: [&str; 2] = ["14instantiations4avx2", "14instantiations4neon"];
const KEM: &str = "14libcrux_ml_kem";

/// Builds the binary, and makes sure that it and the released one differ in what they are compared
/// for.
pub(crate) fn build(repository: &Repository, target: &Path) -> Result<PathBuf, Error> {
    let folder = target.join("portable-kem");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["build", "--release", "--package", "blindpost", "--target-dir"]).arg(&folder);
    command.envs(WITHOUT_VECTORS.map(|variable| (variable, "1")));
    let status = command.current_dir(repository.path("")).status();
    let status = status.map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(status.to_string()));
    }
    let portable = folder.join("release").join("blindpost");
    let read = |path: &Path| fs::read(path).map_err(Error::file(path));
    differ(&read(&target.join("release").join("blindpost"))?, &read(&portable)?)?;
    Ok(portable)
}

/// Whether `released` has vector code of the KEM and `portable`, which has the KEM, has none.
fn differ(released: &[u8], portable: &[u8]) -> Result<(), Error> {
    let has = |binary: &[u8], name: &str| {
        binary.windows(name.len()).any(|window| window == name.as_bytes())
    };
    if !VECTORS.iter().any(|name| has(released, name)) {
        return Err(failed(
            "the released binary has no vector code of the KEM, so nothing would be compared: is \
             it stripped, or is there none for this processor?",
        ));
    }
    if !has(portable, KEM) {
        return Err(failed("no symbol of the KEM is left in the second binary: is it stripped?"));
    }
    match VECTORS.iter().find(|name| has(portable, name)) {
        Some(name) => Err(failed(format!("the second binary has vector code too: {name}"))),
        None => Ok(()),
    }
}

fn failed(why: impl Into<String>) -> Error {
    let variables = WITHOUT_VECTORS.map(|variable| format!("{variable}=1")).join(" ");
    Error::Program { program: format!("{variables} cargo build --release"), why: why.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[u8] = b"\x7fELF _ZN14libcrux_ml_kem7ind_cca14instantiations4avx2 \0";
    const PORTABLE: &[u8] = b"\x7fELF _ZN14libcrux_ml_kem7ind_cca14instantiations8portable \0";

    #[test]
    fn a_binary_with_vector_code_and_one_without_are_two_to_compare() {
        differ(BOTH, PORTABLE).unwrap();
    }

    #[test]
    fn a_comparison_of_the_same_code_with_itself_is_refused() {
        let why =
            |released: &[u8], portable: &[u8]| differ(released, portable).unwrap_err().to_string();
        assert!(why(PORTABLE, PORTABLE).contains("nothing would be compared"));
        assert!(why(BOTH, BOTH).contains("has vector code too: 14instantiations4avx2"));
        assert!(why(BOTH, b"\x7fELF").contains("stripped"));
    }
}
