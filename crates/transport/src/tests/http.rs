//! The back office, and everybody else who asks.

use hop::http::Request;
use vocab::limits;
use wire::transport::{Ask, Status};

use super::{people::End, world::World};
use crate::ROUTES;

#[test]
fn every_route_is_the_back_offices_and_nobody_elses() {
    let mut world = World::new();
    for route in ROUTES {
        let target = route.pattern.replace("{phone}", "393331000001");
        assert_eq!(world.http("whatsapp", route.method, &target).status, 200, "{target}");
        for principal in ["rest-of-meta", "ads", "cloud-api", "business:bakery"] {
            let response = world.http(principal, route.method, &target);
            assert_eq!(response.status, 403, "{principal} {target}");
        }
        assert_eq!(world.http("somebody", route.method, &target).status, 401, "{target}");
        let without = Request::new("transport", route.method, &target);
        assert_eq!(world.request(without).status, 401, "{target}");
    }
}

#[test]
fn what_does_not_exist_is_404_and_another_method_405() {
    let mut world = World::new();
    for target in ["/", "/mailboxes", "/mailboxes/1/2", "/integrity/", "/messages"] {
        assert_eq!(world.http("whatsapp", "GET", target).status, 404, "{target}");
    }
    for method in ["POST", "PUT", "DELETE", "HEAD"] {
        let response = world.http("whatsapp", method, "/accounts");
        assert_eq!((response.status, response.headers[1].1.as_str()), (405, "GET"));
    }
    assert_eq!(world.http("whatsapp", "GET", "/mailboxes/abc").status, 400);
    assert_eq!(world.http("whatsapp", "GET", "/accounts?after=xyz").status, 400);
    let elsewhere = Request::new("billing", "GET", "/accounts");
    assert_eq!(world.request(elsewhere).status, 421);
    let refused = world.http("ads", "GET", "/accounts");
    let error: serde_json::Value = serde_json::from_slice(&refused.body).unwrap();
    assert_eq!(error["error"]["code"], 403);
}

#[test]
fn the_back_office_reads_headers_and_ciphertext_of_what_waits() {
    let mut world = World::new();
    let (ada, bob) = (End::new(1, "393331000001"), End::new(2, "393331000002"));
    world.arrives(&ada);
    world.arrives(&bob);
    let most = u32::try_from(limits::MAX_ENVELOPES_READ).unwrap();
    for number in 0..=most {
        assert_eq!(world.ask(ada.link, Ask::Send(ada.writes(&bob, number))), Status::Ok);
    }
    let page = world.page("/mailboxes/393331000002");
    let envelopes = page["envelopes"].as_array().unwrap();
    assert_eq!(envelopes.len(), limits::MAX_ENVELOPES_READ);
    assert_eq!(
        (&envelopes[0]["from"], &envelopes[0]["to"]),
        (&"393331000001".into(), &"393331000002".into())
    );
    let content = envelopes[0]["content"].as_str().unwrap();
    let hex: alloc::string::String =
        super::people::ciphertext(0).iter().map(|byte| std::format!("{byte:02x}")).collect();
    assert_eq!(content, hex);

    let next = page["next"].as_str().unwrap();
    let page = world.page(&std::format!("/mailboxes/393331000002?after={next}"));
    assert_eq!(page["envelopes"].as_array().unwrap().len(), 1);
    assert_eq!(page["next"], serde_json::Value::Null);
}

#[test]
fn accounts_list_numbers_and_who_hosts_them() {
    let mut world = World::new();
    let (ada, bakery) =
        (End::new(1, "393331000001"), End::new(super::world::CLOUD_API, "390212345"));
    world.arrives(&ada);
    world.arrives(&bakery);
    let page = world.page("/accounts");
    let mut accounts: alloc::vec::Vec<_> = page["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|account| (account["phone"].as_str().unwrap(), account["hosted"].as_bool().unwrap()))
        .collect();
    accounts.sort_unstable();
    assert_eq!(accounts, [("390212345", true), ("393331000001", false)]);
}
