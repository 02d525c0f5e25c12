//! What of a chapter is not so.

use crate::{
    GUIDE,
    chapter::{Chapter, Step},
    matching,
    shell::Ran,
};

/// What is not as `chapter` says, for people; nothing if all is.
pub(crate) fn problems(chapter: &Chapter, ran: &[Ran]) -> Vec<String> {
    chapter.steps().zip(ran).filter_map(|(step, ran)| problem(step, ran)).collect()
}

fn problem(step: &Step, ran: &Ran) -> Option<String> {
    let at = format!("{GUIDE}:{}: $ {}", step.line, step.command);
    if ran.printed.iter().any(|line| line.contains("panicked at")) {
        return Some(format!("{at}\n  panicked: {}", listed(&ran.printed)));
    }
    if ran.code != 0 && !step.code_is_shown {
        let printed = listed(&ran.printed);
        let code = ran.code;
        return Some(format!(
            "{at}\n  ended with {code}: expected `$ echo $?` after it\n{printed}"
        ));
    }
    let same = matching::lines(&step.expected, &ran.printed);
    let (expected, printed) = (listed(&step.expected), listed(&ran.printed));
    (!same).then(|| format!("{at}\n expected\n{expected}\n printed\n{printed}"))
}

fn listed(lines: &[String]) -> String {
    lines.iter().map(|line| format!("  | {line}")).collect::<Vec<_>>().join("\n")
}
