//! Chat exports: who is who, and what of them is replayed.

use std::collections::BTreeMap;

use super::desk::{Desk, Role};
use crate::{
    chat_export::{self, ChatError, Entry, Export, Kind, Settings},
    scenario::{
        ChatFile, Problem, ReadChat, ScenarioError, format,
        limits::{MAX_PACE, MAX_REPLAYED_TEXT},
        model::{Chat, ChatLine, Skipped},
        source::Spot,
    },
};

pub(super) fn chats(
    desk: &Desk<'_>,
    chats: &[Spot<format::Chat>],
    read_chat: ReadChat<'_>,
) -> Result<Vec<Chat>, ScenarioError> {
    let mut checked = Vec::new();
    for chat in chats {
        let cast = Cast::of(desk, chat)?;
        let file = read_chat(&chat.value.file.value)
            .map_err(|error| at_the_right_line(desk, &chat.value.file, error))?;
        checked.push(one_chat(desk, chat, &cast, &file)?);
    }
    Ok(checked)
}

/// A file that cannot be opened is a mistake of the scenario; bytes that are wrong are the file's.
fn at_the_right_line(desk: &Desk<'_>, file: &Spot<String>, error: ScenarioError) -> ScenarioError {
    let ScenarioError { file: path, line, problem } = error;
    match line {
        Some(_) => ScenarioError { file: path, line, problem },
        None => desk.fail(&file.at, Problem::ChatFile { path, problem: Box::new(problem) }),
    }
}

/// Who takes part in a chat, and under which names the export knows them.
struct Cast {
    line: usize,
    people: Vec<String>,
    business: String,
    senders: BTreeMap<String, String>,
}

impl Cast {
    fn of(desk: &Desk<'_>, chat: &Spot<format::Chat>) -> Result<Self, ScenarioError> {
        let named = &chat.value.people;
        let (mut people, mut businesses) = (Vec::new(), Vec::new());
        let mut senders = BTreeMap::new();
        for (sender, name) in &named.value {
            match desk.role(name)? {
                Role::Person => people.push(name.value.clone()),
                Role::Business => businesses.push(name.value.clone()),
            }
            senders.insert(sender.clone(), name.value.clone());
        }
        for list in [&mut people, &mut businesses] {
            list.sort();
            list.dedup();
        }
        let line = desk.source.line(chat.at.start);
        match businesses.as_slice() {
            [business] if !people.is_empty() => {
                Ok(Self { line, people, business: business.clone(), senders })
            }
            _ => {
                let (people, businesses) = (people.len(), businesses.len());
                let found = format!("`people` names {people} people and {businesses} businesses");
                Err(desk.misfit(&named.at, found, "at least one person and exactly one business"))
            }
        }
    }
}

fn one_chat(
    desk: &Desk<'_>,
    Spot { value: chat, .. }: &Spot<format::Chat>,
    cast: &Cast,
    file: &ChatFile,
) -> Result<Chat, ScenarioError> {
    let start = desk.moment("start", &chat.start)?;
    let most = match &chat.at_most {
        Some(most) => desk.whole("at_most", most, 1..=chat_export::MAX_ENTRIES as u64)?,
        None => u64::MAX,
    };
    let pace = match &chat.pace {
        Some(pace) => desk.whole("pace", pace, 1..=MAX_PACE)?,
        None => 1,
    };
    let fail = |line: Option<usize>, problem: Problem| ScenarioError {
        file: file.name.clone(),
        line,
        problem,
    };
    let names = cast.senders.keys().cloned().collect();
    let settings = Settings { date_order: chat.date_order, names };
    let export = chat_export::parse(&file.text, &settings)
        .map_err(|error: ChatError| fail(error.line().or(Some(1)), Problem::Chat(error)))?;
    let (lines, skipped) =
        replayed(&export, cast, most).map_err(|(line, problem)| fail(Some(line), problem))?;
    if lines.is_empty() {
        let found = format!("{} has no message with a text", file.name);
        return Err(desk.misfit(&chat.file.at, found, "at least one"));
    }
    Ok(Chat {
        file: chat.file.value.clone(),
        line: cast.line,
        people: cast.people.clone(),
        business: cast.business.clone(),
        start,
        pace,
        lines,
        skipped,
    })
}

/// The messages that are replayed, and how many entries are not. An unknown sender is an error even
/// where the entry is left out: the next export may have a text in its place.
fn replayed(
    export: &Export,
    cast: &Cast,
    most: u64,
) -> Result<(Vec<ChatLine>, Skipped), (usize, Problem)> {
    let (mut lines, mut skipped) = (Vec::new(), Skipped::default());
    for Entry { line, at, kind } in &export.entries {
        let from = match kind.sender() {
            Some(sender) => cast.senders.get(sender).ok_or_else(|| {
                let (sender, chat_line) = (sender.to_owned(), cast.line);
                let mapped = cast.senders.keys().map(String::as_str).collect();
                (*line, Problem::UnknownSender { sender, chat_line, mapped })
            })?,
            None => "",
        };
        let text = kind.text();
        let counter = match kind {
            Kind::System { .. } => &mut skipped.system,
            Kind::Attachment { .. } => &mut skipped.attachments,
            Kind::Deleted { .. } => &mut skipped.deleted,
            Kind::Message { .. } | Kind::Edited { .. } => {
                if text.trim().is_empty() {
                    &mut skipped.empty
                } else if text.chars().count() > MAX_REPLAYED_TEXT {
                    &mut skipped.too_long
                } else if lines.len() as u64 >= most {
                    &mut skipped.beyond
                } else {
                    let (from, text) = (from.to_owned(), text.to_owned());
                    lines.push(ChatLine { line: *line, at: *at, from, text });
                    continue;
                }
            }
        };
        *counter = counter.saturating_add(1);
    }
    Ok((lines, skipped))
}
