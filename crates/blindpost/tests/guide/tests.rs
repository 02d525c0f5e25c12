//! The check catches what is wrong, and blessing corrects that and nothing else.

use crate::{
    bless,
    chapter::{Chapter, Doing},
    check, matching, shell,
};

/// A chapter in small; nothing in it takes long.
const SMALL: &str = "\
# A chapter

```toml
# file: empty.toml
title = \"Empty\"
```

```toml
# more of empty.toml
duration = \"1m\"
```

```console
$ cat empty.toml
# file: empty.toml
…
duration = \"1m\"
$ blindpost sim empty.toml
[…]empty.toml:[…]: […]
$ echo $?
2
$ blindpost sim --seed rain \\
  empty.toml 2>&1 | head -1
error: invalid value 'rain' for '--seed <N>'[…]
```
";

fn problems(text: &str, folder: &str) -> Vec<String> {
    let chapter = Chapter::read(text).expect("it can be read");
    let ran = shell::run(&chapter, folder).expect("it can be run");
    check::problems(&chapter, &ran)
}

#[test]
fn a_chapter_that_is_right_has_no_problems() {
    let problems = problems(SMALL, "guide-small");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_wrong_output_a_wrong_exit_code_and_an_unshown_one_are_caught_with_their_lines() {
    for (index, (right, wrong, told)) in [
        ("duration = \"1m\"\n$", "duration = \"2m\"\n$", "md:14: $ cat empty.toml"),
        ("…\nduration = \"1m\"\n$", "duration = \"1m\"\n$", "md:14: $ cat empty.toml"),
        ("\n2\n", "\n1\n", "md:20: $ echo $?"),
        ("$ echo $?\n2\n", "", "md:18: $ blindpost sim empty.toml\n  ended with 2: expected"),
        ("[…]empty.toml:[…]: […]", "all is well", "md:18: $ blindpost sim empty.toml"),
        ("'rain' for '--seed", "'snow' for '--seed", "md:22: $ blindpost sim --seed rain"),
        ("# more of empty.toml\n", "# file: other.toml\n", "md:14: $ cat empty.toml"),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(SMALL.contains(right), "{right:?} stands in the chapter");
        let wrong = SMALL.replacen(right, wrong, 1);
        let problems = problems(&wrong, &format!("guide-wrong-{index}"));
        assert!(problems.iter().any(|one| one.contains(told)), "{told}: {problems:?}");
    }
}

#[test]
fn a_block_that_nothing_would_check_is_refused() {
    for (block, told) in [
        ("```\nwhat\n```\n", "line 1: expected console, toml, sh or text"),
        ("```console wet\n$ true\n```\n", "line 1: expected console, toml"),
        ("```text\n$ blindpost sim x\n```\n", "line 1: a command in a block that is not checked"),
        ("```toml\na = 1\n```\n", "line 1: expected `# file: NAME` first"),
        ("```toml\n# file: ../x\n```\n", "line 1: expected a plain name"),
        ("```console\nhello\n```\n", "line 2: expected a command first"),
        ("```console\n$ true\n", "line 1: a block without an end"),
    ] {
        let error = Chapter::read(block).expect_err("it is refused");
        assert!(error.starts_with(told), "{error}");
    }
}

#[test]
fn commands_of_builds_with_planted_mistakes_run_in_those_alone() {
    let read = |info: &str| {
        let text = format!("```console {info}\n$ true\n```\n");
        Chapter::read(&text).expect("it can be read").doings.len()
    };
    let built = usize::from(cfg!(feature = "mutants"));
    assert_eq!((read("mutants"), read("ordinary")), (built, 1 - built));
}

#[test]
fn what_is_left_out_may_be_anything_and_the_rest_may_not() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (expected, printed, same) in [
        ("a\n…\nc", "a\nb\nb\nc", true),
        ("a\n…\nc", "a\nc", true),
        ("a\n…\nc", "a\nb\nc\nd", false),
        ("…\nb\n…\nd\n…", "a\nb\nc\nd", true),
        ("…\nd\n…\nb\n…", "a\nb\nc\nd", false),
        ("a\n…\na", "a", false),
        ("", "", true),
        ("", "a", false),
        ("…", "", true),
        ("took […] ms, […]", "took 7 ms, 12", true),
        ("took […] ms", "took 7 s", false),
        ("[…]z", "abcz", true),
        ("zq4… a", "zq4b a", false),
    ] {
        let found = matching::lines(&lines(expected), &lines(printed));
        assert_eq!(found, same, "{expected:?} and {printed:?}");
    }
}

#[test]
fn blessing_corrects_what_is_wrong_and_leaves_out_what_was_left_out() {
    let wrong = SMALL
        .replacen("duration = \"1m\"\n$", "duration = \"2m\"\n$", 1)
        .replacen("\n2\n", "\n1\n", 1);
    let chapter = Chapter::read(&wrong).expect("it can be read");
    let ran = shell::run(&chapter, "guide-bless").expect("it can be run");
    assert_eq!(bless::blessed(&chapter, &ran), SMALL);
}

#[test]
fn blessing_finds_lines_that_changed_and_hides_what_varies() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    for (before, printed, expected) in [
        ("…\nrun 7 events\n…", "a\nb\nrun 8 events\nc", "…\nrun 8 events\n…"),
        ("", "took at most 12 ms, 0123456789abcdef", "took at most […] ms, […]"),
        ("never: […]\nold", "never: a, b\nnew", "never: […]\nnew"),
        ("a\n…\nc", "b\nx\nd", "b\n…\nd"),
        ("two\n  […]", "one\n  x\n  y", "one\n  x\n  y"),
        ("shown at […] and at […]", "x\nshown at 7 and at 8", "x\nshown at […] and at […]"),
    ] {
        let shown = bless::shown(&lines(before), &lines(printed));
        assert_eq!(shown, lines(expected), "{before:?}");
    }
}

#[test]
fn a_file_has_the_parts_that_the_chapter_shows() {
    let chapter = Chapter::read(SMALL).expect("it can be read");
    let files = chapter.doings.iter().filter(|doing| matches!(doing, Doing::Write { .. }));
    assert_eq!(files.count(), 2);
}
