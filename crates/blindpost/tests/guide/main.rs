//! The guide says what commands print: every one of them is run, and prints that.
//!
//! `BLESS=1 cargo test -p blindpost --test guide` writes what they print now into the guide. Lines
//! and parts of lines that were left out stay left out; read the difference before you commit it.

#![expect(clippy::expect_used, reason = "a test: what cannot be set up is a failed test")]

mod bless;
mod chapter;
mod check;
mod matching;
mod shell;
mod tests;

use std::{fs, path::PathBuf, sync::OnceLock};

use chapter::Chapter;
use shell::Ran;

/// The chapter, from the root of the repository.
const GUIDE: &str = "docs/guide/simulating.md";

/// The root of the repository.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The chapter as it is, and what its commands printed. They are run once.
fn guide() -> &'static (Chapter, Vec<Ran>) {
    static GUIDE_RAN: OnceLock<(Chapter, Vec<Ran>)> = OnceLock::new();
    GUIDE_RAN.get_or_init(|| {
        let text = fs::read_to_string(root().join(GUIDE)).expect("the chapter is there");
        let chapter = Chapter::read(&text).expect("the chapter can be read");
        let ran = shell::run(&chapter, "guide").expect("its commands can be run");
        (chapter, ran)
    })
}

#[test]
fn every_command_of_the_guide_prints_what_the_guide_says() {
    let (chapter, ran) = guide();
    assert!(ran.len() > 20, "the guide shows commands: {}", ran.len());
    let problems = check::problems(chapter, ran);
    if !problems.is_empty() && std::env::var_os("BLESS").is_some_and(|bless| bless == "1") {
        let blessed = bless::blessed(chapter, ran);
        fs::write(root().join(GUIDE), &blessed).expect("the chapter can be written");
        let blessed = Chapter::read(&blessed).expect("it can still be read");
        let left = check::problems(&blessed, ran);
        assert!(left.is_empty(), "by hand, please\n{}", left.join("\n"));
        return;
    }
    assert!(problems.is_empty(), "BLESS=1 writes what is printed now\n{}", problems.join("\n"));
}

#[test]
fn a_wrong_line_anywhere_in_the_guide_is_caught() {
    let (chapter, ran) = guide();
    let mut lines = 0;
    for (index, step) in chapter.steps().enumerate() {
        let shown = step.expected.iter().enumerate();
        for (at, _) in shown.filter(|(_, line)| !matching::leaves_out_all(line)) {
            let mut wrong = chapter.clone();
            let planted = wrong.step_mut(index).expect("it has as many").expected.get_mut(at);
            planted.expect("it is as long").push_str(", or so");
            let caught = check::problems(&wrong, ran);
            assert!(!caught.is_empty(), "{GUIDE}:{}: not caught", step.line);
            lines += 1;
        }
    }
    assert!(lines > 100, "the guide shows what is printed: {lines} lines");
}
