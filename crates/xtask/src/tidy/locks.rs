//! Lock files say what is built, not which mirror a machine took it from.

use crate::finding::Finding;

/// What Cargo calls its default registry, whatever mirror stands in for it.
const CARGO_DEFAULT: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Whether `path` is written by a package manager.
pub(crate) fn is_lock(path: &str) -> bool {
    matches!(path.rsplit('/').next(), Some("Cargo.lock" | "package-lock.json"))
}

/// Every line of a lock file that names a host of its own.
pub(crate) fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_start();
        if line.starts_with("source = ") && !line.contains(CARGO_DEFAULT) {
            let what = format!("{line}: only crates of the default registry are built");
            findings.push(Finding::at(path, number, what));
        }
        if line.starts_with("\"resolved\": \"http") {
            let what = "names the host that a package came from; lock with the npm option \
                        `--omit-lockfile-registry-resolved`";
            findings.push(Finding::at(path, number, what));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mirror_in_a_lock_file_is_found() {
        let cargo = "[[package]]\nname = \"a\"\nsource = \"sparse+https://mirror.example/\"\n";
        let [finding] = <[_; 1]>::try_from(check("Cargo.lock", cargo)).unwrap();
        assert_eq!(finding.line, 3);

        let npm = "{\n  \"resolved\": \"https://mirror.example/a.tgz\",\n}\n";
        let [finding] = <[_; 1]>::try_from(check("package-lock.json", npm)).unwrap();
        assert_eq!(finding.line, 2);
    }

    #[test]
    fn the_default_registry_is_no_mirror() {
        let text = format!("[[package]]\nname = \"a\"\nsource = \"{CARGO_DEFAULT}\"\n");
        assert_eq!(check("Cargo.lock", &text), []);
    }
}
