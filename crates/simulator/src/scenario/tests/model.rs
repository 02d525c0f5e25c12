//! What is written is what comes out.

use vocab::{BusinessId, Micros, UnixMicros};

use super::{FULL, LEAST, read};
use crate::{
    net::Latency,
    scan::leak::Form,
    scenario::{Claims, DeedKind, Expected, Hop3, Profile, Readers, When},
};

#[test]
fn every_key_of_the_format_reaches_the_scenario() {
    let scenario = read(FULL).unwrap();
    assert_eq!(scenario.file, "x.toml");
    assert_eq!(scenario.title, "Everything at once");
    assert_eq!(scenario.about, "Each key of the format, with a value of its own.");
    assert_eq!((scenario.seed, scenario.partitions), (7, 7));
    assert_eq!(scenario.stall_after, Micros::hours(3));
    assert_eq!((scenario.profile, scenario.claims), (Profile::V3, Claims::October2025));
    // 08:00:00.5 UTC.
    assert_eq!(scenario.start, UnixMicros(1_767_600_000_500_000));
    assert_eq!(scenario.duration, Micros::days(40));
    assert!(!scenario.canaries);
    assert!(!scenario.rules.business_sender_check);
    assert_eq!(scenario.compare_traces, [("Maria".into(), "Nadia".into())]);
    assert_eq!(scenario.expect_fail, ["R008", "exactly-once"]);
    let (first, every) = (Micros::seconds(25), Micros::minutes(2));
    let readers = Readers { first, every, rounds: 4, one_in: 5 };
    assert_eq!(scenario.readers, readers);
    let leak = scenario.leak.unwrap();
    assert_eq!((leak.by.as_str(), leak.forms), ("Nadia", vec![Form::Raw, Form::SplitOverTwo]));
}

#[test]
fn people_and_businesses_are_who_the_file_says() {
    let scenario = read(FULL).unwrap();
    let maria = scenario.person("Maria").unwrap();
    assert_eq!(maria.phone.as_ref().unwrap().digits(), "393331234567");
    assert_eq!(maria.reads, None);
    let (first, second) = (Micros::minutes(2), Micros::hours(1));
    assert_eq!(maria.offline[0], (first, second));
    assert_eq!(maria.offline[1], (Micros::hours(2), Micros::minutes(150)));
    let nadia = scenario.person("Nadia").unwrap();
    assert_eq!((nadia.reads, &nadia.phone), (Some(Micros::seconds(10)), &None));

    let forno = scenario.business("Forno Bianchi").unwrap();
    assert_eq!((&forno.id.0, forno.hop3), (&"forno".to_owned(), Hop3::OnPremises));
    assert_eq!((forno.kind.as_str(), forno.contacts.len()), ("bakery", 2));
    assert_eq!(forno.address, "Via dei Tigli 4");
    assert_eq!(forno.rules[0].when, When::Contains("bread".into()));
    assert_eq!(forno.rules[1].when, When::First);
    let nord = scenario.business("Libreria Nord").unwrap();
    assert_eq!(nord.id, BusinessId("libreria-nord".into()));
    assert_eq!((nord.hop3, nord.rules.len()), (Hop3::CloudApi, 0));
}

#[test]
fn a_link_of_its_own_overrides_what_it_names_and_keeps_the_rest() {
    let scenario = read(FULL).unwrap();
    assert!(scenario.noise);
    let own = scenario.link("Maria", "transport");
    assert_eq!(own, scenario.link("transport", "Maria"));
    assert_eq!((&own.latency, own.loss_ppm), (&Latency::Fixed(Micros::millis(40)), 0));
    assert_eq!((own.duplicate_ppm, own.reorder_ppm), (100_000, 1));
    assert_eq!(own.reorder_delay, (Micros::millis(1), Micros::seconds(2)));
    let other = scenario.link("Nadia", "transport");
    assert_eq!(other.loss_ppm, 200_000);
    let (low, high) = (Micros::millis(20), Micros::millis(80));
    assert_eq!(other.config("phone").latency, Latency::Uniform { low, high });
    let (low, high) = (Micros(400), Micros(500));
    assert_eq!(scenario.store.read, Latency::Uniform { low, high });
    let last = scenario.link("billing", "cloud-api");
    assert_eq!((last.loss_ppm, last.reorder_ppm), (500_000, 1_000_000));
}

