//! Each mutant takes away the one guard that it names: what holds without it does not hold with it.

use hop::http::{Request, Response};
use serde_json::{Value, json};
use vocab::{Micros, PhoneNumber};

use super::{
    graph::{
        body,
        errors::{template, with_template, words},
    },
    manage::{endpoint::Endpoint, flows::flow_json},
    people::is_as_listed,
    services::are_off_by_default,
    tokens::scopes_hold,
    world::{NUMBERS, TOKENS, World, send},
};
use crate::{
    Mutant, Rules,
    rows::{Category, TemplateStatus, marketing_stop},
    webhook::signature,
};

/// A story that goes well; whether a guard held in it.
type Story = fn(&mut World) -> bool;

/// Every rule in force, with this mistake.
fn world(mutant: Option<Mutant>) -> World {
    let mut world = World::new();
    world.configure(0, |config| {
        config.rules = Rules::default();
        config.management.insights = true;
        config.mutant = mutant;
    });
    world
}

/// What was told of a message that was accepted: the code of its failure, or 0.
fn outcome(world: &World, wamid: &str) -> u64 {
    let failed = world.statuses(wamid).iter().any(|status| status == "failed");
    if failed { world.failure(wamid)["code"].as_u64().unwrap() } else { 0 }
}

fn text() -> Value {
    json!({ "text": { "body": "bread" } })
}

fn window(world: &mut World) -> bool {
    world.sends(1, "hello");
    world.pass(Micros::days(2));
    let wamid = world.accepts(&text());
    outcome(world, &wamid) == 131_047
}

fn pair_rate(world: &mut World) -> bool {
    world.sends(1, "hello");
    (0..46).any(|_| world.send(&text()).status == 400)
}

fn marketing(world: &mut World, times: u32) -> u64 {
    with_template(world, TemplateStatus::Approved, Category::Marketing);
    let sends = |_| world.accepts(&template("ready", &words("Ada", "cake")));
    let sent: Vec<String> = (0..times).map(sends).collect();
    outcome(world, sent.last().unwrap())
}

fn marketing_stop_holds(world: &mut World) -> bool {
    let phone = PhoneNumber::parse(NUMBERS[1]).unwrap();
    world.put(marketing_stop(0, &endpoint::vault::name_under(&[7; 32], &phone)), vec![1]);
    marketing(world, 1) == 131_050
}

fn marketing_cap_holds(world: &mut World) -> bool {
    marketing(world, 11) == 131_049
}

fn identity(world: &mut World) -> bool {
    world.sends(1, "hello");
    let message = json!({ "text": { "body": "bread" }, "recipient_identity_key_hash": "stale" });
    let wamid = world.accepts(&message);
    outcome(world, &wamid) == 137_000
}

fn template_state(world: &mut World) -> bool {
    with_template(world, TemplateStatus::Paused, Category::Utility);
    world.send(&template("ready", &words("Ada", "bread"))).status == 400
}

/// A webhook with what Meta escapes in it: its request.
fn hook(world: &mut World) -> Request {
    world.sends(1, "Gr\u{fc}\u{df}e \u{1f600} a@b 5% </p>");
    let mut hooks = world.served.iter().filter(|(_, _, request)| request.path() == "/webhook");
    hooks.next().unwrap().2.clone()
}

fn signed_as_sent(world: &mut World) -> bool {
    let hook = hook(world);
    let expected = signature("secret", &hook.body);
    hook.get_header("x-hub-signature-256") == Some(expected.as_str())
}

fn escaped(world: &mut World) -> bool {
    let hook = hook(world);
    hook.body.is_ascii() && !hook.body.contains(&b'@') && !hook.body.contains(&b'%')
}

fn own_business_alone(world: &mut World) -> bool {
    let request = send(0, "bread");
    let headers = [("authorization".to_owned(), format!("Bearer {}", TOKENS[1]))];
    world.call(0, Request { headers: headers.to_vec(), ..request }).status == 403
}

fn apps_alone(world: &mut World) -> bool {
    let flow = world.makes_flow("cakes", &flow_json(None));
    let asked = json!({ "phone_number_id": "100", "flow": flow });
    let answer: Response = world.ask("POST", "/flows_client/environment", &asked);
    answer.status == 403
}

fn endpoint_is_checked(world: &mut World) -> bool {
    let key = json!({ "business_public_key": super::manage::endpoint::PUBLIC_KEY });
    world.does("POST", "/100/whatsapp_business_encryption", key);
    let flow = world.makes_flow("cakes", &flow_json(Some("3.0")));
    world.endpoint = Some(Endpoint { speaks_clearly: true, ..Endpoint::default() });
    world.ask("POST", &format!("/{flow}/publish"), &json!({})).status == 400
}

fn cells_are_large(world: &mut World) -> bool {
    world.sends(1, "hello");
    world.accepts(&text());
    let day = 20_000_u64 * 86_400;
    let span = format!("start({day}).end({}).granularity(DAILY)", day + 86_400);
    let shown = world.get(&format!("/bakery?fields=pricing_analytics.{span}"));
    shown["pricing_analytics"]["data"][0]["data_points"] == json!([])
}

/// Each mistake with the story that sees it.
const STORIES: [(Mutant, Story); 16] = [
    (Mutant::WindowForEver, window),
    (Mutant::PairRateIgnored, pair_rate),
    (Mutant::MarketingStopIgnored, marketing_stop_holds),
    (Mutant::MarketingUncapped, marketing_cap_holds),
    (Mutant::IdentityUnchecked, identity),
    (Mutant::TemplateStateIgnored, template_state),
    (Mutant::SignedUnescaped, signed_as_sent),
    (Mutant::Unescaped, escaped),
    (Mutant::AnyBusiness, own_business_alone),
    (Mutant::ScopesIgnored, scopes_hold),
    (Mutant::AnyFlowClient, apps_alone),
    (Mutant::EndpointUnchecked, endpoint_is_checked),
    (Mutant::SmallCells, cells_are_large),
    (Mutant::ServiceFedWhileOff, are_off_by_default),
    (Mutant::AuthorInClear, is_as_listed),
    (Mutant::AuthorForEver, is_as_listed),
];

#[test]
fn every_rule_holds_without_a_mistake_and_breaks_under_its_own() {
    for (mutant, story) in STORIES {
        assert!(story(&mut world(None)), "{mutant:?}: the rule holds");
        assert!(!story(&mut world(Some(mutant))), "{mutant:?} is seen");
    }
}

#[test]
fn no_rule_breaks_under_the_mistake_of_another() {
    for (own, story) in STORIES {
        let (other, _) = STORIES[own as usize % STORIES.len()];
        let meant = other == own || own == Mutant::AuthorInClear || own == Mutant::AuthorForEver;
        assert!(meant || story(&mut world(Some(other))), "{own:?} under {other:?}");
    }
}

#[test]
fn what_a_stranger_is_answered_says_nothing() {
    let mut world = world(None);
    let request = send(0, "bread");
    let headers = [("authorization".to_owned(), "Bearer nobody".to_owned())];
    let answer = world.call(0, Request { headers: headers.to_vec(), ..request });
    assert_eq!((answer.status, body(&answer)["error"]["code"].as_u64()), (401, Some(190)));
}
