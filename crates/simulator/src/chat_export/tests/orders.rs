//! Which order of day, month and year an export is in.

use super::*;

#[test]
fn a_day_after_the_twelfth_decides_for_the_whole_export() {
    assert_eq!(order_of(["01/02/2024", "13/02/2024"]), DateOrder::DayFirst);
    assert_eq!(order_of(["01/02/2024", "02/13/2024"]), DateOrder::MonthFirst);
    assert_eq!(order_of(["1/2/24", "2/13/24"]), DateOrder::MonthFirst);
    assert_eq!(order_of(["2024/01/02", "2024/02/03"]), DateOrder::YearFirst);
}

#[test]
fn the_order_in_which_time_never_goes_back_decides_where_no_day_does() {
    assert_eq!(order_of(["09/05/2024", "03/06/2024"]), DateOrder::DayFirst);
    assert_eq!(order_of(["05/09/2024", "06/03/2024"]), DateOrder::MonthFirst);
    assert_eq!(
        order_of(["11/12/2023", "02/01/2024", "12/01/2024", "01/02/2024"]),
        DateOrder::DayFirst
    );
}

#[test]
fn an_hour_back_when_summer_time_ends_is_no_evidence() {
    // Melbourne on 7 April 2024; read month first, July comes before March.
    let text = "[07/04/2024, 02:59:30] Ada: a\n[07/04/2024, 02:00:10] Ada: b\n\
                [03/05/2024, 10:00:00] Ada: c\n";
    assert_eq!(read(text).unwrap().date_order, DateOrder::DayFirst);
}

#[test]
fn going_back_by_more_than_an_hour_in_small_steps_is_evidence() {
    let text = "[07/04/2024, 12:00:00] Ada: a\n[07/04/2024, 11:10:00] Ada: b\n\
                [07/04/2024, 10:20:00] Ada: c\n[03/05/2024, 10:00:00] Ada: d\n";
    assert!(matches!(read(text), Err(ChatError::AmbiguousDateOrder { line: 1, .. })));
}

#[test]
fn an_order_in_which_time_goes_back_is_taken_if_every_other_is_impossible() {
    assert_eq!(order_of(["25/12/2023", "24/12/2023"]), DateOrder::DayFirst);
    assert_eq!(order_of(["12/25/2023", "12/24/2023"]), DateOrder::MonthFirst);
    let both_go_back = chat(["05/06/2023", "04/05/2023"]);
    assert!(matches!(read(&both_go_back), Err(ChatError::AmbiguousDateOrder { line: 1, .. })));
}

#[test]
fn an_ambiguous_order_is_refused_with_the_line_both_readings_and_the_setting() {
    let text =
        "01/01/2024, 10:00 - Ada: a\n\n02/01/2024, 10:00 - Ada: b\n03/02/2024, 9:00 - Ada: c";
    let error = read(text).unwrap_err();
    assert_eq!(
        error,
        ChatError::AmbiguousDateOrder {
            line: 3,
            found: "02/01/2024, 10:00".into(),
            as_day_first: LocalTime(1_704_189_600),
            as_month_first: LocalTime(1_706_781_600),
        }
    );
    let shown = error.to_string();
    for part in ["line 3", "date_order", "2024-01-02 10:00:00", "2024-02-01 10:00:00"] {
        assert!(shown.contains(part), "{shown}");
    }
}

#[test]
fn an_order_that_is_given_settles_what_the_lines_leave_open() {
    let text = "02/01/2024, 10:00 - Ada: b\n";
    let at = |order| read_as(order, text).unwrap().entries[0].at.to_string();
    assert_eq!(at(DateOrder::DayFirst), "2024-01-02 10:00:00");
    assert_eq!(at(DateOrder::MonthFirst), "2024-02-01 10:00:00");
    let text = "02-01-04, 10:00 - Ada: b\n";
    assert_eq!(read_as(DateOrder::YearFirst, text).err().and_then(|e| e.line()), Some(1));
    let text = "24-01-04, 10:00 - Ada: b\n";
    assert_eq!(
        read_as(DateOrder::YearFirst, text).unwrap().entries[0].at.to_string(),
        "2024-01-04 10:00:00"
    );
}

