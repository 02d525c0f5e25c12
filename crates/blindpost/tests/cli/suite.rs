//! The conformance suite, on our own engine and on adapters that are of no use.

use std::{fs, path::Path};

use crate::common::{Ended, blindpost, end, folder};

/// Our own engine as an adapter.
fn own() -> String {
    format!("'{}' conform --serve", env!("CARGO_BIN_EXE_blindpost"))
}

fn conform(adapter: &str, arguments: &[&str]) -> Ended {
    end(blindpost().args(["conform", "--adapter", adapter]).args(arguments))
}

/// An adapter written in shell, which reads a line before it does what it does.
fn shell(script: &str) -> String {
    format!("sh -c '{script}'")
}

#[test]
fn our_engine_passes_a_case_of_each_kind_in_both_roles() {
    let terms = ["adapter", "agree", "order", "duplicate", "replay", "downgrade", "point"];
    let only: Vec<_> = terms.iter().flat_map(|term| ["--only", term]).collect();
    let ended = conform(&own(), &only);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let last = ended.out.lines().last().expect("counts");
    assert!(last.contains(" 0 failed, 0 known, 0 unexpected pass,"), "{last}");
    let table = |name: &str| ended.out.lines().any(|line| line.starts_with(name));
    assert!(table("v3 ") && table("v4 "), "{}", ended.out);
}

#[test]
fn the_same_seed_names_the_same_cases_and_every_verdict_names_its_mode() {
    let asked = ["--only", "sign.malleable", "--only", "v4", "--json", "-"];
    let strict = format!("{} --mode strict", own());
    let ended = conform(&strict, &asked);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let report: serde_json::Value = serde_json::from_str(&ended.out).expect("JSON alone");
    let result = &report["results"][0];
    assert_eq!(result["id"], "sign.malleable");
    assert_eq!(result["mode"], "strict");
    let asked = ["--only", "sign.malleable", "--mode", "compat"];
    assert_eq!(conform(&own(), &asked).code, Some(0));
    let ended = conform(&strict, &asked);
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("reads this strict, and --mode wants compat"), "{}", ended.out);
}

#[test]
fn an_adapter_of_no_use_gets_a_verdict_in_time_and_exit_code_2() {
    let hangs = "read x; exec sleep 60";
    for (script, verdict) in [
        (hangs, "hangs: no answer within 1 s"),
        ("read x; exit 3", "exited with 3 without an answer"),
        ("read x; kill -9 $$", "died (signal: 9"),
        ("read x; echo nonsense", "wrote what is not JSON: nonsense"),
        ("read x; printf \"\\377\\n\"", "wrote what is not UTF-8"),
        ("read x; echo {}", "neither with `ok` nor with `err`: {}"),
        ("read x; head -c 1100000 /dev/zero", "a line of more than 1048576 bytes"),
        ("read x; exec yes \"{\\\"err\\\":\\\"no\\\"}\"", "answered without being asked"),
        ("exec yes", "answered without being asked"),
        ("read x; echo out of order >&2; exit 1", "its last words: out of order"),
        ("while read x; do echo \"{\\\"ok\\\":{}}\"; done", "speaks no profile of ours"),
    ] {
        let ended = conform(&shell(script), &["--timeout", "1"]);
        let text = &ended.err;
        // A line of zeros is not read to its end; a flood may be told as what its lines are not.
        let flood = script == "exec yes" && text.contains("not JSON");
        assert!(text.contains(verdict) || flood, "{script}: {text}");
        assert_eq!(ended.code, Some(2), "{script}");
    }
    let ended = conform("/no/such/program", &[]);
    assert!(ended.err.contains("cannot be started"), "{}", ended.err);
    assert_eq!(ended.code, Some(2));
}

/// Our engine until a request of `op`, upon which it hears no more.
fn until(op: &str) -> String {
    let engine = env!("CARGO_BIN_EXE_blindpost");
    let filter = format!("/\\\"op\\\":\\\"{op}\\\"/q");
    format!("sh -c 'sed -u -n \"{filter};p\" | \"{engine}\" conform --serve'")
}

#[test]
fn an_adapter_that_breaks_later_fails_its_cases_and_is_given_up_after_eight() {
    let adapter = until("decrypt");
    let ended = conform(&adapter, &["--only", "agree.unicode", "--timeout", "2"]);
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains("without an answer"), "{}", ended.out);
    assert!(ended.out.contains("adapter > {\"c\":\""), "the transcript: {}", ended.out);
    let ended = conform(&adapter, &["--only", "agree", "--only", "order", "--timeout", "2"]);
    assert_eq!(ended.code, Some(2), "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("8 cases in a row broke the adapter"), "{}", ended.err);
}

fn write(path: &Path, text: &str) -> String {
    fs::write(path, text).expect("a file can be written");
    path.display().to_string()
}

