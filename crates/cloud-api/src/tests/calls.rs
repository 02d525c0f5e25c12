//! What a business may call, and what it is told.

use endpoint::Happening;
use hop::{
    Act, ExchangeId, Hop as _, Input,
    http::{Request, Response},
};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng as _};
use serde_json::{Value, json};
use vocab::{Instant, Now, UnixMicros};

use super::world::{TOKENS, World, send};
use crate::{CloudApi, Event};

#[test]
fn a_send_repeated_under_its_request_id_is_one_message() {
    let mut world = World::new();
    let request = send(0, "bread").header("x-blindpost-request-id", "7");
    let first = world.call(0, request.clone());
    assert_eq!((first.status, world.call(0, request.clone())), (200, first.clone()));
    world.restart(0);
    assert_eq!(world.call(0, request), first);
    assert_eq!(world.history(), ["bread"]);
    let other = world.call(0, send(0, "bread").header("x-blindpost-request-id", "8"));
    assert_ne!(other, first);
    assert_eq!(world.history(), ["bread", "bread"]);
}

#[test]
fn a_call_that_comes_before_the_grants_were_read_is_asked_to_come_again() {
    let config = World::new().nodes.remove(0).config;
    let (mut hop, mut rng) = (CloudApi::new(config), ChaCha8Rng::seed_from_u64(1));
    let now = Now { mono: Instant(0), wall: UnixMicros(0) };
    // The store has not answered when the call comes.
    let _reads = hop.handle(Input::Boot, now, &mut rng);
    let call = Input::Request { id: ExchangeId(1), request: send(0, "bread") };
    let acts = hop.handle(call, now, &mut rng).effects.into_iter().map(|effect| effect.act);
    let replies: Vec<u16> = acts
        .filter_map(|act| {
            if let Act::Reply { response, .. } = act { Some(response.status) } else { None }
        })
        .collect();
    assert_eq!(replies, [503]);
}

#[test]
fn a_token_that_is_nobodys_is_refused() {
    let mut world = World::new();
    let mut request = send(0, "bread");
    request.headers.retain(|(name, _)| name != "authorization");
    assert_eq!(world.call(0, request.clone()).status, 401);
    assert_eq!(world.call(0, request.bearer("nobody's")).status, 401);
    assert!(world.carried.is_empty());
}

#[test]
fn another_business_is_refused_whether_the_number_exists_or_not() {
    let mut world = World::new();
    let mut request = send(0, "bread");
    request.headers.retain(|(name, _)| name != "authorization");
    let there = world.call(0, request.clone().bearer(TOKENS[1]));
    request.target = "/999/messages".into();
    let not_there = world.call(0, request.bearer(TOKENS[1]));
    assert_eq!((there.status, error(&there)), (403, error(&not_there)));
    assert!(world.carried.is_empty());
}

/// The error of an answer without what names the answer itself.
fn error(answer: &Response) -> Value {
    let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
    body["error"].as_object_mut().unwrap().remove("fbtrace_id").unwrap();
    body["error"].take()
}

#[test]
fn a_malformed_call_is_told_what_was_expected() {
    let mut world = World::new();
    let cases: [(&[u8], &str); 5] = [
        (b"{", "JSON"),
        (br#"{"to":"1"}"#, "messaging_product"),
        (br#"{"messaging_product":"whatsapp"}"#, "to is required"),
        (br#"{"messaging_product":"whatsapp","to":"12"}"#, "7 to 15 digits"),
        (br#"{"messaging_product":"whatsapp","to":"1234567","text":{}}"#, "text.body"),
    ];
    for (body, expected) in cases {
        let request = Request::new("cloud", "POST", "/100/messages").bearer(TOKENS[0]);
        let answer = world.call(0, request.json(body.to_vec()));
        let says = String::from_utf8(answer.body).unwrap();
        assert_eq!(answer.status, 400, "{says}");
        assert!(says.contains(expected), "{says}");
    }
}

#[test]
fn a_grant_that_is_revoked_stops_the_next_call() {
    let mut world = World::new();
    world.sends(0, "bread");
    world.is_granted = false;
    let told = Request::new("cloud", "POST", "/grants_changed").bearer("token of the manager");
    assert_eq!(world.call(0, told).status, 200);
    assert_eq!(world.call(0, send(0, "cake")).status, 403);
    world.restart(0);
    assert_eq!(world.call(0, send(0, "cake")).status, 403);
}

#[test]
fn marking_as_read_reaches_the_person_once() {
    let mut world = World::new();
    let wamid = world.sends(1, "is there bread?");
    let body = json!({
        "messaging_product": "whatsapp", "status": "read", "message_id": wamid,
    });
    let request = Request::new("cloud", "POST", "/100/messages").bearer(TOKENS[0]);
    let request = request.json(body.to_string().into_bytes());
    for _ in 0..2 {
        assert_eq!(world.call(0, request.clone()).status, 200);
    }
    let read = world.nodes[1]
        .events
        .iter()
        .filter(|event| matches!(event, Event::Happened { happening: Happening::Read { .. }, .. }));
    assert_eq!(read.count(), 1);
    let unknown =
        String::from_utf8(request.body.clone()).unwrap().replace(&wamid[6..], &"0".repeat(32));
    let answer = world.call(0, Request { body: unknown.into_bytes(), ..request });
    assert_eq!((answer.status, error(&answer)["code"].clone()), (400, 131_009.into()));
}

#[test]
fn a_business_is_told_how_far_its_message_got() {
    let mut world = World::new();
    let wamid = world.sends(0, "bread");
    assert_eq!(world.statuses(&wamid).len(), 2);
    assert!(world.statuses(&wamid).iter().all(|status| status != "failed"));
    let statuses: Vec<Value> = world.bodies("shop");
    assert_eq!(statuses[0]["object"], "whatsapp_business_account");
}