#[test]
fn dates_that_mean_the_same_in_both_orders_are_not_ambiguous() {
    assert_eq!(order_of(["01/01/2024", "02/02/2024"]), DateOrder::DayFirst);
    assert_eq!(times("05/05/24, 7:00 - Ada: hi"), ["2024-05-05 07:00:00"]);
}

#[test]
fn short_dates_are_year_first_only_if_nothing_else_fits() {
    assert_eq!(order_of(["23-12-30", "24-01-01"]), DateOrder::YearFirst);
    assert_eq!(order_of(["23-11-20", "23-12-15"]), DateOrder::YearFirst);
    assert_eq!(order_of(["30-11-23", "15-12-23"]), DateOrder::DayFirst);
}

#[test]
fn a_given_order_that_a_line_contradicts_is_refused_with_that_line() {
    let text = "01/02/2024, 10:00 - Ada: a\n25/12/2024, 10:00 - Ada: b\n";
    let error = read_as(DateOrder::MonthFirst, text).unwrap_err();
    assert_eq!(
        error,
        ChatError::ContradictsDateOrder {
            line: 2,
            found: "25/12/2024, 10:00".into(),
            asked: DateOrder::MonthFirst,
            fits: DateOrder::DayFirst,
            as_fits: LocalTime(1_735_120_800),
        }
    );
    assert!(error.to_string().contains("month-first, as `date_order` asks"), "{error}");
    let text = "2024/12/25, 10:00 - Ada: b\n";
    let error = read_as(DateOrder::DayFirst, text).unwrap_err();
    assert!(
        matches!(error, ChatError::ContradictsDateOrder { fits: DateOrder::YearFirst, .. }),
        "{error}"
    );
}

#[test]
fn a_day_that_does_not_exist_is_refused_with_its_line() {
    for (dates, line, order) in [
        (["31/01/2024", "30/02/2024"], 2, DateOrder::DayFirst),
        (["29/02/2023", "01/03/2023"], 1, DateOrder::DayFirst),
        (["01/31/2024", "02/30/2024"], 2, DateOrder::MonthFirst),
        (["2024/01/31", "2024/02/30"], 2, DateOrder::YearFirst),
        (["25/12/2023", "12/26/2023"], 2, DateOrder::DayFirst),
        (["12/25/2023", "26/12/2023"], 2, DateOrder::MonthFirst),
        (["13/12/2023", "13/12/1999"], 2, DateOrder::DayFirst),
        (["13/12/2023", "00/12/2023"], 2, DateOrder::DayFirst),
    ] {
        let found = format!("{}, 10:00", dates[line - 1]);
        let error = ChatError::BadDate { line, found, order };
        assert_eq!(read(&chat(dates)).err(), Some(error), "{dates:?}");
        if line == 2 && !dates[1].contains("26") {
            assert!(
                matches!(read_as(order, &chat(dates)), Err(ChatError::BadDate { line: 2, .. })),
                "{dates:?}"
            );
        }
    }
}

#[test]
fn orders_have_the_names_that_scenarios_use() {
    for order in [DateOrder::DayFirst, DateOrder::MonthFirst, DateOrder::YearFirst] {
        let name = format!("\"{order}\"");
        assert_eq!(serde_json::from_str::<DateOrder>(&name).unwrap(), order);
    }
    assert!(serde_json::from_str::<DateOrder>("\"dmy\"").is_err());
}

fn chat<const N: usize>(dates: [&str; N]) -> String {
    dates.map(|date| format!("{date}, 10:00 - Ada: hi\n")).concat()
}

#[track_caller]
fn order_of<const N: usize>(dates: [&str; N]) -> DateOrder {
    read(&chat(dates)).unwrap_or_else(|error| panic!("{error}")).date_order
}
