//! Traces, as a collector gets them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hop::http::{Request, Response};
use host::{
    http::{Server, service},
    log::Log,
    stop::Stopper,
    up::{Options, Up, Webhook},
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::world::{Caller, options, run};

const WORD: &str = "Zimtschnecken";

/// Names of spans by trace, in the order in which they ended; each span is looked at.
fn traces(bodies: &[Vec<u8>]) -> BTreeMap<String, Vec<String>> {
    let mut ended = Vec::new();
    for body in bodies {
        let body: Value = serde_json::from_slice(body).unwrap();
        for resource in body["resourceSpans"].as_array().unwrap() {
            let service = &resource["resource"]["attributes"][0];
            assert_eq!(service["key"], "service.name");
            let role = service["value"]["stringValue"].as_str().unwrap();
            for span in resource["scopeSpans"][0]["spans"].as_array().unwrap() {
                let text = |name: &str| span[name].as_str().unwrap().to_owned();
                let nanos = |name: &str| text(name).parse::<u64>().unwrap();
                assert_eq!((text("traceId").len(), text("spanId").len()), (32, 16));
                assert!(nanos("startTimeUnixNano") <= nanos("endTimeUnixNano"));
                let name = format!("{role} {}", text("name"));
                ended.push((nanos("endTimeUnixNano"), text("traceId"), name));
            }
        }
    }
    ended.sort();
    let mut traces = BTreeMap::<String, Vec<String>>::new();
    for (_, trace, name) in ended {
        traces.entry(trace).or_default().push(name);
    }
    traces
}

#[test]
fn a_collector_sees_what_became_of_a_message_and_nothing_of_what_it_says_or_whose_it_is() {
    let folder = tempfile::tempdir().unwrap();
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let authority = listener.local_addr().unwrap().to_string();
        let bodies = Arc::new(Mutex::new(Vec::new()));
        let gets = bodies.clone();
        let collector = service(move |request: Request| {
            assert_eq!((request.method.as_str(), request.path()), ("POST", "/v1/traces"));
            gets.lock().unwrap().push(request.body);
            async { Some(Response::json(200, b"{}".to_vec())) }
        });
        let (stopper, stop) = Stopper::new();
        let server = Server::new(listener, "collector", Log::none());
        let server = tokio::spawn(server.run(collector, stop));

        let otlp = Some(Webhook { authority, path: "/v1/traces".to_owned() });
        let up = Up::start(Options { otlp, ..options(folder.path()) }).await.unwrap();
        let caller = Caller::of(&up);
        let wamid = caller.write(WORD).await;
        caller.wait_for("direction=outbound&status=shown", 1).await;
        caller.wait_for(&format!("wamid={wamid}&status=read"), 1).await;
        let path = format!("/webhooks?wamid={wamid}&delivered=true&wait_ms=20000");
        caller.get(&caller.control(&path)).await;
        let ready = caller.ready.clone();
        up.end().await;
        stopper.stop();
        server.await.unwrap();

        let bodies = bodies.lock().unwrap().clone();
        let traces = traces(&bodies);
        let has = |wanted: &[&str]| {
            traces.values().any(|spans| wanted.iter().all(|one| spans.iter().any(|it| it == one)))
        };
        let (relay, webhook) = ("blindpost-transport relay", "blindpost-cloud-api webhook");
        assert!(has(&[relay, webhook]), "what the person wrote: {traces:?}");
        assert!(has(&["blindpost-cloud-api accept", relay]), "the answer: {traces:?}");
        let business = ready.display_phone_number.trim_start_matches('+').to_owned();
        let sent = String::from_utf8(bodies.concat()).unwrap();
        let secrets = ready.users.iter().chain([&business, &ready.token, &wamid]);
        for secret in secrets.map(String::as_str).chain([WORD]) {
            assert!(!sent.contains(secret), "{secret} in {sent}");
        }
    });
}
