//! Spans of time and fractions, right and wrong.

use vocab::Micros;

use super::{LEAST, read, refused, refused_with};
use crate::scenario::shown;

#[test]
fn a_span_of_time_is_the_sum_of_its_parts() {
    for (written, span) in [
        ("1us", Micros(1)),
        ("40ms", Micros::millis(40)),
        ("90s", Micros::seconds(90)),
        ("1h 30m", Micros::minutes(90)),
        ("29d 23h 59m 59s", Micros::seconds(30 * 86_400 - 1)),
        (" 1s  500ms ", Micros::millis(1_500)),
        ("400d", Micros::days(400)),
        ("007s", Micros::seconds(7)),
    ] {
        let text = LEAST.replace("\"1m\"", &format!("{written:?}"));
        assert_eq!(read(&text).unwrap().duration, span, "{written}");
    }
}

#[test]
fn a_span_is_shown_as_it_would_be_written() {
    for text in ["0s", "1us", "1m 30s", "29d 23h 59m 59s", "1s 500ms 3us"] {
        let micros = match text {
            "0s" => 0,
            "1us" => 1,
            "1m 30s" => 90_000_000,
            "29d 23h 59m 59s" => 2_591_999_000_000,
            _ => 1_500_003,
        };
        assert_eq!(shown(Micros(micros)), text);
    }
}

#[test]
fn a_span_that_is_none_says_why_and_what_is_allowed() {
    let range = "expected a span of time from 1us to 400d, such as \"40ms\" or \"29d 23h 59m 59s\" \
                 (units us, ms, s, m, h, d)";
    for (written, why) in [
        ("-5m", "is negative"),
        ("1h -5m", "is negative"),
        ("0s", "is zero"),
        ("401d", "is too long"),
        ("400d 1us", "is too long"),
        ("99999999999999999999d", "is too long"),
        ("18446744073709551615s", "is too long"),
        ("", "is empty"),
        ("  ", "is empty"),
        ("5", "has no unit"),
        ("5 m", "has no unit"),
        ("m", "has no number before \"m\""),
        ("+5m", "has no number before \"+5m\""),
        ("5M", "has no unit (\"5M\")"),
        ("5min", "has no unit (\"5min\")"),
        ("1.5s", "has a fraction (\"1.5s\")"),
        ("1m 1h", "does not go from large units to small ones"),
        ("1m 2m", "does not go from large units to small ones"),
    ] {
        let put = format!("duration = §{written:?}");
        refused("duration = \"40d\"", &put, &format!("{written:?} {why}: {range}"));
    }
}

#[test]
fn a_span_that_is_no_text_is_refused_on_its_line() {
    refused(
        "duration = \"40d\"",
        "duration = §5",
        "wrong kind of value: integer `5`: expected a span of time in quotes, such as \"40ms\" or \
         \"29d 23h\"",
    );
}

#[test]
fn a_moment_may_be_zero_and_is_told_so() {
    assert!(read(&super::with("at = \"1s\"", "at = \"0s\"")).is_ok());
    refused_with(
        "at = \"1s\"",
        "at = §\"-1s\"",
        "\"-1s\" is negative: expected a span of time from 0s to 400d",
    );
}

#[test]
fn a_fraction_is_exact_to_a_millionth() {
    for (written, ppm) in [
        ("0", 0),
        ("1", 1_000_000),
        ("1.0", 1_000_000),
        ("0.2", 200_000),
        ("0.1", 100_000),
        ("0.3", 300_000),
        ("0.000001", 1),
        ("1e-6", 1),
        ("0.999999", 999_999),
        ("0.07", 70_000),
        ("-0.0", 0),
    ] {
        let text = super::with("loss = 0.2", &format!("loss = {written}"));
        let scenario = read(&text);
        match written {
            "-0.0" => assert!(scenario.is_err(), "a fraction has no sign"),
            _ => assert_eq!(scenario.unwrap().links.loss_ppm, ppm, "{written}"),
        }
    }
}

#[test]
fn what_is_no_fraction_is_refused_on_its_line() {
    let expected = "expected a fraction from 0 to 1 with at most six decimals, such as 0.2";
    for (written, found) in [
        ("-0.1", "-0.1"),
        ("-1", "-1"),
        ("2", "2"),
        ("1.000001", "1.000001"),
        ("0.1234567", "0.1234567"),
        ("nan", "NaN"),
        ("inf", "inf"),
        ("9223372036854775807", "9223372036854775807"),
    ] {
        let message = format!("{found} is no such fraction: {expected}");
        refused("loss = 0.2", &format!("loss = §{written}"), &message);
    }
    let message = format!("wrong kind of value: string \"20%\": {expected}");
    refused("loss = 0.2", "loss = §\"20%\"", &message);
}

#[test]
fn a_latency_has_its_shortest_span_first_and_above_zero() {
    let find = "latency = { min = \"20ms\", max = \"80ms\" }";
    refused(
        find,
        "latency = §{ min = \"80ms\", max = \"20ms\" }",
        "`min` is 80ms and `max` is 20ms: expected `min` first",
    );
    refused_with(find, "latency = { min = §\"0s\", max = \"20ms\" }", "\"0s\" is zero: expected");
    refused_with(find, "latency = §\"0us\"", "\"0us\" is zero: expected");
    refused(
        find,
        "latency = §[\"20ms\"]",
        "a list is no such value: expected a span of time such as \"40ms\", or { min = \"20ms\", \
         max = \"80ms\" }",
    );
    refused(
        find,
        "latency = §{ min = \"80ms\" }",
        "the key `max` is missing: expected it in this table",
    );
}

#[test]
fn a_condition_is_one_of_three() {
    let find = "when = \"first\"";
    let expected = "expected \"any\", \"first\" or { contains = \"…\" }";
    refused(find, "when = §\"always\"", &format!("\"always\" is no condition: {expected}"));
    refused(find, "when = §1", &format!("wrong kind of value: integer `1`: {expected}"));
    refused_with(find, "when = §{ contains = \" \" }", "`contains` is empty: expected a word");
    refused_with(find, "when = { §has = \"x\" }", "unknown key \"has\": expected contains");
}

#[test]
fn whoever_never_reads_says_never() {
    refused_with("reads = \"10s\"", "reads = §\"newer\"", "\"newer\" has no number before");
    let error = read(&super::with("reads = \"10s\"", "reads = \"newer\"")).unwrap_err();
    assert!(error.to_string().ends_with(", or \"never\""), "{error}");
}
