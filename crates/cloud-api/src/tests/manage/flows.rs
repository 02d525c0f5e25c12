//! Flows: managed by a business, sent, opened by the app of a person, and answered by an endpoint.

use hop::http::{Request, Response};
use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
use serde_json::{Value, json};
use vocab::Micros;

use super::{
    World,
    endpoint::{Endpoint, PUBLIC_KEY},
};
use crate::{
    flows::Exchange,
    tests::{
        graph::{body, refused},
        world::{APPS, NUMBERS, TOKENS},
    },
};

/// A flow of two screens; with an endpoint if it names a version of the data API.
pub(in crate::tests) fn flow_json(data_api_version: Option<&str>) -> String {
    let screen = |id: &str, action: Value| {
        let footer = json!({ "type": "Footer", "label": "Go", "on-click-action": action });
        let layout = json!({ "type": "SingleColumnLayout", "children": [footer] });
        json!({ "id": id, "title": id, "terminal": id == "LAST", "layout": layout })
    };
    let mut flow = json!({
        "version": "7.3",
        "routing_model": { "FIRST": ["LAST"], "LAST": [] },
        "screens": [
            screen("FIRST", json!({ "name": "navigate", "next": { "name": "LAST" } })),
            screen("LAST", json!({ "name": "complete", "payload": {} })),
        ],
    });
    if let Some(version) = data_api_version {
        flow["data_api_version"] = version.into();
    }
    flow.to_string()
}

impl World {
    /// A flow with this JSON: its id.
    pub(in crate::tests) fn makes_flow(&mut self, name: &str, json: &str) -> String {
        let asked = json!({
            "name": name, "categories": ["OTHER"], "flow_json": json,
            "endpoint_uri": "https://shop/flow",
        });
        let made = self.posts("/bakery/flows", asked);
        assert_eq!((&made["success"], &made["validation_errors"]), (&json!(true), &json!([])));
        made["id"].as_str().unwrap().to_owned()
    }

    /// A published flow with an endpoint that is well: its id.
    fn has_flow(&mut self, data_api_version: &str) -> String {
        let key = json!({ "business_public_key": PUBLIC_KEY });
        self.does("POST", "/100/whatsapp_business_encryption", key);
        let id = self.makes_flow("cakes", &flow_json(Some(data_api_version)));
        self.endpoint = Some(Endpoint::default());
        self.does("POST", &format!("/{id}/publish"), json!({}));
        id
    }

    fn status_of(&mut self, flow: &str) -> Value {
        self.get(&format!("/{flow}"))["status"].clone()
    }

    /// The app of the person asks the platform's servers.
    pub(in crate::tests) fn app(&mut self, path: &str, asked: &Value) -> Response {
        let request = Request::new("cloud", "POST", &format!("/flows_client/{path}")).bearer(APPS);
        self.call(0, request.json(asked.to_string().into_bytes()))
    }

    /// The same with what is sealed for the endpoint: its answer, opened.
    fn exchanges(&mut self, flow: &str, said: &Value) -> (Value, Option<Value>) {
        let asked = json!({ "phone_number_id": "100", "flow": flow, "flow_token": "t" });
        let environment = body(&self.app("environment", &asked));
        let key = environment["public_key"].as_str().unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(self.served.len() as u64);
        let (opens, sealed) = Exchange::seal(key, said, &mut rng).unwrap();
        let asked = json!({ "phone_number_id": "100", "flow": flow, "sealed": sealed });
        let answer = body(&self.app("exchange", &asked));
        let opened = answer["body"].as_str().and_then(|body| opens.open(body.as_bytes()));
        (answer["status"].clone(), opened)
    }

    /// The bakery sends the person a flow.
    fn sends_flow(&mut self, flow: &str, mode: &str) -> Response {
        let parameters = json!({
            "flow_message_version": "3", "flow_id": flow, "flow_cta": "Open", "mode": mode,
        });
        let message = json!({
            "messaging_product": "whatsapp", "to": NUMBERS[1], "type": "interactive",
            "interactive": {
                "type": "flow", "body": { "text": "Cake?" },
                "action": { "name": "flow", "parameters": parameters },
            },
        });
        let request = Request::new("cloud", "POST", "/100/messages").bearer(TOKENS[0]);
        self.call(0, request.json(message.to_string().into_bytes()))
    }

