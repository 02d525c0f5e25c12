//! A crate without `std` cannot name a socket, a clock, a thread or a file.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Every Rust file of a crate's `src`, by its path in there.
pub(crate) fn of(name: &str) -> BTreeMap<String, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates").join(name).join("src");
    let mut files = BTreeMap::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source file is text");
                let path = path.strip_prefix(&src).expect("it lies in src");
                files.insert(path.to_string_lossy().into_owned(), text);
            }
        }
    }
    files
}

/// What lets `std` into the crate `name`.
pub(crate) fn std_in(name: &str, files: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    let root = files.get("lib.rs").map_or("", String::as_str);
    if !root.lines().any(|line| line == "#![no_std]") {
        found.push(format!("{name}/src/lib.rs: expected the line `#![no_std]`"));
    }
    for (path, text) in files {
        let mut before = "";
        for line in text.lines().map(str::trim) {
            if line.starts_with("extern crate std") && before != "#[cfg(test)]" {
                found.push(format!("{name}/src/{path}: links `std` outside `#[cfg(test)]`"));
            }
            before = line;
        }
    }
    found
}

/// Parts of rows' keys that are a number's digits as they are: stores seal values, not keys.
pub(crate) fn clear_numbers_in(files: &BTreeMap<String, String>) -> Vec<String> {
    let is_clear = |argument: &&str| {
        argument.split_once('(').is_some_and(|(called, _)| called.ends_with(".digits"))
    };
    let found = files.iter().flat_map(|(path, text)| {
        text.split(".with(").skip(1).filter(is_clear).map(move |argument| {
            let argument = argument.lines().next().unwrap_or_default();
            format!("{path} makes a row's key of a number in clear: `.with({argument}`")
        })
    });
    found.collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder of a crate can be listed");
    entries.map(|entry| entry.expect("an entry can be read").path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_forgets_no_std_is_found() {
        let forgot = files(&[("lib.rs", "//! Head.\n#![cfg_attr(not(test), no_std)]\n")]);
        assert_eq!(std_in("wire", &forgot).len(), 1);
        assert_eq!(std_in("wire", &files(&[("other.rs", "#![no_std]\n")])).len(), 1);
    }

    #[test]
    fn a_crate_that_links_std_all_the_same_is_found() {
        let root = "//! Head.\n#![no_std]\n";
        let fine = files(&[("lib.rs", root), ("tests.rs", "#[cfg(test)]\nextern crate std;\n")]);
        assert_eq!(std_in("wire", &fine), [""; 0]);
        let planted = files(&[("lib.rs", root), ("deep/er.rs", "extern crate std;\n")]);
        assert_eq!(std_in("wire", &planted).len(), 1);
    }

    #[test]
    fn a_key_that_has_a_number_in_clear_is_found() {
        for planted in
            ["Key::table(\"a\").with(number.digits().as_bytes())", "key.with(a.digits())"]
        {
            assert_eq!(clear_numbers_in(&files(&[("rows.rs", planted)])).len(), 1, "{planted}");
        }
        for fine in ["key.with(&keyed(k, &[number.digits()]))", "say(number.digits())"] {
            assert_eq!(clear_numbers_in(&files(&[("rows.rs", fine)])), [""; 0], "{fine}");
        }
    }

    fn files(files: &[(&str, &str)]) -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }
}