#[test]
fn a_known_failure_is_expected_and_one_that_passes_is_not() {
    let folder = folder("conform-known");
    let broken = until("trust");
    let only = ["--only", "identity.trusted", "--only", "v4", "--timeout", "2"];
    assert_eq!(conform(&broken, &only).code, Some(1));
    let known = "[[known]]\nid = \"identity.trusted\"\nprofile = \"v4\"\nreason = \"It exits.\"\n";
    let known = write(&folder.join("known.toml"), known);
    let with =
        |adapter: &str| conform(adapter, &[&only[..], &["--known-failures", &known]].concat());
    let ended = with(&broken);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains("0 failed, 1 known"), "{}", ended.out);
    let ended = with(&own());
    assert_eq!(ended.code, Some(1), "{}", ended.out);
    assert!(ended.out.contains("UNEXPECTED PASS identity.trusted"), "{}", ended.out);
    assert!(ended.out.contains("known to fail: It exits."), "{}", ended.out);
}

#[test]
fn a_bad_file_of_known_failures_is_named() {
    let folder = folder("conform-bad-known");
    for (number, (text, complaint)) in [
        ("[[known]]\nid = \"no.such\"\nreason = \"x\"\n", "there is no case \"no.such\""),
        ("[[known]]\nid = \"agree.one-time\"\nreason = \" \"\n", "has a reason"),
        ("[[known]]\nid = \"agree.one-time\"\n", "reason"),
        (
            "[[known]]\nid = \"sign.malleable\"\nrole = \"responds\"\nreason = \"x\"\n",
            "no case \"sign.malleable\" in that profile and role",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let known = write(&folder.join(format!("{number}.toml")), text);
        let ended = conform(&own(), &["--only", "adapter", "--known-failures", &known]);
        assert_eq!(ended.code, Some(2), "{text}");
        assert!(ended.err.contains(complaint) && ended.err.contains(&known), "{}", ended.err);
    }
}

#[test]
fn the_reports_for_machines_hold_every_case_and_no_markup_of_the_adapter() {
    let folder = folder("conform-reports");
    let path = |name: &str| folder.join(name).display().to_string();
    let (json, junit, html) = (path("r.json"), path("r.xml"), path("r.html"));
    let replace = "s/\"impl\":\"blindpost/\"impl\":\"<b>\\&blindpost/";
    let engine = env!("CARGO_BIN_EXE_blindpost");
    let adapter = format!(
        "sh -c '\"{engine}\" conform --serve | sed -u \"{}\"'",
        replace.replace('"', "\\\"")
    );
    let arguments = ["--only", "adapter", "--json", &json, "--junit", &junit, "--html", &html];
    let ended = conform(&adapter, &arguments);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    let read = |path: &str| fs::read_to_string(path).expect("it was written");
    let report: serde_json::Value = serde_json::from_str(&read(&json)).expect("JSON");
    assert_eq!(report["results"].as_array().map(Vec::len), Some(15));
    let unsupported = report["counts"]["unsupported"].as_u64().expect("a number") as usize;
    assert_eq!(report["counts"]["failed"], 0);
    assert_eq!(report["as_expected"], true);
    let junit = read(&junit);
    assert_eq!(junit.matches("<testcase ").count(), 15, "{junit}");
    assert_eq!(junit.matches("<skipped ").count(), unsupported, "{junit}");
    let html = read(&html);
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>"), "{html}");
    assert!(html.contains("default-src 'none'") && html.contains("adapter.end"), "{html}");
}

#[test]
fn cases_are_listed_and_chosen_by_id_family_section_and_profile() {
    let list = |arguments: &[&str]| {
        let ended = end(blindpost().args(["conform", "--list"]).args(arguments));
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        ended.out.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = list(&[]);
    assert!(all.len() >= 100, "{} cases", all.len());
    assert_eq!(list(&["--only", "limit.jump-25001"]).len(), 1);
    let family = list(&["--only", "limit"]);
    assert!(family.len() > 5 && family.iter().all(|line| line.starts_with("limit.")));
    let section = list(&["--only", "double-ratchet r4 2.6"]);
    assert!(!section.is_empty());
    assert!(section.iter().all(|line| line.contains("double-ratchet r4 2.6")), "{section:?}");
    let skipped = list(&["--skip", "limit", "--skip", "v3"]);
    assert!(skipped.iter().all(|line| !line.starts_with("limit.") && !line.contains(" v3,")));
    let ended = end(blindpost().args(["conform", "--list", "--only", "limt"]));
    assert_eq!(ended.code, Some(2));
    assert!(ended.err.contains("\"limt\" is no case"), "{}", ended.err);
}

#[test]
fn the_reference_page_is_what_the_cases_say() {
    let ended = end(blindpost().args(["conform", "--list", "--markdown"]));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/conformance.md");
    let page = fs::read_to_string(path).expect("the page is there");
    let command = "blindpost conform --list --markdown > docs/reference/conformance.md";
    assert!(ended.out == page, "the page is not what the cases say; run `{command}`");
}
