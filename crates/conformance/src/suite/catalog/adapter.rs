//! The adapter protocol itself.

use serde_json::json;

use super::super::{
    case::{Case, Checked, MUST, RESPONDS, SHOULD, Stop},
    claims::fail,
    stage::{Party, Stage},
};

pub(super) const CASES: &[Case] = &[
    Case {
        id: "adapter.bad-line",
        section: "adapter-protocol",
        roles: RESPONDS,
        claim: "A line that is no request is answered with `err`, and the next one is served.",
        why: "A test sends what is wrong on purpose; a process that exits ends it.",
        check: bad_line,
        ..MUST
    },
    Case {
        id: "adapter.bad-field",
        section: "adapter-protocol",
        roles: RESPONDS,
        claim: "A request with a missing or wrong field is refused without a crash.",
        why: "An adapter that crashes hides what the implementation would have said.",
        check: bad_field,
        ..MUST
    },
    Case {
        id: "adapter.unknown-field",
        section: "adapter-protocol",
        roles: RESPONDS,
        claim: "Fields that the protocol does not name are ignored.",
        why: "Later versions of the protocol add some.",
        check: unknown_field,
        ..MUST
    },
    Case {
        id: "adapter.unknown-operation",
        section: "adapter-protocol",
        roles: RESPONDS,
        claim: "An operation that is not there is refused as `unsupported`.",
        why: "What is absent is then reported as that, and not as a failure.",
        check: unknown_operation,
        ..SHOULD
    },
    Case {
        id: "adapter.end",
        section: "adapter-protocol",
        roles: RESPONDS,
        claim: "The process exits with 0 when its input ends.",
        why: "A process that stays is one for each device that a test ever made.",
        check: end,
        ..MUST
    },
];

fn refused(stage: &mut Stage<'_>, line: &str) -> Checked<String> {
    stage.transcript.add("adapter >", &line.into());
    match stage.subject().say(line).map_err(Stop::Broken)? {
        Ok(answer) => fail(format!("the adapter answered {line:?} with ok: {answer}")),
        Err(refused) if refused.kind == "internal" => {
            fail(format!("the adapter crashed on {line:?}: {}", refused.text))
        }
        Err(refused) => Ok(refused.kind),
    }
}

fn bad_line(stage: &mut Stage<'_>) -> Checked {
    for line in ["no JSON", "[]", "7", "{}", r#"{"op":7}"#] {
        refused(stage, line)?;
    }
    stage.bundle(Party::Subject, true).map(drop)
}

fn bad_field(stage: &mut Stage<'_>) -> Checked {
    for line in [
        r#"{"op":"encrypt","m":"no peer"}"#,
        r#"{"op":"decrypt","peer":["a",1],"type":3,"c":"no hex"}"#,
        r#"{"op":"decrypt","peer":["a",1],"type":9,"c":"00"}"#,
        r#"{"op":"decrypt","peer":["a",1],"type":3}"#,
        r#"{"op":"process","peer":["a",1]}"#,
        r#"{"op":"process","peer":["a",1],"b":{}}"#,
    ] {
        refused(stage, line)?;
    }
    stage.bundle(Party::Subject, true).map(drop)
}

fn unknown_field(stage: &mut Stage<'_>) -> Checked {
    let kem = stage.profile.has_kem();
    let request = json!({"op":"bundle","otk":true,"kyber":kem,"later":{"a":[1]},"x":null});
    stage.ok(Party::Subject, &request).map(drop)
}

fn unknown_operation(stage: &mut Stage<'_>) -> Checked {
    let kind = refused(stage, r#"{"op":"no-such-operation"}"#)?;
    if kind == "unsupported" { Ok(()) } else { fail(format!("the adapter refused as {kind}")) }
}

fn end(stage: &mut Stage<'_>) -> Checked {
    stage.bundle(Party::Subject, false)?;
    stage.subject().finish().map_err(Stop::Failed)
}