    /// What the endpoint was asked last.
    fn asked_last(&self) -> Value {
        self.endpoint.as_ref().unwrap().asked.borrow().last().unwrap().clone()
    }
}

#[test]
fn a_flow_is_made_listed_changed_published_deprecated_and_not_deleted_any_more() {
    let mut world = World::new();
    let id = world.makes_flow("cakes", &flow_json(None));
    let all = "id,name,status,categories,json_version,data_api_version,endpoint_uri,updated_at,\
               preview.invalidate(false),health_status.phone_number(100),application";
    let shown = world.get(&format!("/v25.0/{id}?fields={all}"));
    assert_eq!((&shown["status"], &shown["json_version"]), (&json!("DRAFT"), &json!("7.3")));
    assert_eq!(shown["updated_at"], "2024-10-04T12:00:00+0000");
    assert_eq!(shown["preview"]["expires_at"], "2024-11-03T12:00:00+0000");
    assert_eq!(shown["endpoint_uri"], "https://shop/flow");
    assert!(shown["data_api_version"].is_null() && shown["validation_errors"].is_null());
    assert_eq!(world.get("/bakery/flows")["data"][0]["name"], "cakes");
    world.does("POST", &format!("/{id}"), json!({ "name": "tarts", "categories": ["SURVEY"] }));
    assert_eq!(world.get(&format!("/{id}"))["categories"], json!(["SURVEY"]));
    let asset = world.get(&format!("/{id}/assets?fields=name,asset_type,download_url"));
    let url = asset["data"][0]["download_url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("https://lookaside.fbsbx.com").unwrap().to_owned();
    assert_eq!(world.get(&path)["version"], "7.3");
    let copy = json!({ "name": "copy", "categories": ["OTHER"], "clone_flow_id": id });
    let copy = world.posts("/bakery/flows", copy)["id"].as_str().unwrap().to_owned();
    world.does("POST", &format!("/{id}/publish"), json!({}));
    assert_eq!(world.status_of(&id), "PUBLISHED");
    let publish = format!("/{id}/publish");
    world.refused(("POST", &publish), json!({}), (139_002, 400));
    world.refused(("DELETE", &format!("/{id}")), Value::Null, (139_004, 400));
    world.refused(("POST", &format!("/{copy}/deprecate")), json!({}), (139_003, 400));
    world.does("POST", &format!("/{id}/deprecate"), json!({}));
    assert_eq!(world.status_of(&id), "DEPRECATED");
    world.refused(("POST", &format!("/{id}/deprecate")), json!({}), (139_003, 400));
    world.refused(("POST", &format!("/{id}")), json!({ "name": "x" }), (139_001, 400));
    world.does("DELETE", &format!("/{copy}"), Value::Null);
    assert_eq!(world.plainly("GET", &format!("/{copy}"), Value::Null), (100, 400));
    let told: Vec<Value> = world
        .bodies("shop")
        .iter()
        .map(|body| body["entry"][0]["changes"][0].clone())
        .filter(|change| change["field"] == "flows")
        .map(|change| change["value"]["new_status"].clone())
        .collect();
    assert_eq!(told, ["PUBLISHED", "DEPRECATED"]);
}

#[test]
fn a_flow_json_that_is_wrong_says_where_and_is_not_published() {
    let mut world = World::new();
    let made =
        json!({ "name": "a", "categories": ["OTHER"], "flow_json": "{\"version\":\"7.3\"}" });
    let made = world.posts("/bakery/flows", made);
    assert_eq!(made["success"], false);
    let fault = &made["validation_errors"][0];
    for part in ["error", "error_type", "message"] {
        assert!(fault[part].is_string(), "{fault}");
    }
    for part in ["line_start", "line_end", "column_start", "column_end"] {
        assert!(fault[part].is_u64(), "{fault}");
    }
    let id = made["id"].as_str().unwrap().to_owned();
    world.refused(("POST", &format!("/{id}/publish")), json!({}), (139_002, 400));
    let upload = |world: &mut World, text: &str| {
        let part = |head: &str, value: &str| {
            format!("--x\r\ncontent-disposition: form-data; {head}\r\n\r\n{value}\r\n")
        };
        let body = [
            part("name=\"file\"; filename=\"flow.json\"", text),
            part("name=\"name\"", "flow.json"),
            part("name=\"asset_type\"", "FLOW_JSON"),
            "--x--\r\n".to_owned(),
        ];
        let mut request = Request::new("cloud", "POST", &format!("/{id}/assets"));
        request =
            request.bearer(TOKENS[0]).header("content-type", "multipart/form-data; boundary=x");
        request.body = body.concat().into_bytes();
        world.call(0, request)
    };
    assert_eq!(body(&upload(&mut world, "{"))["success"], false);
    let answer = body(&upload(&mut world, &flow_json(None)));
    assert_eq!(answer, json!({ "success": true, "validation_errors": [] }));
    world.does("POST", &format!("/{id}/publish"), json!({}));
    refused(&upload(&mut world, &flow_json(None)), (139_001, 400));
    for wrong in [
        json!({ "name": "a", "categories": ["OTHER"] }),
        json!({ "name": "b", "categories": ["CAKE"] }),
        json!({ "name": "b", "categories": [] }),
        json!({ "name": "b" }),
        json!({ "name": "b", "categories": ["OTHER"], "endpoint_uri": "shop" }),
        json!({ "name": "b", "categories": ["OTHER"], "clone_flow_id": "1" }),
    ] {
        world.refused(("POST", "/bakery/flows"), wrong, (100, 400));
    }
}

#[test]
fn only_a_flow_whose_endpoint_proves_that_it_has_the_key_is_published() {
    let mut world = World::new();
    let id = world.makes_flow("cakes", &flow_json(Some("3.0")));
    let publish = format!("/{id}/publish");
    let refusal = world.refused(("POST", &publish), json!({}), (139_002, 400));
    assert!(refusal.contains("public key"), "{refusal}");
    let key = json!({ "business_public_key": PUBLIC_KEY });
    world.does("POST", "/100/whatsapp_business_encryption", key);
    for (status, speaks_clearly) in [(503, false), (0, true)] {
        world.endpoint = Some(Endpoint { status, speaks_clearly, ..Endpoint::default() });
        let refusal = world.refused(("POST", &publish), json!({}), (139_002, 400));
        assert!(refusal.contains("available"), "{refusal}");
        assert_eq!(world.status_of(&id), "DRAFT");
    }
    world.endpoint = Some(Endpoint::default());
    world.does("POST", &publish, json!({}));
    assert_eq!(world.asked_last(), json!({ "version": "3.0", "action": "ping" }));
    assert_eq!(world.status_of(&id), "PUBLISHED");
}

#[test]
fn what_an_app_and_an_endpoint_say_is_sealed_signed_and_opened_by_them_alone() {
    let mut world = World::new();
    let flow = world.has_flow("4.0");
    let said = json!({ "version": "4.0", "action": "INIT", "flow_token": "t" });
    let (status, answer) = world.exchanges(&flow, &said);
    assert_eq!(status, 200);
    assert_eq!(answer.unwrap()["data"]["hello"], "Grüße");
    assert_eq!(world.asked_last(), said);
    let (_, _, request) = world.served.iter().rfind(|(_, _, one)| one.path() == "/flow").unwrap();
    let signature = crate::webhook::signature("secret", &request.body);
    assert_eq!(request.get_header("x-hub-signature-256"), Some(signature.as_str()));
    assert!(!String::from_utf8_lossy(&request.body).contains("INIT"));
    let entered = json!({ "cake": "Sachertorte" });
    let said = json!({
        "version": "4.0", "action": "data_exchange", "screen": "FIRST", "flow_token": "t",
        "data": entered,
    });
    let (_, answer) = world.exchanges(&flow, &said);
    let params = &answer.unwrap()["data"]["extension_message_response"]["params"];
    assert_eq!(params, &json!({ "flow_token": "t", "cake": "Sachertorte" }));
    let seen = world.served.iter().map(|(_, _, request)| request.body.clone());
    let kept = world.rows().into_iter().map(|(_, value)| value);
    for bytes in seen.chain(kept) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!text.contains("Sachertorte"), "{text}");
    }
    world.endpoint = Some(Endpoint { speaks_clearly: true, ..Endpoint::default() });
    let (status, answer) = world.exchanges(&flow, &said);
    assert_eq!((status, answer), (json!(200), None));
}

