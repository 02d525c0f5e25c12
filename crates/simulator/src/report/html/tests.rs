//! What a browser is given.

use super::{STYLE, page};
use crate::report::{
    sample::{self, HOSTILE},
    services::with_a_service,
};

#[test]
fn the_page_loads_nothing_from_anywhere() {
    let page = page(&[sample::bakery(), sample::leak()]);

    for attribute in
        ["src=", "href=\"http", "href=\"//", "href=\"data:", "url(", "@import", "<link"]
    {
        assert!(!page.contains(attribute), "{attribute}");
    }
    for link in page.split("href=\"").skip(1) {
        assert!(link.starts_with('#'), "a link leads away: {}", &link[..40.min(link.len())]);
    }
    assert!(page.contains(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:;"
    ));
}

#[test]
fn an_optional_service_has_a_section_of_its_own() {
    let (with, without) = (page(&[with_a_service()]), page(&[sample::bakery()]));
    assert!(!without.contains("optional service"));
    let (before, section) = with.split_once("What the optional service").unwrap();
    assert!(!before.contains("auto-reply") && before.contains("Who saw what"));
    for expected in ["auto-reply-terms-1", "2 messages processed", "auto-reply service", "audit"] {
        assert!(section.contains(expected), "{expected}");
    }
}

#[test]
fn text_with_markup_stays_text() {
    let hostile = page(&[sample::hostile()]);
    let honest = page(&[sample::bakery()]);

    for forbidden in
        ["<script>alert", "<img", "onerror=\"", "<a href=javascript", "</style></details>"]
    {
        assert!(!hostile.contains(forbidden), "{forbidden}");
    }
    assert!(hostile.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    // What a parser must keep apart is counted: no text has closed anything or opened anything.
    for tag in
        ["<script", "</script", "<svg", "</svg", "<style", "</style", "<details", "</details"]
    {
        assert_eq!(hostile.matches(tag).count(), honest.matches(tag).count(), "{tag}");
    }
}

#[test]
fn no_text_brings_control_characters_or_turns_the_page_around() {
    let page = page(&[sample::hostile()]);
    let bad = |c: char| c.is_control() && c != '\n';
    assert_eq!(page.chars().find(|c| bad(*c)), None);
    assert!(!page.contains('\u{202e}') && !page.contains('\u{2066}'));
    assert!(page.contains("<bdi>␛[2J␇␀bell␍␊\u{fffd}31m</bdi>"));
    assert!(HOSTILE[4].contains("שלום") && page.contains("שלום"), "letters from the right stay");
}

#[test]
fn every_arrow_leads_to_a_step_that_says_who_saw_what() {
    let report = sample::bakery();
    let page = page(std::slice::from_ref(&report));
    let ids = ids(&page);

    for number in 0..report.conversation.arrows.len() {
        assert!(page.contains(&format!("href=\"#step-1-{number}\"")), "no way to step {number}");
        assert!(ids.contains(&format!("step-1-{number}")), "no step {number}");
    }
    assert!(page.contains("cannot read: <bdi>283 bytes</bdi> of ciphertext"));
    assert!(page.contains("<blockquote dir=\"auto\"><bdi>zq4… Grüß Gott!"));
    assert!(page.contains("<dt><bdi>registration id</bdi></dt><dd><bdi>4711</bdi></dd>"));
    assert!(page.contains("0000  44 08 b7 20 10 01 1a 21  D.. ...!"), "the bytes are dumped");
}

#[test]
fn no_element_has_an_attribute_twice() {
    let page = page(&[sample::leak()]);
    let body = page.split("</style>").nth(1).unwrap();
    for tag in body.split('<').skip(1).filter_map(|rest| rest.split('>').next()) {
        for attribute in [" class=", " id=", " href="] {
            assert!(tag.matches(attribute).count() < 2, "{tag}");
        }
    }
}

#[test]
fn ids_are_unique_over_all_reports_and_links_have_targets() {
    let page = page(&[sample::bakery(), sample::leak()]);
    let ids = ids(&page);

    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), ids.len());
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(target.is_empty() || once.iter().any(|id| id == target), "#{target}");
    }
}

#[test]
fn a_lost_frame_ends_in_a_cross() {
    let page = page(&[sample::bakery()]);
    let lost = page.split("<a class=\"step sealed lost\"").nth(1).unwrap();
    let lost = lost.split("</a>").next().unwrap();
    assert!(lost.contains("class=\"cross\"") && !lost.contains("class=\"tip\""), "{lost}");
}

#[test]
fn upkeep_is_drawn_only_in_the_second_drawing() {
    let page = page(&[sample::bakery()]);
    let (main, all) = page.split_once("diagram all-steps").unwrap();
    assert!(!main.contains("charge") && !main.contains("billing"), "main steps only");
    assert!(all.contains("<tspan>charge</tspan>"), "{all}");
    assert!(STYLE.contains("input.upkeep:checked ~ .diagram.all-steps { display: block; }"));
}

#[test]
fn a_cell_that_differs_from_its_policy_is_unfolded_and_says_where() {
    let page = page(&[sample::leak()]);
    let cell = page.split("<td class=\"wrong\">").nth(1).unwrap();
    let cell = cell.split("</td>").next().unwrap();
    assert!(cell.starts_with("<details open><summary><b>LEAK</b>"), "{cell}");
    assert!(cell.contains("transport log, message 3 (Maria → bakery), raw, at 0.014 s"), "{cell}");
}

#[test]
fn every_form_of_a_scenario_is_on_the_page() {
    let page = page(&[sample::leak()]);
    assert_eq!(page.matches("<details class=\"form\">").count(), 2);
    assert!(page.contains("<bdi>base64</bdi>"));
}

fn ids(page: &str) -> Vec<String> {
    page.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn queues_and_faults_lie_on_one_axis() {
    let report = sample::bakery();
    let page = page(std::slice::from_ref(&report));
    let (_, chart) = page.split_once("aria-label=\"Queues and faults\"").unwrap();
    let (chart, _) = chart.split_once("</svg>").unwrap();
    let x = |start: &str| -> f64 {
        let (_, rest) = chart.split_once(start).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    // From 20,000 s of 86,460 s on, on an axis of 700 from 210.
    assert_eq!(x("class=\"shade\" x=\""), 371.9);
    assert_eq!(x("class=\"fault\" x=\""), 371.9, "the bar lies below its shade");
    assert!(chart.contains("M210 36 H210.1 V36 H380 V8 H534.7 V36"), "the queue fills in it");
    assert!(chart.contains("at most 7") && chart.contains("20 % lost everywhere"));
    for tick in ["0.000 s", "6:00:15.000", "1d 00:01:00.000"] {
        assert!(chart.contains(&format!(">{tick}</text>")), "{tick}: {chart}");
    }
    let (_, bars) = page.split_once("aria-label=\"Latencies\"").unwrap();
    assert!(bars.contains("up to 200 ms"));
    assert!(page.contains("8 messages."), "a bucket loses nothing");
}

#[test]
fn a_run_that_stands_still_says_why_and_one_that_does_not_says_nothing() {
    let mut report = sample::bakery();
    assert!(!page(std::slice::from_ref(&report)).contains("Why nothing moves"));
    report.stall = vec!["stall at <noon>".into(), "messages that wait:".into()];
    let page = page(&[report]);
    assert!(page.contains("Why nothing moves"));
    assert!(page.contains("stall at &lt;noon&gt;\nmessages that wait:\n"), "text stays text");
}
