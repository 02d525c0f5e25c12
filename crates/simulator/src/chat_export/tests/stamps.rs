//! The date and time at the start of an entry.

use super::*;

#[test]
fn every_known_form_of_the_same_minute_is_read() {
    for stamp in [
        "31/12/2023, 21:41 - ",
        "31/12/23, 21:41 - ",
        "31/12/23 21:41 - ",
        "12/31/23, 9:41 PM - ",
        "12/31/23, 9:41 pm - ",
        "12/31/2023, 9:41PM - ",
        "12/31/23, 9:41\u{202f}PM - ",
        "12/31/23, 9:41\u{a0}PM - ",
        "31/12/23, 9:41 p.m. - ",
        "31/12/23, 9:41 p.\u{a0}m. - ",
        "31/12/2023, 9:41 P. M. - ",
        "31.12.23, 21:41 - ",
        "31.12.2023, 21.41 - ",
        "31-12-2023 21:41 - ",
        "2023-12-31, 21:41 - ",
        "2023/12/31 21:41 - ",
        "2023/12/31 午後9:41 - ",
        "2023/12/31 下午9:41 - ",
        "31.12.23, 21:41 – ",
        "31/12/2023 à 21:41 - ",
        "31/12/2023 às 21:41 - ",
        "31.12.2023 klo 21.41 - ",
        "\u{200f}31\u{200f}/12\u{200f}/2023، 9:41 م - ",
        "٣١/١٢/٢٠٢٣، ٩:٤١ م - ",
        "۳۱/۱۲/۲۰۲۳، ۲۱:۴۱ - ",
        "31.12.2023, 9:41 אחה״צ - ",
        "31.12.2023, 9:41 אחה\"צ - ",
        "[31/12/2023, 21:41:00] ",
        "[31/12/2023, 21:41] ",
        "[31.12.23, 21:41:00] ",
        "[12/31/23, 9:41:00 PM] ",
        "[12/31/23, 9:41:00\u{202f}PM] ",
        "[2023-12-31, 9:41:00 p.m.] ",
        "[2023/12/31 21:41:00] ",
        "\u{200e}[31/12/2023, 21:41:00] ",
        "\u{202a}[31/12/2023, 21:41:00]\u{202c} ",
        "\u{2067}31/12/2023, 21:41 - ",
        "\u{feff}31/12/2023, 21:41 - ",
    ] {
        let export = read(&format!("{stamp}Ada: hi\n")).unwrap_or_else(|e| panic!("{stamp}: {e}"));
        assert_eq!(export.entries[0].at.to_string(), "2023-12-31 21:41:00", "{stamp}");
        assert_eq!(export.entries[0].kind, message("Ada", "hi"), "{stamp}");
    }
}

#[test]
fn seconds_are_kept_where_the_export_has_them() {
    assert_eq!(times("[31/12/2023, 21:41:05] Ada: hi"), ["2023-12-31 21:41:05"]);
}

#[test]
fn noon_and_midnight_of_a_twelve_hour_clock_are_not_mixed_up() {
    let text = "12/30/23, 12:00 AM - Ada: a\n12/30/23, 12:59 AM - Ada: b\n\
                12/30/23, 12:00 PM - Ada: c\n12/30/23, 1:00 PM - Ada: d\n\
                12/30/23, 11:59 PM - Ada: e\n";
    let clock: Vec<_> = times(text).iter().map(|time| time[11..16].to_owned()).collect();
    assert_eq!(clock, ["00:00", "00:59", "12:00", "13:00", "23:59"]);
    assert_eq!(times("2023/12/31 午後0:30 - Ada: hi"), ["2023-12-31 12:30:00"]);
    assert_eq!(times("2023/12/31 午前0:30 - Ada: hi"), ["2023-12-31 00:30:00"]);
}

#[test]
fn a_time_of_day_that_does_not_exist_is_refused_with_its_line() {
    for stamp in ["24:00", "21:60", "13:00 PM"] {
        let text = format!("13/12/2023, {stamp} - Ada: hi\n");
        let found = format!("13/12/2023, {stamp}");
        assert_eq!(read(&text).err(), Some(ChatError::BadTime { line: 1, found }));
    }
    let text = "[31/12/2023, 21:41:59] Ada: a\n[31/12/2023, 21:41:60] Ada: b\n";
    assert_eq!(read(text).unwrap_err().line(), Some(2));
}

