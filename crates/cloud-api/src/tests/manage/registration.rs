//! Registering, deregistering and verifying a number.

use serde_json::{Value, json};
use vocab::Micros;

use super::World;
use crate::{Event, tests::world::send};

const REGISTER: (&str, &str) = ("POST", "/v24.0/100/register");
const DEREGISTER: (&str, &str) = ("POST", "/v24.0/100/deregister");

fn pin(pin: &str) -> Value {
    json!({ "messaging_product": "whatsapp", "pin": pin })
}

impl World {
    /// The code that the operator was told.
    fn code(&self) -> String {
        let code = |event: &Event| {
            let Event::Code { code, .. } = event else { return None };
            Some(code.clone())
        };
        self.nodes[0].events.iter().rev().find_map(code).unwrap()
    }
}

#[test]
fn a_number_that_is_deregistered_neither_sends_nor_receives_until_it_is_registered() {
    let mut world = World::new();
    world.sends(0, "bread");
    world.does("POST", DEREGISTER.1, Value::Null);
    let answer = world.call(0, send(0, "cake"));
    super::refused(&answer, (133_010, 400));
    world.refused(DEREGISTER, Value::Null, (133_010, 400));
    let before = world.bodies("shop").len();
    world.sends(1, "is there bread?");
    assert_eq!(world.bodies("shop").len(), before);
    let late = world.carried.last().unwrap().clone();
    world.restart(0);
    assert_eq!(world.get("/100?fields=status")["status"], "DISCONNECTED");
    world.does("POST", REGISTER.1, pin("123456"));
    world.deliver(&late);
    assert_eq!(world.bodies("shop").len(), before + 1);
    world.sends(0, "cake");
}

#[test]
fn a_wrong_pin_is_133005_one_too_soon_133009_and_too_many_133008() {
    let mut world = World::new();
    world.does("POST", "/100", json!({ "pin": 123_456 }));
    world.refused(REGISTER, pin("654321"), (133_005, 400));
    world.refused(REGISTER, pin("123456"), (133_009, 400));
    for _ in 0..4 {
        world.pass(Micros::seconds(5));
        world.refused(REGISTER, pin("654321"), (133_005, 400));
    }
    world.pass(Micros::seconds(5));
    world.refused(REGISTER, pin("123456"), (133_008, 400));
    world.restart(0);
    world.refused(REGISTER, pin("123456"), (133_008, 400));
    world.pass(Micros::hours(12));
    world.does("POST", REGISTER.1, pin("123456"));
}

#[test]
fn the_eleventh_registration_within_72_hours_is_133016() {
    let mut world = World::new();
    for _ in 0..5 {
        world.does("POST", DEREGISTER.1, Value::Null);
        world.does("POST", REGISTER.1, pin("123456"));
    }
    world.refused(DEREGISTER, Value::Null, (133_016, 400));
    world.pass(Micros(Micros::hours(72).0 - 1));
    world.refused(DEREGISTER, Value::Null, (133_016, 400));
    world.pass(Micros(1));
    world.does("POST", DEREGISTER.1, Value::Null);
}

#[test]
fn a_number_that_is_not_verified_is_133006_until_its_code_was_entered() {
    let mut world = World::new();
    world.configure(0, |config| config.management.verified = false);
    world.refused(REGISTER, pin("123456"), (133_006, 400));
    let verify = ("POST", "/100/verify_code");
    world.refused(verify, json!({ "code": "123456" }), (100, 400));
    let request = json!({ "code_method": "SMS", "language": "en_US" });
    world.does("POST", "/100/request_code", request.clone());
    let wrong = if world.code() == "000000" { "000001" } else { "000000" };
    for _ in 0..3 {
        world.refused(verify, json!({ "code": wrong }), (100, 400));
    }
    let right = json!({ "code": world.code() });
    world.refused(verify, right, (100, 400)); // Used up by wrong guesses.

    world.does("POST", "/100/request_code", request.clone());
    world.pass(Micros::minutes(10));
    let late = json!({ "code": world.code() });
    world.refused(verify, late, (100, 400));

    world.does("POST", "/100/request_code", request);
    let code = world.code();
    world.does("POST", "/100/verify_code", json!({ "code": code }));
    world.does("POST", REGISTER.1, pin("123456"));
    assert_eq!(
        world.get("/100?fields=code_verification_status")["code_verification_status"],
        "VERIFIED"
    );
    let method = json!({ "code_method": "PIGEON", "language": "en_US" });
    world.refused(("POST", "/100/request_code"), method, (131_009, 400));
}

#[test]
fn the_region_is_a_parameter_of_registering_up_to_version_20_and_a_setting_from_21_on() {
    let mut world = World::new();
    world.does("POST", DEREGISTER.1, Value::Null);
    let mut call = pin("123456");
    call["data_localization_region"] = "BR".into();
    for target in ["/v21.0/100/register", "/v25.0/100/register", "/100/register"] {
        assert_eq!(world.plainly("POST", target, call.clone()), (12, 400));
    }
    world.does("POST", "/v20.0/100/register", call);
    let storage = world.get("/100/settings")["storage_configuration"].clone();
    let expected =
        json!({ "status": "IN_COUNTRY_STORAGE_ENABLED", "data_localization_region": "BR" });
    assert_eq!(storage, expected);
}
