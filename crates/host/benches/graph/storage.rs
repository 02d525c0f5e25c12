//! Memory under No Storage: content and keys stay in memory for an hour at most, and then go.

use serde_json::json;

use crate::{
    Arguments, Outcome,
    figures::{machine, resident, tenth},
    world::World,
};

/// By so many of a hundred resident memory may grow between a tenth of the messages and all.
const MOST_GROWTH: f64 = 5.0;
/// Messages between two looks at memory.
const LOOK: u64 = 10_000;

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let smoke = arguments.smoke;
    let people = arguments.people.unwrap_or(if smoke { 60 } else { 10_000 });
    let pace = arguments.pace.unwrap_or(if smoke { 10 } else { 1_000 });
    let count = arguments.messages.unwrap_or(if smoke { 60 } else { 1_000_000 });
    assert!(pace * 6 <= u64::from(people), "a person may be written to once in six seconds");
    let begins = machine();
    let world = World::start(&arguments.folder, people).await;
    world.manage("deregister", &json!({})).await;
    let storage = json!({ "storage_configuration": { "status": "NO_STORAGE_ENABLED" } });
    world.manage("settings", &storage).await;
    let pin = json!({ "messaging_product": "whatsapp", "pin": "123456" });
    world.manage("register", &pin).await;
    println!("the number stores nothing from now on");
    let caller = world.caller();
    let (mut looks, mut sent) = (Vec::new(), 0);
    while sent < count {
        let next = LOOK.min(count / 10).min(count - sent);
        caller.pace(sent, next, pace).await;
        sent += next;
        let (all, own) = resident(world.served.id());
        println!("after {sent}: {all} kB resident, {own} kB of them its own");
        looks.push(json!({ "messages": sent, "resident_kb": all, "own_kb": own }));
    }
    let after = |messages: u64| {
        let look = looks.iter().find(|look| look["messages"].as_u64() >= Some(messages));
        look.and_then(|look| look["resident_kb"].as_u64()).expect("a look") as f64
    };
    let growth = tenth((after(count) / after(count / 10) - 1.0) * 100.0);
    println!("grew by {growth} % from message {} to {count}", count / 10);
    // In small nothing has settled.
    let fails = (!smoke && growth >= MOST_GROWTH).then_some("memory grows");
    let figures = json!({
        "machine": begins, "people": world.users().len(), "pace": pace, "messages": count,
        "growth_percent": growth, "looks": looks,
    });
    Outcome { figures, fails }
}
