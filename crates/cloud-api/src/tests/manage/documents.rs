//! What a business sets at a number: profile, settings, key of flows, commerce, automation, links.

use serde_json::{Value, json};

use super::World;
use crate::tests::world::NUMBERS;

#[test]
fn a_profile_is_changed_in_parts_and_shown_by_fields() {
    let mut world = World::new();
    let path = "/v24.0/100/whatsapp_business_profile";
    assert_eq!(
        world.get(path)["data"],
        json!([{ "messaging_product": "whatsapp", "vertical": "UNDEFINED" }])
    );
    world.does(
        "POST",
        path,
        json!({
            "messaging_product": "whatsapp", "about": "We bake.", "email": "bread@example.org",
            "websites": ["https://bakery.example"], "vertical": "GROCERY", "address": null,
        }),
    );
    world.does("POST", path, json!({ "messaging_product": "whatsapp", "address": "Kiel" }));
    let shown = world.get(&format!("{path}?fields=about,address,shoe_size"));
    assert_eq!(
        shown["data"],
        json!([{ "messaging_product": "whatsapp", "about": "We bake.", "address": "Kiel" }])
    );
    world.restart(0);
    assert_eq!(world.get(path)["data"][0]["vertical"], "GROCERY");
    let wrong = [
        json!({ "about": "a".repeat(140) }),
        json!({ "email": "nobody" }),
        json!({ "vertical": "PIRACY" }),
        json!({ "websites": ["https://a", "https://b", "https://c"] }),
        json!({ "websites": ["bakery"] }),
    ];
    for mut parameters in wrong {
        parameters["messaging_product"] = "whatsapp".into();
        world.refused(("POST", path), parameters, (131_009, 400));
    }
    assert_eq!(world.get(path)["data"][0]["about"], "We bake.");
}

#[test]
fn storage_is_set_only_while_the_number_is_not_registered() {
    let mut world = World::new();
    let path = "/v24.0/100/settings";
    let local = json!({ "storage_configuration": {
        "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": "DE",
    } });
    world.refused(("POST", path), local.clone(), (100, 400));
    world.does("POST", "/100/deregister", Value::Null);
    world.does("POST", path, local.clone());
    assert_eq!(world.get(path)["storage_configuration"], local["storage_configuration"]);
    let none = json!({ "status": "NO_STORAGE_ENABLED", "retention_minutes": 60 });
    world.does("POST", path, json!({ "storage_configuration": none }));
    assert_eq!(world.get(path)["storage_configuration"], none);
    let wrong = [
        json!({ "status": "SOMEWHERE" }),
        json!({ "status": "NO_STORAGE_ENABLED", "retention_minutes": 61 }),
        json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": "FR" }),
    ];
    for storage in wrong {
        let call = json!({ "storage_configuration": storage });
        world.refused(("POST", path), call, (131_009, 400));
    }
}

#[test]
fn the_check_of_identities_is_switched_at_any_time() {
    let mut world = World::new();
    let path = "/v24.0/100/settings";
    let check = json!({ "enable_identity_key_check": true });
    world.does("POST", path, json!({ "user_identity_change": check }));
    assert_eq!(world.get(path)["user_identity_change"], check);
    world.refused(("POST", path), json!({ "weather": "fine" }), (100, 400));
}

#[test]
fn a_key_of_flows_is_an_rsa_key_and_has_to_come_again_after_a_registration() {
    let mut world = World::new();
    let path = "/v24.0/100/whatsapp_business_encryption";
    assert_eq!(world.get(path), json!({ "data": [] }));
    let pem = include_str!("public_key.pem");
    world.does("POST", path, json!({ "business_public_key": pem }));
    let key = world.get(path)["data"][0].clone();
    assert_eq!(key["business_public_key"], pem);
    assert_eq!(key["business_public_key_signature_status"], "VALID");
    let pin = json!({ "messaging_product": "whatsapp", "pin": "123456" });
    world.does("POST", "/100/register", pin);
    let status = world.get(path)["data"][0]["business_public_key_signature_status"].clone();
    assert_eq!(status, "MISMATCH");
    let shorter = pem.replacen("MIIB", "MIIC", 1);
    for wrong in ["bread", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", &shorter] {
        world.refused(("POST", path), json!({ "business_public_key": wrong }), (100, 400));
    }
}

