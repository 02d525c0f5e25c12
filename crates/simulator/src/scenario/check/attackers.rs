//! Those who attack the transport.

use vocab::Micros;

use super::desk::Desk;
use crate::scenario::{
    ScenarioError, format,
    model::{Attack, Attacker},
};

pub(super) fn attackers(
    desk: &Desk<'_>,
    attackers: &[format::Attacker],
) -> Result<Vec<Attacker>, ScenarioError> {
    let attacker = |attacker: &format::Attacker| {
        let target = match (&attacker.target, attacker.what) {
            (Some(target), Attack::Enumerate) => {
                let found = "`target` says whose number is to be found out";
                return Err(desk.misfit(&target.at, found, "no target: all numbers are tried"));
            }
            (None, Attack::Enumerate) => None,
            (Some(target), _) => Some(desk.person(target)?),
            (None, _) => {
                let found = format!("{:?} has no `target`", attacker.name.value);
                return Err(desk.misfit(&attacker.name.at, found, "the name of a person"));
            }
        };
        Ok(Attacker {
            name: attacker.name.value.clone(),
            what: attacker.what,
            target,
            at: desk.moment("at", &attacker.at)?,
            every: attacker.every.map_or(Micros::seconds(1), |every| every.0),
        })
    };
    attackers.iter().map(attacker).collect()
}