#[test]
fn a_deed_knows_the_business_that_it_is_about() {
    let scenario = read(FULL).unwrap();
    let deeds: Vec<_> = scenario
        .deeds
        .iter()
        .map(|deed| (deed.what, deed.about.as_deref(), deed.message.as_deref(), deed.attach))
        .collect();
    let expected = [
        (DeedKind::AskAgain, Some("Forno Bianchi"), Some("answer"), false),
        (DeedKind::Report, Some("Forno Bianchi"), Some("answer"), true),
        (DeedKind::Block, Some("Libreria Nord"), None, false),
        (DeedKind::Reinstall, None, None, false),
    ];
    assert_eq!(deeds, expected);
    assert_eq!(scenario.crashes[1].down, Micros::seconds(1));
    assert_eq!(scenario.probes[0].expect, Expected::Gone);
    assert_eq!(scenario.impostors[0].poses_as, "Forno Bianchi");
    assert_eq!(scenario.generates[0].from, ["Maria", "Nadia"]);
    assert_eq!(scenario.generates[1].words, 6);
}

#[test]
fn a_chat_is_mapped_and_what_is_left_out_is_counted() {
    let scenario = read(FULL).unwrap();
    let chat = &scenario.chats[0];
    let said: Vec<_> =
        chat.lines.iter().map(|line| (line.from.as_str(), line.text.as_str())).collect();
    assert_eq!(said, [("Maria", "Good evening!"), ("Forno Bianchi", "Good evening, Maria.")]);
    assert_eq!((chat.skipped.system, chat.skipped.attachments), (1, 1));
    assert_eq!((chat.business.as_str(), chat.pace), ("Forno Bianchi", 2));
}

#[test]
fn what_a_file_leaves_out_has_the_defaults_of_the_reference() {
    let scenario = read(LEAST).unwrap();
    assert_eq!((scenario.seed, scenario.partitions, scenario.profile), (1, 1, Profile::V4));
    assert_eq!(scenario.stall_after, Micros::hours(2));
    assert_eq!((scenario.claims, scenario.canaries), (Claims::Seed, true));
    assert_eq!(scenario.start, UnixMicros(1_767_600_000_000_000));
    assert!(scenario.rules.business_sender_check);
    let (first, every) = (Micros::seconds(20), Micros::seconds(60));
    let readers = Readers { first, every, rounds: 3, one_in: 1 };
    assert_eq!(scenario.readers, readers);
    assert_eq!(scenario.people[0].reads, Some(Micros::seconds(3)));
    assert_eq!((scenario.links.loss_ppm, scenario.noise), (0, false));
    assert!(scenario.leak.is_none() && scenario.expect_fail.is_empty());
}

#[test]
fn a_leak_that_names_no_forms_takes_all_of_them() {
    let scenario = read(&format!("{LEAST}[leak]\nby = \"Maria\"\n")).unwrap();
    assert_eq!(scenario.leak.unwrap().forms, Form::ALL);
}

#[test]
fn clocks_read_every_offset_and_every_leap_year() {
    for (written, seconds) in [
        ("2009-01-01T00:00:00Z", 1_230_768_000),
        ("2024-02-29T12:00:00Z", 1_709_208_000),
        ("2024-03-01T00:00:00Z", 1_709_251_200),
        ("2099-12-31T23:59:59Z", 4_102_444_799),
        ("2026-01-01T00:30:00+02:00", 1_767_220_200),
        ("2025-12-31T22:30:00-05:00", 1_767_238_200),
    ] {
        let scenario = read(&format!("start = {written}\n{LEAST}")).unwrap();
        assert_eq!(scenario.start, UnixMicros(seconds * 1_000_000), "{written}");
    }
}
