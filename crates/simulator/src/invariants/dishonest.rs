//! What people can rely on where somebody does not keep to the protocol, and how they find out.

use super::{Ended, Outcome};
use crate::{
    adversary::{Heard, Thief},
    kernel::HostId,
    watch::{Entry, time},
};

/// Whether all who compared their codes have the same; `None` if nobody compared.
pub(super) fn same_codes(ended: &Ended<'_>) -> Option<Outcome> {
    let compared = &ended.watch.dishonest.compared;
    if compared.is_empty() {
        return None;
    }
    let known = compared.iter().filter_map(|one| Some((one, one.codes.as_ref()?)));
    let differ = known.clone().filter(|(_, (ours, theirs))| ours != theirs);
    let against: Vec<String> = differ.map(|(one, _)| one.said()).collect();
    let same = known.count();
    if same == 0 {
        let said: Vec<String> = compared.iter().map(crate::watch::Compared::said).collect();
        return Some(Outcome::unknown(said.join("; ")));
    }
    Some(Outcome::unless(against, format!("{same} comparisons of codes, all 60 digits alike")))
}

/// Whether copies of devices read nothing that was sealed after the ratchet had turned under new
/// keys of both sides; `None` if no device was copied.
pub(super) fn heals(ended: &Ended<'_>) -> Option<Outcome> {
    let (mut against, mut held) = (Vec::new(), Vec::new());
    let mut turned = 0_usize;
    let mut copies = 0_usize;
    for (host, thieves) in &ended.watch.dishonest.thieves {
        for thief in thieves {
            copies = copies.saturating_add(1);
            for chat in chats(ended, *host, thief) {
                turned = turned.saturating_add(usize::from(chat.healed_us.is_some()));
                against.extend(chat.against());
                held.push(chat.said());
            }
        }
    }
    if copies == 0 {
        return None;
    }
    if turned == 0 && against.is_empty() {
        held.push("no chat went there and back since the copy".to_owned());
        return Some(Outcome::unknown(held.join("; ")));
    }
    Some(Outcome::unless(against, held.join("; ")))
}

/// One chat of a device that was copied.
struct Chat<'r> {
    person: String,
    with: String,
    made_us: u64,
    /// When the other side had a message under a key that the copy does not know.
    healed_us: Option<u64>,
    /// What the copy made of each message of the other side: when it was sealed, and whether it was
    /// read.
    heard: Vec<(u64, &'r Entry, bool)>,
}

fn chats<'r>(ended: &Ended<'r>, host: HostId, thief: &Thief) -> Vec<Chat<'r>> {
    let person = ended.watch.name(host).to_owned();
    let chat = |with: &str| {
        let heard: Vec<_> = of_chat(ended, thief, (with, &person)).collect();
        let healed_us = healed(ended, host, thief, with);
        let is_one = !heard.is_empty() || healed_us.is_some();
        is_one.then(|| Chat {
            person: person.clone(),
            with: with.to_owned(),
            made_us: thief.made_us,
            healed_us,
            heard,
        })
    };
    ended.scenario.businesses.iter().filter_map(|business| chat(&business.name)).collect()
}

/// When the other side was first shown a message that the device sealed under a ratchet key which
/// it made after it was copied.
fn healed(ended: &Ended<'_>, host: HostId, thief: &Thief, with: &str) -> Option<u64> {
    let sealed = ended.watch.dishonest.sealed.get(&host)?.iter();
    let anew = sealed.filter(|sealed| {
        sealed.at_us >= thief.made_us && !thief.ratchet_keys.contains(&sealed.ratchet_key)
    });
    let journal = &ended.watch.journal;
    let shown = anew.filter_map(|sealed| {
        let entry = journal.entries().get(journal.of_id(sealed.id)?)?;
        if entry.to == with { entry.shown_us.first().copied() } else { None }
    });
    shown.min()
}

/// Messages from the first to the second that a copy heard, each once, with when they were sealed.
fn of_chat<'r>(
    ended: &Ended<'r>,
    thief: &Thief,
    (from, to): (&str, &str),
) -> impl Iterator<Item = (u64, &'r Entry, bool)> {
    let (watch, from, to) = (ended.watch, from.to_owned(), to.to_owned());
    let read = |heard: &Heard| thief.heard.iter().any(|one| one.id == heard.id && one.read);
    let mut seen = std::collections::BTreeSet::new();
    let once = thief.heard.iter().filter(move |heard| seen.insert(heard.id));
    let judged: Vec<_> = once.map(|heard| (heard.id, heard.at_us, read(heard))).collect();
    judged.into_iter().filter_map(move |(id, at_us, read)| {
        let entry = watch.journal.entries().get(watch.journal.of_id(id)?)?;
        let sealed_us = watch.first_sealed.get(&id).copied().unwrap_or(at_us);
        (entry.from == from && entry.to == to).then_some((sealed_us, entry, read))
    })
}

impl Chat<'_> {
    /// Messages that the copy must not read, and did.
    fn against(&self) -> Vec<String> {
        let Some(healed_us) = self.healed_us else { return Vec::new() };
        let late = self.heard.iter().filter(|(at_us, _, read)| *read && *at_us > healed_us);
        late.map(|(at_us, entry, _)| {
            format!(
                "the copy of {}'s device of {} read {} of {}, sealed at {}, though {} had a \
                 message under new keys at {}",
                self.person,
                time(self.made_us),
                named(entry),
                self.with,
                time(*at_us),
                self.with,
                time(healed_us)
            )
        })
        .collect()
    }

    fn said(&self) -> String {
        let read = self.heard.iter().filter(|(_, _, read)| *read).count();
        let last = self.heard.iter().rposition(|(_, _, read)| *read);
        let after = last.map_or(0, |last| last.saturating_add(1));
        let blind = self.heard.get(after).map_or_else(
            || "and heard nothing that it could not read".to_owned(),
            |(at_us, entry, _)| format!("and none from {} of {} on", named(entry), time(*at_us)),
        );
        let turned = self.healed_us.map_or_else(
            || "new keys never reached the other side".to_owned(),
            |at_us| format!("new keys of both sides since {}", time(at_us)),
        );
        format!(
            "the copy of {}'s device of {} read {read} messages of {}, {blind}; {turned}",
            self.person,
            time(self.made_us),
            self.with
        )
    }
}

fn named(entry: &Entry) -> String {
    let label = entry.label.as_ref().map(|label| format!("message {label:?}"));
    label.unwrap_or_else(|| "a message".to_owned())
}
