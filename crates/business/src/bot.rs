//! The bot: rules that turn a message into an answer.

use vocab::MessageId;

use crate::config::Canary;

/// When the bot answers, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Which messages it answers.
    pub when: Match,
    /// The answer: `{text}` stands for the message, `{name}` for the customer's profile name, and
    /// `{count}` for how many messages the customer has written, this one included.
    pub reply: String,
}

/// Which messages a rule answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Every one.
    Any,
    /// Those with these words in them, in upper or lower case.
    Contains(String),
    /// The first one of each customer.
    First,
}

/// What the bot answers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heard<'a> {
    pub(crate) text: &'a str,
    pub(crate) name: &'a str,
    pub(crate) count: u64,
}

/// Characters that a text message may have (facts, cloud-api.md: the body of a text).
pub(crate) const MOST_CHARACTERS: usize = 4_096;

/// The answer of the first rule that matches.
pub(crate) fn answer(rules: &[Rule], heard: Heard<'_>) -> Option<String> {
    rules.iter().find(|rule| rule.when.fits(heard)).map(|rule| filled(&rule.reply, heard))
}

/// The text with the word of `request` at each end, and the word.
///
/// What is too long for a message loses its end, never a word.
pub(crate) fn marked(text: &str, canary: &Canary, request: MessageId) -> (String, String) {
    let word = canary.word(request);
    let words = word.chars().count().saturating_add(1).saturating_mul(2);
    let room = MOST_CHARACTERS.saturating_sub(words);
    let middle: String = text.chars().take(room).collect();
    (format!("{word} {middle} {word}"), word)
}

impl Match {
    fn fits(&self, heard: Heard<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Contains(words) => heard.text.to_lowercase().contains(&words.to_lowercase()),
            Self::First => heard.count == 1,
        }
    }
}

/// The template with its places filled, in one pass: what a customer wrote is no template.
fn filled(template: &str, heard: Heard<'_>) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some((before, behind)) = rest.split_once('{') {
        out.push_str(before);
        let (place, after) = behind.split_once('}').unwrap_or(("", behind));
        match place {
            "text" => out.push_str(heard.text),
            "name" => out.push_str(heard.name),
            "count" => out.push_str(&heard.count.to_string()),
            _ => {
                // No place of ours: the brace is a brace.
                out.push('{');
                rest = behind;
                continue;
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out.chars().take(MOST_CHARACTERS).collect()
}
