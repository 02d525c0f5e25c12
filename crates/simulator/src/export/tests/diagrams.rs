//! The picture of one conversation.

use super::runs::{once, scenario, write};
use crate::export::{
    Target,
    diagram::{Form, Wanted},
};

/// Tags in order; panics where they do not nest.
fn well_formed(text: &str) -> usize {
    let body = text.split_once("?>").unwrap().1.trim();
    let mut open: Vec<&str> = Vec::new();
    let mut elements = 0;
    for piece in body.split('<').skip(1) {
        let (tag, behind) = piece.split_once('>').unwrap();
        assert!(!behind.contains('>') || !behind.contains('<'), "{piece}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{text}");
        } else {
            elements += 1;
            let name = tag.split(' ').next().unwrap();
            assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
    elements
}

#[test]
fn the_svg_stands_alone_and_is_well_formed() {
    let picture = &once().picture;
    assert!(picture.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns="));
    assert!(well_formed(picture) > 100);
    let title = "<title>Everything; at &quot;once&quot; &lt;b&gt;: Maria and Forno Bianchi</title>";
    assert!(picture.contains(title), "text stays text");
    for attribute in ["href", "src=", "@import", "<script", "url(http"] {
        assert!(!picture.contains(attribute), "{attribute}");
    }
    assert!(picture.contains("prefers-color-scheme:dark"));
}

#[test]
fn it_shows_one_conversation_with_what_was_lost_or_doubled_and_its_faults() {
    let picture = &once().picture;
    for name in ["Maria", "transport", "cloud-api", "Forno Bianchi"] {
        assert!(picture.contains(&format!(">{name}</text>")), "{name}");
    }
    for other in ["Tom", "business-manager", "billing", "PUT "] {
        assert!(!picture.contains(&format!(">{other}")), "{other}");
    }
    assert!(picture.contains(", lost</text>") && picture.contains("class=\"cross\""));
    assert!(picture.contains(", arrives 2 times</text>") && picture.contains("class=\"again\""));
    assert!(picture.contains("<title>0 % lost between Maria and transport</title>"));
    assert!(picture.contains("<title>cloud-api crashes</title>"));
    for step in
        ["sends prekey message", "delivers prekey message", "POST /webhook", "answer bundle"]
    {
        assert!(picture.contains(step), "{step}");
    }
}

#[test]
fn arrows_go_down_in_time() {
    let mut arrows = 0;
    for line in once().picture.split("<line class=\"shaft\" ").skip(1) {
        let number = |name: &str| -> u32 {
            let (_, rest) = line.split_once(&format!("{name}=\"")).unwrap();
            rest.split('"').next().unwrap().parse().unwrap()
        };
        assert!(number("y2") > number("y1"), "{}", &line[..80]);
        arrows += 1;
    }
    assert!(arrows > 40, "{arrows}");
}

#[test]
fn the_text_for_mermaid_has_a_line_for_each_step_and_nothing_that_it_would_misread() {
    let text = write(1, Form::Mermaid).picture;
    let mut lines = text.lines();
    let title = "title: \"Everything; at \\\"once\\\" <b>: Maria and Forno Bianchi\"";
    assert_eq!(
        lines.by_ref().take(4).collect::<Vec<_>>(),
        ["---", title, "---", "sequenceDiagram"]
    );
    let mut kinds = [0; 4];
    for line in lines {
        let line = line.strip_prefix("    ").unwrap();
        let (head, text) = line.split_once(": ").unwrap_or((line, ""));
        assert!(
            !text
                .replace("#59;", "")
                .replace("#35;", "")
                .replace("#37;", "")
                .contains([';', '<', '>']),
            "{line}"
        );
        let kind = if head.starts_with("participant n") {
            continue;
        } else if head.starts_with("Note over n") {
            0
        } else if head.contains("-->>") {
            1
        } else if head.contains("->>") {
            2
        } else {
            assert!(head.contains("-xn"), "{line}");
            3
        };
        kinds[kind] += 1;
    }
    assert!(kinds.iter().all(|count| *count > 3), "{kinds:?}");
    assert!(text.contains("Note over n0,n3: fault begins: cloud-api crashes"), "{text}");
}

#[test]
fn a_conversation_that_there_is_not_is_refused_with_those_that_there_are() {
    let wanted = |a: &str, b: &str| Wanted {
        target: Target::memory(),
        form: Form::Svg,
        between: (a.into(), b.into()),
    };
    let ends = ("Maria".to_owned(), "Forno Bianchi".to_owned());
    assert_eq!(wanted("Forno Bianchi", "Maria").ends(&scenario()), Ok(ends));
    for (a, b) in [("Maria", "Tom"), ("Maria", "transport"), ("Marai", "Forno Bianchi")] {
        let error = wanted(a, b).ends(&scenario()).unwrap_err().to_string();
        for expected in [
            &format!("no conversation \"{a},{b}\": expected a person and a business"),
            "\"Maria,Forno Bianchi\"",
            "people: Maria, Tom;",
        ] {
            assert!(error.contains(expected), "{error}");
        }
    }
}
