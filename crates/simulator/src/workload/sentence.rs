//! Made-up messages: short, natural, and of exactly as many words as were asked for.
//!
//! From five words on: an opening, things (some of them with a quality, `and` between them), and
//! where there is room the time at the end.

use super::words::Words;

/// A text of `words` words, at least one, such as a customer writes to a shop.
pub(super) fn sentence(words: &mut Words, count: u64) -> String {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let short: Option<&[&str]> = match count {
        0 | 1 => Some(&["Hello!", "Thanks!", "Perfect!"]),
        2 => Some(&["Good morning!", "Thank you!", "Anybody there?"]),
        3 => Some(&["Are you open?", "See you soon!", "Many thanks again!"]),
        4 => Some(&["Are you open today?", "I am coming now.", "Is it ready yet?"]),
        _ => None,
    };
    if let Some(short) = short {
        return words.choose(short).to_owned();
    }
    let (opening, end) = words.choose(&OPENINGS);
    let left = count.saturating_sub(opening.split(' ').count());
    let time = words.choose(&TIMES);
    let time_words = time.split(' ').count();
    // A thing has at least two words.
    let (left, time) = match left.checked_sub(time_words).filter(|left| *left >= 2) {
        Some(left) => (left, Some(time)),
        None => (left, None),
    };
    let mut text = vec![opening.to_owned()];
    text.extend(things(words, left));
    text.extend(time.map(str::to_owned));
    format!("{}{end}", text.join(" "))
}

/// Things of `left` words in all, at least two.
fn things(words: &mut Words, mut left: usize) -> Vec<String> {
    let mut text: Vec<String> = Vec::new();
    let mut after_thing = false;
    while left > 0 {
        let mut next: Vec<(Part, &str, usize)> = Vec::new();
        let joint = if text.is_empty() { 0 } else { 1 };
        for thing in THINGS {
            next.push((Part::Thing, thing, thing.split(' ').count().saturating_add(joint)));
        }
        if after_thing {
            for quality in QUALITIES {
                next.push((Part::Quality, quality, quality.split(' ').count()));
            }
        }
        // What is left must be nothing, or enough for the shortest part that may follow: two words
        // of quality after a thing, `and` and a thing after a quality.
        next.retain(|(part, said, size)| {
            let shortest = if *part == Part::Thing { 2 } else { 3 };
            let fits = left.checked_sub(*size).is_some_and(|rest| rest == 0 || rest >= shortest);
            fits && text.last().is_none_or(|last| !last.ends_with(said))
        });
        let (part, said, size) = words.choose(&next);
        let joined = if part == Part::Thing && joint == 1 { "and " } else { "" };
        text.push(format!("{joined}{said}"));
        after_thing = part == Part::Thing;
        left = left.saturating_sub(size.max(1));
    }
    text
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Thing,
    Quality,
}

/// Three words each, and what ends the sentence.
const OPENINGS: [(&str, char); 10] = [
    ("Do you have", '?'),
    ("Can I get", '?'),
    ("May I order", '?'),
    ("Could you keep", '?'),
    ("Have you got", '?'),
    ("Please put aside", '.'),
    ("We would like", '.'),
    ("I would like", '.'),
    ("Please reserve us", '.'),
    ("My order is", '.'),
];

/// Two or three words each.
const THINGS: [&str; 12] = [
    "two boxes",
    "some bread",
    "three small ones",
    "the large one",
    "another bag",
    "the blue one",
    "six rolls",
    "a bigger box",
    "one more",
    "a gift card",
    "the usual",
    "ten of those",
];

/// Two or three words each.
const QUALITIES: [&str; 8] = [
    "without nuts",
    "with a ribbon",
    "for four people",
    "well wrapped",
    "in two bags",
    "with milk",
    "for my neighbour",
    "without sugar",
];

/// One to three words each.
const TIMES: [&str; 8] = [
    "today",
    "tomorrow",
    "before noon",
    "on Friday",
    "for tomorrow morning",
    "this evening",
    "next week",
    "by six o'clock",
];
