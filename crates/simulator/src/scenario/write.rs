//! Writing a scenario, or the faults of one, as a file that reads back as the same.
//!
//! Shrinking makes scenarios, and people are to read them: what is as it is by default is left out,
//! and spans, parts and names look as somebody would have written them.

mod faults;
mod parties;

use std::fmt::Write as _;

use vocab::{Micros, UnixMicros};

use super::{
    model::{Claims, Deed, LinkShape, Profile, Readers, Rules, Say, Scenario},
    value::shown,
};
use crate::{fault::Fault, net::Latency};

/// A scenario with something that no file can say in this form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a scenario with {what} cannot be written as a file")]
pub struct CannotWrite {
    /// What it has.
    pub what: &'static str,
}

/// The faults of a plan as a file.
pub fn write_plan(scenario: &str, seed: u64, faults: &[Fault]) -> String {
    let mut out = Text::default();
    out.pair("scenario", &quoted(scenario));
    out.pair("seed", &seed.to_string());
    faults.iter().for_each(|fault| faults::fault(&mut out, fault));
    out.0
}

/// A scenario as a file, with `seed` as its own.
///
/// # Errors
///
/// [`CannotWrite`] if it has chats, texts without canaries that are made up, or something else that
/// stands in other files.
pub fn write(scenario: &Scenario, seed: u64) -> Result<String, CannotWrite> {
    let refuse = |what| Err(CannotWrite { what });
    if !scenario.chats.is_empty() {
        return refuse("a chat export");
    }
    if !scenario.generates.is_empty() {
        return refuse("messages that are still to be made up");
    }
    if !scenario.scale.populations.is_empty() {
        return refuse("a population");
    }
    if scenario.scale.cloud_nodes > 1 || !scenario.scale.latencies.is_empty() {
        return refuse("several nodes of the Cloud API or regions");
    }
    let mut out = Text::default();
    head(&mut out, scenario, seed);
    links(&mut out, scenario);
    if scenario.scale.transport_nodes > 1 {
        out.table("[transport]");
        out.pair("nodes", &scenario.scale.transport_nodes.to_string());
    }
    readers(&mut out, &scenario.readers);
    scenario.people.iter().for_each(|one| parties::person(&mut out, one));
    scenario.businesses.iter().for_each(|one| parties::business(&mut out, one));
    scenario.says.iter().for_each(|one| say(&mut out, one));
    scenario.deeds.iter().for_each(|one| deed(&mut out, one));
    for crash in &scenario.crashes {
        out.table("[[crash]]");
        out.pair("at", &span(crash.at));
        out.pair("node", &quoted(&crash.node));
        out.pair("down", &span(crash.down));
    }
    scenario.faults.iter().for_each(|one| faults::fault(&mut out, one));
    rest(&mut out, scenario);
    Ok(out.0)
}

/// The text so far.
#[derive(Default)]
struct Text(String);

impl Text {
    fn table(&mut self, name: &str) {
        let _ = writeln!(self.0, "\n{name}"); // Writing to a String cannot fail.
    }

    fn pair(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.0, "{key} = {value}"); // As above.
    }
}

/// A basic string: JSON's escapes are TOML's, which wants one character more escaped.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}

fn span(span: Micros) -> String {
    quoted(&shown(span))
}

