//! Optional services of businesses.

use vocab::Micros;

use super::desk::Desk;
use crate::scenario::{
    Problem, ScenarioError, format,
    limits::MAX_LINE,
    model::{AutoReply, BASE_TERMS, Hop3, Journal},
    source::Spot,
    value::shown,
};

/// The automatic-reply service of a business, if it adds it.
pub(super) fn auto_reply(
    desk: &Desk<'_>,
    business: &format::Business,
) -> Result<Option<AutoReply>, ScenarioError> {
    let Some(Spot { value: service, at }) = &business.auto_reply else { return Ok(None) };
    if business.hop3 == Some(Hop3::OnPremises) {
        let found = "`auto_reply` is a service of the Cloud API, and this business runs hop 3";
        return Err(desk.misfit(at, found, "no `auto_reply`, or hop3 = \"cloud-api\""));
    }
    let terms = desk.line("terms", &service.terms, MAX_LINE)?;
    if terms == BASE_TERMS {
        let found = format!("`terms` are {terms:?}, those of the Cloud API");
        return Err(desk.misfit(&service.terms.at, found, "terms of the service's own"));
    }
    let from = service.from.as_ref().map_or(Micros(0), |from| from.value.0);
    let until = service.until.as_ref().map(|until| until.value.0);
    let moments = [("from", &service.from), ("until", &service.until)];
    for (key, moment) in moments {
        let late = moment.as_ref().filter(|moment| moment.value.0 >= desk.duration);
        if let Some(late) = late {
            let (at, duration) = (late.value.0, desk.duration);
            return Err(desk.fail(&late.at, Problem::AfterTheEnd { key, at, duration }));
        }
    }
    if let (Some(until), Some(spot)) = (until.filter(|until| *until <= from), &service.until) {
        let found = format!("it is added at {} and removed at {}", shown(from), shown(until));
        return Err(desk.misfit(&spot.at, found, "the earlier moment first"));
    }
    let rule = |rule: &format::AutoReplyRule| {
        let contains = desk.line("contains", &rule.contains, MAX_LINE)?;
        Ok((contains, desk.text("reply", &rule.reply)?))
    };
    Ok(Some(AutoReply {
        terms,
        from,
        until,
        rules: service.rule.iter().map(rule).collect::<Result<_, ScenarioError>>()?,
        otherwise: service
            .otherwise
            .as_ref()
            .map(|text| desk.text("otherwise", text))
            .transpose()?,
    }))
}

/// What a service writes is told from what others write by its id, which is kept of every message
/// or of none.
pub(super) fn journal(
    desk: &Desk<'_>,
    businesses: &[format::Business],
    journal: Journal,
) -> Result<(), ScenarioError> {
    match businesses.iter().find_map(|business| business.auto_reply.as_ref()) {
        Some(spot) if journal == Journal::Counts => {
            let found = "a business has `auto_reply`, and messages are only counted";
            Err(desk.misfit(&spot.at, found, "journal = \"full\""))
        }
        Some(_) | None => Ok(()),
    }
}
