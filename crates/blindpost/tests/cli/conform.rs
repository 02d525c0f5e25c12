//! Our engine behind the adapter protocol.

use std::{io::Write as _, process::Stdio};

use crate::common::blindpost;

#[test]
fn every_request_is_answered_in_order_until_the_input_ends() {
    let answers = serve(concat!(
        r#"{"op":"init","name":"a","dev":1,"regid":7,"profile":"v3"}"#,
        "\n",
        r#"{"op":"encrypt","peer":["b",1],"m":"hello"}"#,
        "\nno JSON\n",
    ));
    assert_eq!(answers.len(), 3, "{answers:?}");
    assert!(answers[0].starts_with(r#"{"ok":"#), "{answers:?}");
    assert!(answers[1].contains("no_session"), "{answers:?}");
    assert!(answers[2].starts_with(r#"{"err":"#), "{answers:?}");
}

#[test]
fn two_devices_of_one_name_have_different_keys() {
    let bundle = || {
        let answers = serve(concat!(
            r#"{"op":"init","name":"a","dev":1,"regid":7,"profile":"v3"}"#,
            "\n",
            r#"{"op":"bundle"}"#,
            "\n",
        ));
        assert!(answers[1].starts_with(r#"{"ok":"#), "{answers:?}");
        answers[1].clone()
    };
    assert_ne!(bundle(), bundle(), "randomness is the operating system's");
}

#[test]
fn the_mode_that_was_asked_for_is_named_and_read_in() {
    let requests = concat!(
        r#"{"op":"capabilities"}"#,
        "\n",
        r#"{"op":"init","name":"a","dev":1,"regid":7}"#,
        "\n",
        // An identity key with a byte after it.
        r#"{"op":"trust","peer":["b",1],"#,
        r#""ik":"050900000000000000000000000000000000000000000000000000000000000000ff"}"#,
        "\n",
    );
    for (arguments, mode, third) in [
        (&["conform", "--serve"][..], "compat", r#"{"ok":{}}"#),
        (&["conform", "--serve", "--mode", "compat"], "compat", r#"{"ok":{}}"#),
        (&["conform", "--serve", "--mode", "strict"], "strict", r#"{"err":"bad_key: "#),
    ] {
        let answers = serve_with(arguments, requests);
        assert!(answers[0].contains(&format!(r#""mode":"{mode}""#)), "{answers:?}");
        assert!(answers[2].starts_with(third), "{answers:?}");
    }
}

fn serve(requests: &str) -> Vec<String> {
    serve_with(&["conform", "--serve"], requests)
}

fn serve_with(arguments: &[&str], requests: &str) -> Vec<String> {
    let mut child = blindpost()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    input.write_all(requests.as_bytes()).expect("it reads");
    drop(input);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    let answers = String::from_utf8(output.stdout).expect("UTF-8");
    answers.lines().map(str::to_owned).collect()
}
