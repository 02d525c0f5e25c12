//! What happens to nodes, who looks where, and who does not play by the rules.

use vocab::Micros;

use super::{desk::Desk, talk::labelled};
use crate::{
    scan::leak::Form,
    scenario::{
        Problem, ScenarioError,
        format::{self, Expect},
        limits::{MAX_ONE_IN, MAX_ROUNDS},
        model::{Crash, Impostor, Leak, Probe, Readers, Say},
        names::Names,
        source::Spot,
        value::shown,
    },
};

pub(super) fn crashes(
    desk: &Desk<'_>,
    crashes: &[Spot<format::Crash>],
) -> Result<Vec<Crash>, ScenarioError> {
    let mut checked: Vec<Crash> = Vec::new();
    for Spot { value: crash, .. } in crashes {
        let (at, node) = (desk.moment("at", &crash.at)?, desk.node(&crash.node)?);
        let down = crash.down.map_or(Micros::seconds(1), |down| down.0);
        let end = |at: Micros, down: Micros| Micros(at.0.saturating_add(down.0));
        let overlaps = |other: &&Crash| {
            other.node == node && at <= end(other.at, other.down) && other.at <= end(at, down)
        };
        if let Some(other) = checked.iter().find(overlaps) {
            let (from, to) = (shown(other.at), shown(end(other.at, other.down)));
            let found = format!("{node:?} is down already, from {from} to {to}");
            return Err(desk.misfit(&crash.at.at, found, "a moment when it is up"));
        }
        checked.push(Crash { at, node, down });
    }
    Ok(checked)
}

pub(super) fn probes(
    desk: &Desk<'_>,
    probes: &[format::Probe],
    says: &[Say],
) -> Result<Vec<Probe>, ScenarioError> {
    let probe = |probe: &format::Probe| {
        let say = labelled(desk, &probe.of, says)?;
        let at = desk.moment("at", &probe.at)?;
        if at <= say.at {
            let found = format!("{:?} is written at {}", probe.of.value, shown(say.at));
            return Err(desk.misfit(&probe.at.at, found, "a later moment to look for it"));
        }
        let (of, node) = (probe.of.value.clone(), desk.node(&probe.at_node)?);
        Ok(Probe { at, of, node, expect: probe.expect })
    };
    probes.iter().map(probe).collect()
}

pub(super) fn readers(
    desk: &Desk<'_>,
    readers: Option<&format::Readers>,
) -> Result<Readers, ScenarioError> {
    let first = readers.and_then(|readers| readers.first.as_ref());
    let every = readers.and_then(|readers| readers.every);
    let rounds = readers.and_then(|readers| readers.rounds.as_ref());
    let one_in = readers.and_then(|readers| readers.one_in.as_ref());
    Ok(Readers {
        first: first.map_or(Ok(Micros::seconds(20)), |first| desk.moment("first", first))?,
        every: every.map_or(Micros::minutes(1), |every| every.0),
        rounds: rounds.map_or(Ok(3), |rounds| desk.whole("rounds", rounds, 1..=MAX_ROUNDS))?,
        one_in: one_in.map_or(Ok(1), |one_in| desk.whole("one_in", one_in, 1..=MAX_ONE_IN))?,
    })
}

pub(super) fn leak(desk: &Desk<'_>, leak: &format::Leak) -> Result<Leak, ScenarioError> {
    let by = desk.person(&leak.by)?;
    let Some(named) = &leak.forms else { return Ok(Leak { by, forms: Form::ALL.to_vec() }) };
    let mut forms = Vec::new();
    for name in &named.value {
        let known = || Form::ALL.into_iter().map(Form::name).collect::<Names>();
        let form =
            Form::from_name(&name.value).ok_or_else(|| desk.unknown("form", name, known()))?;
        if forms.contains(&form) {
            let found = format!("`forms` has {:?} twice", name.value);
            return Err(desk.misfit(&name.at, found, "each form once"));
        }
        forms.push(form);
    }
    if forms.is_empty() {
        return Err(desk.misfit(&named.at, "`forms` is an empty list", "at least one form"));
    }
    Ok(Leak { by, forms })
}

pub(super) fn impostors(
    desk: &Desk<'_>,
    impostors: &[format::Impostor],
) -> Result<Vec<Impostor>, ScenarioError> {
    let impostor = |impostor: &format::Impostor| {
        Ok(Impostor {
            name: impostor.name.value.clone(),
            poses_as: desk.business(&impostor.poses_as)?,
            to: desk.person(&impostor.to)?,
            at: desk.moment("at", &impostor.at)?,
            text: desk.text("text", &impostor.text)?,
        })
    };
    impostors.iter().map(impostor).collect()
}

pub(super) fn compare_traces(
    desk: &Desk<'_>,
    pairs: &[Spot<Vec<Spot<String>>>],
) -> Result<Vec<(String, String)>, ScenarioError> {
    let pair = |pair: &Spot<Vec<Spot<String>>>| match pair.value.as_slice() {
        [a, b] if a.value != b.value => Ok((desk.person(a)?, desk.person(b)?)),
        [a, _] => {
            let found = format!("{:?} is compared with itself", a.value);
            Err(desk.misfit(&pair.at, found, "the names of two people"))
        }
        names => {
            let found = format!("this part of `compare_traces` has {} names", names.len());
            Err(desk.misfit(&pair.at, found, "the names of two people"))
        }
    };
    pairs.iter().map(pair).collect()
}

pub(super) fn expected_failures(
    desk: &Desk<'_>,
    expect: Option<&Expect>,
) -> Result<Vec<String>, ScenarioError> {
    let mut ids: Vec<String> = Vec::new();
    for id in expect.into_iter().flat_map(|expect| &expect.fail) {
        if !is_invariant_id(&id.value) {
            let expected = "the id of an invariant, such as \"R008\" or \"exactly-once\"";
            return Err(desk.value(&id.at, "fail", format!("{:?}", id.value), expected));
        }
        if ids.contains(&id.value) {
            let (what, by) = ("the invariant", "the same one before it".to_owned());
            return Err(desk.fail(&id.at, Problem::Taken { what, found: id.value.clone(), by }));
        }
        ids.push(id.value.clone());
    }
    ids.sort();
    Ok(ids)
}

/// A requirement (a letter and three digits), or words in lower case with `-` between them.
fn is_invariant_id(id: &str) -> bool {
    let requirement = match id.as_bytes() {
        [b'R' | b'G' | b'M', digits @ ..] => {
            digits.len() == 3 && digits.iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    let word = |word: &str| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    requirement || id.split('-').all(word)
}
