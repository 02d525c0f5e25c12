//! The adapter protocol: whatever is asked, each line is answered, and none crashes us.

use crate::bytes::Draw;

/// Lines to a process, most often one that has an identity.
pub(crate) fn target(data: &[u8]) {
    let mut input = Vec::new();
    let (which, asked) = data.split_first().unwrap_or((&0, &[]));
    if let Some(profile) = ["v3", "v4", "v4-spqr"].get(usize::from(which % 4)) {
        let init = r#"{"op":"init","name":"a","dev":1,"regid":7,"profile":""#;
        input.extend_from_slice(format!("{init}{profile}\"}}\n").as_bytes());
    }
    input.extend_from_slice(asked);
    let mut output = Vec::new();
    let mut draw = Draw::new(1);
    conformance::serve(&*input, &mut output, |bytes| draw.fill(bytes)).unwrap();
    let output = String::from_utf8(output).unwrap();
    // What follows the last line break is a line if it is anything.
    let ended = input.last().is_none_or(|last| *last == b'\n');
    let lines = input.split(|byte| *byte == b'\n').count() - usize::from(ended);
    assert_eq!(output.lines().count(), lines);
    for answer in output.lines() {
        assert!(answer.starts_with("{\"ok\":") || answer.starts_with("{\"err\":\""), "{answer}");
        assert!(!answer.starts_with("{\"err\":\"internal"), "{answer}");
    }
}