fn list(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A part in a million as a decimal fraction.
fn fraction(ppm: u32) -> String {
    match ppm {
        0 => "0".to_owned(),
        1_000_000.. => "1".to_owned(),
        _ => format!("0.{ppm:06}").trim_end_matches('0').to_owned(),
    }
}

fn range(low: Micros, high: Micros) -> String {
    format!("{{ min = {}, max = {} }}", span(low), span(high))
}

fn latency(latency: &Latency) -> String {
    match latency {
        Latency::Fixed(one) => span(*one),
        Latency::Uniform { low, high } => range(*low, *high),
        // No file has them.
        Latency::Quantiles(table) => span(table.first().copied().unwrap_or_default()),
    }
}

fn head(out: &mut Text, scenario: &Scenario, seed: u64) {
    out.pair("title", &quoted(&scenario.title));
    if !scenario.about.is_empty() {
        let lines: Vec<String> = scenario.about.lines().map(in_block).collect();
        out.pair("about", &format!("\"\"\"\n{}\n\"\"\"", lines.join("\n")));
    }
    out.pair("seed", &seed.to_string());
    let profile = match scenario.profile {
        Profile::V3 => "v3",
        Profile::V4 => "v4",
        Profile::V4Spqr => "v4-spqr",
    };
    out.pair("profile", &quoted(profile));
    if scenario.claims == Claims::October2025 {
        out.pair("claims", "\"2025-10\"");
    }
    out.pair("start", &moment(scenario.start));
    out.pair("duration", &span(scenario.duration));
    if let Some(heal) = scenario.heal {
        out.pair("heal", &span(heal));
    }
    out.pair("stall_after", &span(scenario.stall_after));
    if scenario.partitions != 1 {
        out.pair("partitions", &scenario.partitions.to_string());
    }
    if !scenario.canaries {
        out.pair("canaries", "false");
    }
    if !scenario.compare_traces.is_empty() {
        let pairs: Vec<String> =
            scenario.compare_traces.iter().map(|(a, b)| list(&[a.clone(), b.clone()])).collect();
        out.pair("compare_traces", &format!("[{}]", pairs.join(", ")));
    }
}

/// A line of a text block: as it is, but for what would end the block or be an escape.
fn in_block(line: &str) -> String {
    line.replace('\\', "\\\\").replace('"', "\\\"")
}

/// A date and time in UTC. Inverse of how `start` is read; civil-from-days by counting years.
fn moment(at: UnixMicros) -> String {
    let seconds = at.0.checked_div(1_000_000).unwrap_or(0);
    let micros = at.0.checked_rem(1_000_000).unwrap_or(0);
    let of_day = seconds.checked_rem(86_400).unwrap_or(0);
    let mut days = seconds.checked_div(86_400).unwrap_or(0);
    let mut year = 1970_u64;
    let long = |year: u64| if year.is_multiple_of(4) { 366 } else { 365 }; // 1970 to 2099.
    while days >= long(year) {
        days = days.saturating_sub(long(year));
        year = year.saturating_add(1);
    }
    let february = if year.is_multiple_of(4) { 29 } else { 28 };
    let mut month = 1_u64;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days = days.saturating_sub(length);
        month = month.saturating_add(1);
    }
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    let day = days.saturating_add(1);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

fn links(out: &mut Text, scenario: &Scenario) {
    out.table("[links]");
    shape(out, &scenario.links);
    if scenario.noise {
        out.pair("noise", "true");
    }
    for link in &scenario.link_overrides {
        out.table("[[link]]");
        let (a, b) = &link.between;
        out.pair("between", &list(&[a.clone(), b.clone()]));
        shape(out, &link.shape);
    }
    out.table("[store]");
    out.pair("latency", &latency(&scenario.store.read));
    out.pair("sync", &latency(&scenario.store.sync));
}

fn shape(out: &mut Text, shape: &LinkShape) {
    out.pair("latency", &latency(&shape.latency));
    out.pair("loss", &fraction(shape.loss_ppm));
    out.pair("duplicate", &fraction(shape.duplicate_ppm));
    out.pair("reorder", &fraction(shape.reorder_ppm));
    out.pair("reorder_by", &range(shape.reorder_delay.0, shape.reorder_delay.1));
}

fn readers(out: &mut Text, readers: &Readers) {
    out.table("[readers]");
    out.pair("first", &span(readers.first));
    out.pair("every", &span(readers.every));
    out.pair("rounds", &readers.rounds.to_string());
    out.pair("one_in", &readers.one_in.to_string());
}

fn say(out: &mut Text, say: &Say) {
    out.table("[[say]]");
    out.pair("at", &span(say.at));
    out.pair("from", &quoted(&say.from));
    out.pair("to", &quoted(&say.to));
    out.pair("text", &quoted(&say.text));
    if say.picture {
        out.pair("picture", "true");
    }
    if let Some(label) = &say.label {
        out.pair("label", &quoted(label));
    }
}

fn deed(out: &mut Text, deed: &Deed) {
    out.table("[[do]]");
    out.pair("at", &span(deed.at));
    out.pair("who", &quoted(&deed.who));
    out.pair("what", &quoted(deed.what.name()));
    // With a message, its writer is whom it is about, and is not named again.
    if let Some(about) = deed.about.as_ref().filter(|_| deed.what.is_about()) {
        out.pair("about", &quoted(about));
    }
    if let Some(message) = &deed.message {
        out.pair("message", &quoted(message));
    }
    if deed.attach {
        out.pair("attach", "true");
    }
}

/// Those that are off.
fn rules(out: &mut Text, rules: &Rules) {
    let Rules {
        business_sender_check,
        registration_code,
        fetch_limits,
        message_rates,
        enumeration_limits,
        mailbox_quota,
        integrity_throttling,
    } = *rules;
    let all = [
        ("business_sender_check", business_sender_check),
        ("registration_code", registration_code),
        ("fetch_limits", fetch_limits),
        ("message_rates", message_rates),
        ("enumeration_limits", enumeration_limits),
        ("mailbox_quota", mailbox_quota),
        ("integrity_throttling", integrity_throttling),
    ];
    if all.iter().any(|(_, on)| !on) {
        out.table("[rules]");
        all.iter().filter(|(_, on)| !on).for_each(|(rule, _)| out.pair(rule, "false"));
    }
}

fn rest(out: &mut Text, scenario: &Scenario) {
    if let Some(swarm) = &scenario.swarm {
        out.table("[swarm]");
        out.pair("from", &span(swarm.from));
        let names: Vec<String> =
            swarm.families.iter().map(|family| family.name().to_owned()).collect();
        out.pair("families", &list(&names));
        out.pair("most", &swarm.most.to_string());
    }
    for probe in &scenario.probes {
        out.table("[[probe]]");
        out.pair("at", &span(probe.at));
        out.pair("of", &quoted(&probe.of));
        out.pair("at_node", &quoted(&probe.node));
        out.pair("expect", &quoted(probe.expect.name()));
    }
    if let Some(leak) = &scenario.leak {
        out.table("[leak]");
        out.pair("by", &quoted(&leak.by));
        let names: Vec<String> = leak.forms.iter().map(|form| form.name().to_owned()).collect();
        out.pair("forms", &list(&names));
    }
    for impostor in &scenario.impostors {
        out.table("[[impostor]]");
        out.pair("name", &quoted(&impostor.name));
        out.pair("as", &quoted(&impostor.poses_as));
        out.pair("to", &quoted(&impostor.to));
        out.pair("at", &span(impostor.at));
        out.pair("text", &quoted(&impostor.text));
    }
    for attacker in &scenario.attackers {
        out.table("[[attacker]]");
        out.pair("name", &quoted(&attacker.name));
        out.pair("what", &quoted(attacker.what.name()));
        if let Some(target) = &attacker.target {
            out.pair("target", &quoted(target));
        }
        out.pair("at", &span(attacker.at));
        out.pair("every", &span(attacker.every));
    }
    rules(out, &scenario.rules);
    if !scenario.expect_fail.is_empty() {
        out.table("[expect]");
        out.pair("fail", &list(&scenario.expect_fail));
    }
}