#[test]
fn catalogue_and_cart_prompts_and_commands_are_shown_as_they_were_set() {
    let mut world = World::new();
    let commerce = "/v24.0/100/whatsapp_commerce_settings";
    world.does("POST", &format!("{commerce}?is_catalog_visible=true"), Value::Null);
    let expected = json!({ "id": "100", "is_cart_enabled": true, "is_catalog_visible": true });
    assert_eq!(world.get(commerce)["data"], json!([expected]));
    world.refused(("POST", commerce), json!({ "is_cart_enabled": "maybe" }), (131_009, 400));
    world.refused(("POST", commerce), json!({}), (100, 400));

    let automation = "/v24.0/100/conversational_automation";
    let command = json!({ "command_name": "order", "command_description": "Order bread" });
    let set = json!({
        "enable_welcome_message": true, "commands": [command], "prompts": ["What is fresh?"],
    });
    world.does("POST", automation, set.clone());
    let shown = world.get("/100?fields=conversational_automation");
    assert_eq!(shown["conversational_automation"], set);
    assert_eq!(world.get(automation)["commands"], json!([command]));
    let many = json!({ "prompts": ["a", "b", "c", "d", "e"] });
    world.refused(("POST", automation), many, (131_009, 400));
}

#[test]
fn links_are_made_listed_changed_and_deleted() {
    let mut world = World::new();
    let path = "/v24.0/100/message_qrdls";
    let made =
        world.posts(path, json!({ "prefilled_message": "Hello", "generate_qr_image": "SVG" }));
    let code = made["code"].as_str().unwrap().to_owned();
    assert_eq!(made["deep_link_url"], format!("https://wa.me/message/{code}"));
    let changed = world.posts(path, json!({ "prefilled_message": "Hi", "code": code }));
    assert_eq!(world.get(path)["data"], json!([changed]));
    assert_eq!(world.get(&format!("{path}/{code}"))["data"], json!([changed]));
    world.does("DELETE", &format!("{path}/{code}"), Value::Null);
    assert_eq!(world.get(path)["data"], json!([]));
    assert_eq!(world.plainly("GET", &format!("{path}/{code}"), Value::Null), (100, 400));
    world.refused(("POST", path), json!({}), (131_008, 400));
}

#[test]
fn webhooks_bear_the_hash_of_an_identity_key_where_the_number_asks_for_it() {
    let mut world = World::new();
    let newest = |world: &World| world.bodies("shop").pop().unwrap()["entry"][0].clone();
    world.sends(1, "hello");
    assert!(!newest(&world).to_string().contains("identity_key_hash"));
    let check = json!({ "enable_identity_key_check": true });
    world.does("POST", "/v24.0/100/settings", json!({ "user_identity_change": check }));
    world.sends(1, "hello again");
    let value = newest(&world)["changes"][0]["value"].clone();
    let hash = value["contacts"][0]["identity_key_hash"].as_str().unwrap().to_owned();
    world.sends(0, "hello to you");
    let status = newest(&world)["changes"][0]["value"]["statuses"][0].clone();
    assert_eq!(status["recipient_identity_key_hash"], hash);

    let message = json!({
        "messaging_product": "whatsapp", "to": NUMBERS[1], "text": { "body": "bread" },
        "recipient_identity_key_hash": hash,
    });
    let wamid = world.posts("/100/messages", message)["messages"][0]["id"].clone();
    assert!(world.statuses(wamid.as_str().unwrap()).contains(&"delivered".to_owned()));
}