#[test]
fn a_flow_token_is_signed_where_flow_json_and_data_api_are_new_enough() {
    let asked = |flow: &str| json!({ "phone_number_id": "100", "flow": flow, "flow_token": "t" });
    let mut world = World::new();
    let flow = world.has_flow("4.0");
    let signed = body(&world.app("environment", &asked(&flow)))["flow_token_signature"].clone();
    let at = world.now.wall;
    assert_eq!(signed, crate::flows::signature("t", "secret", at));
    assert_eq!(signed, body(&world.app("environment", &asked("cakes")))["flow_token_signature"]);
    let mut world = World::new();
    let flow = world.has_flow("3.0");
    let environment = body(&world.app("environment", &asked(&flow)));
    assert!(environment["flow_token_signature"].is_null(), "{environment}");
}

#[test]
fn nobody_but_an_app_has_bytes_carried_to_an_endpoint() {
    let mut world = World::new();
    let flow = world.has_flow("3.0");
    let before = world.served.len();
    let asked = json!({ "phone_number_id": "100", "flow": flow, "sealed": {} });
    for path in ["environment", "exchange"] {
        world.refused(("POST", &format!("/flows_client/{path}")), asked.clone(), (10, 403));
    }
    let nobodys = json!({ "phone_number_id": "999", "flow": flow });
    assert_eq!(body(&world.app("environment", &nobodys))["error"]["code"], 100);
    let unknown = json!({ "phone_number_id": "100", "flow": "1" });
    assert_eq!(body(&world.app("environment", &unknown))["error"]["code"], 100);
    refused(&world.app("exchange", &unknown), (131_008, 400));
    assert_eq!(world.served.len(), before);
}

