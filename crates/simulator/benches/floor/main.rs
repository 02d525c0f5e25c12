//! What a run costs beside the cryptography in it.
//!
//! ```text
//! cargo bench -p simulator --features count --bench floor -- [--people N] [--threads N]
//!     [--businesses N] [--only alternating|same-chain] [--rounds N]
//! ```
//!
//! Each person has one conversation of ten messages. Alternating: the person writes five, and the
//! business's program answers each. Same chain: the person writes ten, and nobody answers. The
//! floor is the sum of what each primitive costs, measured in this process before and after the
//! run, times how often the primitive layer counted it; setting up phones and the digest are left
//! out of both. The goal: the alternating run takes at most 1.4 times its floor divided by the
//! threads. One JSON object a line. `total_s` is the processor's time of this process where there
//! is one thread, as Linux tells it, and the wall's time where there are more; on a machine that
//! others use the latter says more about them.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    reason = "a benchmark: it measures real time, prints, and reckons"
)]

mod units;

use std::{collections::BTreeMap, error::Error, fmt::Write as _, process::ExitCode, time::Instant};

use keys::count::{Operation, counts};
use serde_json::{Map, Value, json};
use simulator::{
    invariants::{self, Ended},
    kernel::Time,
    scenario::{self, Scenario},
    world::{Options, World},
};

/// When everybody has set up the phone, in seconds.
const SETTLED: u64 = 60;

/// What is asked for.
#[derive(Clone, Debug)]
struct Wish {
    people: u64,
    businesses: u64,
    threads: usize,
    rounds: usize,
    only: Option<String>,
}

fn main() -> ExitCode {
    let wish = match read(std::env::args().skip(1).filter(|word| word != "--bench")) {
        Ok(wish) => wish,
        Err(error) => {
            eprintln!("floor: {error}");
            return ExitCode::from(2);
        }
    };
    for _ in 0..wish.rounds {
        for case in ["alternating", "same-chain"] {
            if wish.only.as_deref().is_some_and(|only| only != case) {
                continue;
            }
            match measure(case, &wish) {
                Ok(line) => println!("{line}"),
                Err(error) => {
                    eprintln!("floor: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
    }
    ExitCode::SUCCESS
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Wish, Box<dyn Error>> {
    let mut wish = Wish { people: 400, businesses: 8, threads: 1, rounds: 1, only: None };
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--people" => wish.people = value.parse()?,
            "--businesses" => wish.businesses = value.parse::<u64>()?.max(1),
            "--threads" => wish.threads = value.parse()?,
            "--rounds" => wish.rounds = value.parse()?,
            "--only" => wish.only = Some(value),
            _ => return Err(format!("no option {word:?}").into()),
        }
    }
    Ok(wish)
}

fn measure(case: &str, wish: &Wish) -> Result<Value, Box<dyn Error>> {
    let scenario = scenario(case, wish)?;
    let options = Options { threads: wish.threads, ..Options::default() };
    let mut world = World::new(&scenario, &options, None)?;
    world.kernel.forgo_digest();
    let mut sink = world.shared.clone();
    let _why = world.kernel.run_until(Time((SETTLED - 1) * 1_000_000), &mut sink);

    let early = units::costs();
    let (before, start, cpu_before) = (counts(), Instant::now(), processor()?);
    let events = world.kernel.events();
    let probes = world.run(&scenario, &mut |_, _| {});
    let (wall, cpu, after) = (start.elapsed().as_secs_f64(), processor()? - cpu_before, counts());
    let late = units::costs();

    let mut floor = 0.0;
    let mut operations = Map::new();
    for ((operation, before), (_, after)) in before.into_iter().zip(after) {
        let cost = |costs: &BTreeMap<_, f64>| costs.get(&operation).copied().unwrap_or_default();
        let unit = f64::midpoint(cost(&early), cost(&late));
        let count = after - before;
        floor += unit * count as f64;
        let told = json!({ "count": count, "unit_ns": (unit * 1e9).round() });
        operations.insert(format!("{operation:?}"), told);
    }
    if operations.get(&format!("{:?}", Operation::Agree)).is_none_or(|told| told["count"] == 0) {
        return Err("nothing was counted".into());
    }
    let total = if wish.threads > 1 { wall } else { cpu };
    let share = floor / wish.threads.max(1) as f64;
    let ended = world.shared.clone().with(|watch| {
        let ended = Ended::new(&scenario, &world, watch, &probes);
        serde_json::to_value(invariants::count(&ended)).unwrap_or_default()
    });
    let messages = (wish.people * 10) as f64;
    Ok(json!({
        "case": case,
        "people": wish.people,
        "businesses": wish.businesses,
        "threads": wish.threads,
        "messages": ended,
        "events": world.kernel.events() - events,
        "operations": operations,
        "floor_s": floor,
        "wall_s": wall,
        "processor_s": cpu,
        "total_s": total,
        "us_a_message": total * 1e6 / messages,
        "floor_us_a_message": floor * 1e6 / messages,
        "ratio": total / share,
    }))
}

/// Everybody writes to one business, at a moment of the minute that is everybody's own.
fn scenario(case: &str, wish: &Wish) -> Result<Scenario, Box<dyn Error>> {
    let (writes, answers) = if case == "alternating" { (5, true) } else { (10, false) };
    let mut text = format!(
        "title = \"Floor\"\nprofile = \"v4\"\nduration = \"{}m\"\npartitions = {}\n\
         [report]\nviews = false\njournal = \"counts\"\n[readers]\nrounds = 1\n\
         [cloud_api]\nnodes = {}\n",
        writes + 3,
        wish.threads.max(1) * 4,
        wish.businesses.min(8),
    );
    for business in 0..wish.businesses {
        write!(text, "[[business]]\nname = \"Shop {business}\"\n")?;
        if answers {
            text += "[[business.rule]]\nwhen = \"any\"\nreply = \"Thank you, {name}: noted.\"\n";
        }
    }
    for person in 0..wish.people {
        writeln!(text, "[[person]]\nname = \"Person {person}\"")?;
    }
    for number in 0..writes {
        for person in 0..wish.people {
            let at = SETTLED * 1_000 + number * 60_000 + person * 50_000 / wish.people;
            let business = person % wish.businesses;
            write!(
                text,
                "[[say]]\nat = \"{at}ms\"\nfrom = \"Person {person}\"\nto = \"Shop {business}\"\n\
                 text = \"Could you keep one of the large ones for me, please? ({number})\"\n"
            )?;
        }
    }
    Ok(scenario::parse(&text, "floor")?)
}

/// Seconds that the processors have spent on this process, as Linux tells them.
fn processor() -> Result<f64, Box<dyn Error>> {
    let mut seconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let told = std::fs::read_to_string(task?.path().join("schedstat"))?;
        let nanoseconds: u64 = told.split(' ').next().unwrap_or_default().parse()?;
        seconds += nanoseconds as f64 / 1e9;
    }
    Ok(seconds)
}
