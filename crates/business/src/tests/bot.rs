//! Stories about the bot's rules.

use vocab::MessageId;

use crate::{
    bot::{Heard, MOST_CHARACTERS, Match, Rule, answer, marked},
    config::Canary,
};

fn rule(when: Match, reply: &str) -> Rule {
    Rule { when, reply: reply.to_string() }
}

fn heard(text: &str, count: u64) -> Heard<'_> {
    Heard { text, name: "Ada", count }
}

#[test]
fn the_first_rule_that_matches_answers() {
    let rules = [
        rule(Match::First, "Welcome, {name}!"),
        rule(Match::Contains("Price".to_string()), "It costs 3."),
        rule(Match::Any, "Message {count}."),
    ];
    assert_eq!(answer(&rules, heard("price?", 1)).as_deref(), Some("Welcome, Ada!"));
    assert_eq!(answer(&rules, heard("The PRICE?", 2)).as_deref(), Some("It costs 3."));
    assert_eq!(answer(&rules, heard("thanks", 3)).as_deref(), Some("Message 3."));
    assert_eq!(answer(&rules[..1], heard("thanks", 2)), None);
}

#[test]
fn what_a_customer_wrote_is_no_template_and_an_unknown_place_is_text() {
    let filled = |template: &str| answer(&[rule(Match::Any, template)], heard("{name}", 1));
    assert_eq!(filled("<{text}>").as_deref(), Some("<{name}>"));
    assert_eq!(filled("{when} {text").as_deref(), Some("{when} {text"));
    assert_eq!(filled("{{count}} }{").as_deref(), Some("{1} }{"));
    assert_eq!(filled("").as_deref(), Some(""));
}

#[test]
fn an_answer_too_long_for_a_message_loses_its_end_and_never_a_word() {
    let long = "è".repeat(MOST_CHARACTERS + 1);
    let text = answer(&[rule(Match::Any, "{text}{text}")], heard(&long, 1)).unwrap();
    assert_eq!(text.chars().count(), MOST_CHARACTERS);
    let (text, word) = marked(&text, &Canary { key: [5; 32] }, MessageId([1; 16]));
    assert_eq!(text.chars().count(), MOST_CHARACTERS);
    assert!(text.starts_with(&word) && text.ends_with(&word));
}

#[test]
fn every_request_has_a_word_of_its_own() {
    let canary = Canary { key: [5; 32] };
    let [one, two] = [1, 2].map(|id| canary.word(MessageId([id; 16])));
    assert_ne!(one, two);
    assert_eq!(one.len(), 30);
    assert_ne!(one, Canary { key: [6; 32] }.word(MessageId([1; 16])));
}