#[test]
fn a_failing_endpoint_is_throttled_then_blocked_and_well_again_when_it_says_so() {
    let mut world = World::new();
    let flow = world.has_flow("3.0");
    world.sends(1, "hello");
    assert_eq!(world.sends_flow(&flow, "published").status, 200);
    let said = json!({ "version": "3.0", "action": "INIT", "flow_token": "t" });
    world.endpoint = Some(Endpoint { status: 500, ..Endpoint::default() });
    for _ in 0..9 {
        world.exchanges(&flow, &said);
    }
    assert_eq!(world.status_of(&flow), "PUBLISHED");
    world.exchanges(&flow, &said);
    assert_eq!(world.status_of(&flow), "THROTTLED");
    for _ in 0..10 {
        assert_eq!(world.sends_flow(&flow, "published").status, 200);
    }
    refused(&world.sends_flow(&flow, "published"), (132_069, 400));
    world.restart(0);
    world.pass(Micros::minutes(61));
    assert_eq!(world.status_of(&flow), "THROTTLED", "six health checks failed as well");
    assert_eq!(world.sends_flow(&flow, "published").status, 200);
    for _ in 0..4 {
        world.exchanges(&flow, &said);
    }
    assert_eq!(world.status_of(&flow), "BLOCKED");
    refused(&world.sends_flow(&flow, "published"), (132_068, 400));
    let asked = json!({ "phone_number_id": "100", "flow": flow });
    refused(&world.app("environment", &asked), (132_068, 400));
    world.endpoint = Some(Endpoint::default());
    world.pass(Micros::minutes(11));
    assert_eq!(world.asked_last()["action"], "ping");
    assert_eq!(world.status_of(&flow), "PUBLISHED");
    assert_eq!(world.sends_flow(&flow, "published").status, 200);
}

#[test]
fn a_draft_is_sent_to_be_tried_out_and_a_deprecated_flow_to_nobody() {
    let mut world = World::new();
    let flow = world.makes_flow("cakes", &flow_json(None));
    refused(&world.sends_flow(&flow, "published"), (131_009, 400));
    assert_eq!(world.sends_flow(&flow, "draft").status, 200);
    world.does("POST", &format!("/{flow}/publish"), json!({}));
    assert_eq!(world.sends_flow(&flow, "published").status, 200);
    world.does("POST", &format!("/{flow}/deprecate"), json!({}));
    refused(&world.sends_flow(&flow, "published"), (131_009, 400));
    // One that is managed elsewhere is sent as it is.
    assert_eq!(world.sends_flow("1", "published").status, 200);
}