#[test]
fn local_time_counts_seconds_from_1970_as_if_in_utc() {
    for (stamp, seconds) in [
        ("2009/01/01 00:00", 1_230_768_000),
        ("2023/12/31 21:41", 1_704_058_860),
        ("2024/02/29 12:00", 1_709_208_000),
        ("2038/01/19 03:14", 2_147_483_640),
        ("2099/12/31 23:59", 4_102_444_740),
    ] {
        let export = read(&format!("{stamp} - Ada: hi")).unwrap();
        assert_eq!(export.entries[0].at, LocalTime(seconds), "{stamp}");
    }
}

#[test]
fn every_day_from_2009_to_2099_follows_the_day_before_it_and_shows_as_written() {
    let mut before: Option<LocalTime> = None;
    let mut days = 0;
    for (year, month, day) in
        (2009..=2099).flat_map(|y| (0..=13).flat_map(move |m| (0..=32).map(move |d| (y, m, d))))
    {
        let Some(midnight) = LocalTime::new(year, month, day, 0) else { continue };
        assert_eq!(midnight.to_string(), format!("{year}-{month:02}-{day:02} 00:00:00"));
        assert!(before.is_none_or(|before| before.0 + 86_400 == midnight.0), "{midnight}");
        before = Some(midnight);
        days += 1;
    }
    assert_eq!(days, 91 * 365 + 22);
}

#[test]
fn times_before_1970_are_shown_too() {
    assert_eq!(LocalTime(-1).to_string(), "1969-12-31 23:59:59");
    assert_eq!(LocalTime(-719_468 * 86_400).to_string(), "0000-03-01 00:00:00");
}

#[test]
fn what_only_resembles_a_time_stamp_starts_no_entry() {
    for line in [
        "31/12/2023 - Ada: no time",
        "31/12/2023, 21:41 Ada: no dash",
        "31/12/2023, 21:41 -Ada: no space",
        "31/12, 21:41 - Ada: no year",
        "31/12.2023, 21:41 - Ada: two separators",
        "31/12/023, 21:41 - Ada: a year of three digits",
        "31/12/2023, 21:4 - Ada: a minute of one digit",
        "[31/12/2023, 21:41 Ada: no end",
        "at 31/12/2023, 21:41 - Ada: in a sentence",
        "[00:29, 15/05/2021] Ada: copied from the web page, not exported",
    ] {
        let text = format!("31/12/2023, 21:41 - Ada: hi\n{line}\n");
        assert_eq!(kinds(&text), [message("Ada", &format!("hi\n{line}"))]);
        assert!(matches!(read(line), Err(ChatError::NotAnExport { line: 1, .. })), "{line}");
    }
}

#[test]
fn a_time_stamp_in_another_style_is_text_that_somebody_pasted() {
    let text = "[31/12/2023, 21:41:05] Ada: look what he wrote:\n\
                31/12/2023, 20:00 - Bo: hi\n\
                [31/12/23, 20:00:00] Bo: two digits\n\
                [31/12/2023, 20:00] Bo: no seconds\n\
                [31/12/2023, 8:00:00 PM] Bo: twelve hours\n\
                [31.12.2023, 20:00:00] Bo: dots\n\
                [31/12/2023, 21:42:00] Bo: I know\n";
    let export = read(text).unwrap();
    assert_eq!(export.entries.len(), 2);
    assert_eq!(export.entries[0].kind.text().lines().count(), 6);
    assert_eq!(export.entries[1].line, 7);
}

#[test]
fn a_pasted_line_in_the_same_style_is_an_entry_since_nothing_tells_it_apart() {
    let text = "[31/12/2023, 21:41:05] Ada: he wrote\n[31/12/2023, 20:00:00] Bo: hi\n";
    assert_eq!(kinds(text), [message("Ada", "he wrote"), message("Bo", "hi")]);
}

#[test]
fn text_above_the_first_entry_is_refused_and_blank_lines_are_not() {
    let text = "\n \u{200e}\r\nof the message\n31/12/2023, 21:41 - Ada: hi\n";
    let found = "of the message".to_owned();
    assert_eq!(read(text).err(), Some(ChatError::TextBeforeFirst { line: 3, found }));
    let export = read("\u{feff}\n \u{200e}\r\n31/12/2023, 21:41 - Ada: hi").unwrap();
    assert_eq!(export.entries[0].line, 3);
}
