//! What a person reads on a terminal.

use unicode_width::UnicodeWidthStr as _;

use super::{Style, write};
use crate::report::{
    model::{Report, Verdict},
    sample,
    services::with_a_service,
};

#[test]
fn a_newcomer_reads_what_the_ends_read_and_what_the_transport_could_not() {
    let text = plain(&sample::bakery(), 100);

    assert!(text.contains("Maria → transport  send (prekey message), 412 B"), "{text}");
    assert!(text.contains("transport cannot read: 283 bytes of ciphertext; to: +49"), "{text}");
    assert!(text.contains("Cloud API reads “zq4… Grüß Gott! Ist heute offen?"), "{text}");
    assert!(text.contains("transport ─✗ cloud-api"), "a lost frame is drawn as lost: {text}");
}

#[test]
fn upkeep_is_counted_and_not_told() {
    let text = plain(&sample::bakery(), 100);
    assert!(!text.contains("billing  charge"), "{text}");
    assert!(text.contains("… and 14 steps"), "2 of upkeep and 12 left out: {text}");
}

#[test]
fn a_cell_shows_policy_and_measurement_and_what_they_rest_on() {
    let text = plain(&sample::bakery(), 100);
    for expected in ["no ✓", "12 refused", "yes ✓", "8 of 8", "– no", "312.4 kB"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn an_optional_service_has_a_section_of_its_own_behind_tables_that_are_as_without_it() {
    let (with, without) = (plain(&with_a_service(), 100), plain(&sample::bakery(), 100));
    let (before, section) = with.split_once("What auto_reply saw").unwrap();
    assert!(without.starts_with(before), "{before}");
    assert!(!without.contains("auto"), "{without}");
    let (section, _) = section.split_once("Invariants").unwrap();
    for expected in [
        "forno had it from 1:00",
        "auto-reply-terms-1",
        "2 messages processed, 1 answer",
        "auto-reply service",
        "audit",
    ] {
        assert!(section.contains(expected), "{expected}: {section}");
    }
}

#[test]
fn a_leak_is_named_with_its_place_and_the_run_fails() {
    let text = plain(&sample::leak(), 100);

    assert!(text.contains("LEAK"), "{text}");
    assert!(text.contains("transport saw message content: transport log, message 3"), "{text}");
    assert!(text.contains("FAIL    base64"), "{text}");
    assert!(text.contains("2 of 2 forms did not hold"), "{text}");
    let (failed, held) = (text.find("✗ R008").unwrap(), text.find("✓ exactly-once").unwrap());
    assert!(failed < held, "failures stand first");
}

#[test]
fn a_cell_of_which_nothing_is_known_says_so() {
    let mut report = sample::bakery();
    let cell = &mut report.views[6];
    (cell.measured, cell.verdict, cell.attempts) = (None, Some(Verdict::Unknown), 0);
    let text = plain(&report, 100);
    assert!(text.contains("UNKNOWN"), "{text}");
    assert!(text.contains("ads, message content: nothing was asked and nothing scanned"), "{text}");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 160] {
        for report in [sample::bakery(), sample::leak(), sample::hostile()] {
            for line in plain(&report, width).lines() {
                let digest = line.starts_with("digest") || line.starts_with("again");
                let title = line.contains(&report.scenario);
                assert!(line.width() <= width || digest || title, "{width}: {line}");
            }
        }
    }
}

#[test]
fn a_narrow_terminal_cuts_no_word_of_the_table_at_eighty_columns() {
    let text = plain(&sample::bakery(), 80);
    for word in ["transport", "business", "Manager", "information", "refused"] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn text_from_a_message_gives_the_terminal_no_commands() {
    let mut out = Vec::new();
    write(&sample::hostile(), &Style { colour: false, width: 100 }, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();

    let control = |c: char| c.is_control() && c != '\n';
    assert_eq!(text.chars().find(|c| control(*c)), None);
    assert!(!text.contains('\u{202e}'), "nothing turns the direction of the rest");
    assert!(text.contains("␛[2J␇␀bell"), "what was there is still shown: {text}");
}

#[test]
fn colour_is_written_only_if_asked_for() {
    let mut out = Vec::new();
    write(&sample::bakery(), &Style { colour: true, width: 100 }, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("\u{1b}[32m"));
    assert!(!plain(&sample::bakery(), 100).contains('\u{1b}'));
}

#[test]
fn the_last_line_is_the_command_that_gives_the_run_again() {
    let text = plain(&sample::bakery(), 100);
    assert!(text.ends_with("again  blindpost sim sims/01-first-message.toml --seed 7\n"), "{text}");

    let mut odd = sample::bakery();
    odd.scenario = "it's mine/a b.toml".into();
    odd.mutant = Some("sweep-off".into());
    odd.plan = Some("my plan.toml".into());
    let text = plain(&odd, 100);
    let told = r"sim 'it'\''s mine/a b.toml' --seed 7 --plan 'my plan.toml' --mutant sweep-off";
    assert!(text.contains(told), "{text}");
}

#[test]
fn what_failed_stands_in_columns_with_so_much_evidence_as_a_person_reads() {
    let mut report = sample::leak();
    let failed = report.invariants.iter_mut().find(|one| one.verdict == Verdict::Fail).unwrap();
    failed.says = "word ".repeat(60).trim_end().to_owned();
    failed.evidence = (0..300).map(|number| format!("place {number}")).collect();
    let text = plain(&report, 100);
    assert_eq!(text.matches("place ").count(), 12, "{text}");
    assert!(text.contains("… and 288 more: --json lists them"), "{text}");
    let column = |word: &str| {
        let line = text.lines().find(|line| line.contains(word)).unwrap();
        line.split_once(word).unwrap().0.width()
    };
    assert!(text.contains("\n  ✗ R008 "), "{text}");
    assert_eq!(column("word word"), column("place 0"));
}

#[test]
fn what_went_wrong_is_listed_and_a_long_list_says_how_to_have_all_of_it() {
    let text = plain(&sample::bakery(), 100);
    assert!(text.contains("for 5 h 33 min  20 % lost everywhere"), "{text}");

    let mut many = sample::bakery();
    let fault = many.series.faults[0].clone();
    many.series.faults = vec![fault; 30];
    let text = plain(&many, 100);
    assert_eq!(text.matches("20 % lost everywhere").count(), 20, "{text}");
    assert!(text.contains("… and 10 more: --write-plan lists them"), "{text}");

    many.series.faults.clear();
    assert!(!plain(&many, 100).contains("What went wrong"));
}

#[test]
fn an_empty_report_is_short_and_complete() {
    let mut report = sample::bakery();
    report.conversation = Default::default();
    (report.views, report.stored) = Default::default();
    (report.labels, report.invariants) = Default::default();
    let text = plain(&report, 80);
    assert!(!text.contains("Who saw what"));
    assert!(text.contains("PASS 0 of 0 invariants held"), "{text}");
}

fn plain(report: &Report, width: usize) -> String {
    let mut out = Vec::new();
    write(report, &Style { colour: false, width }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}
