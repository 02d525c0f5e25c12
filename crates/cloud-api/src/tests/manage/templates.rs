//! Templates: made, decided about, sent, edited, deleted.

use serde_json::{Value, json};
use vocab::Micros;

use super::{World, body, refused};
use crate::{
    management::Approval,
    tests::world::{NUMBERS, TOKENS},
};

const PATH: &str = "/v24.0/bakery/message_templates";

fn order(name: &str) -> Value {
    json!({
        "name": name, "language": "en_US", "category": "UTILITY",
        "components": [
            {
                "type": "BODY", "text": "Your {{1}} is ready.",
                "example": { "body_text": [["bread"]] },
            },
            { "type": "BUTTONS", "buttons": [{ "type": "QUICK_REPLY", "text": "Thanks" }] },
        ],
    })
}

impl World {
    fn template(&mut self, name: &str, text: &str) -> hop::http::Response {
        let component = json!({ "type": "body", "parameters": [{ "type": "text", "text": text }] });
        let message = json!({
            "messaging_product": "whatsapp", "to": NUMBERS[1], "type": "template",
            "template": {
                "name": name, "language": { "code": "en_US" }, "components": [component],
            },
        });
        let request = hop::http::Request::new("cloud", "POST", "/100/messages").bearer(TOKENS[0]);
        self.call(0, request.json(message.to_string().into_bytes()))
    }

    /// What the business was told about its templates.
    fn decisions(&self) -> Vec<Value> {
        let changes = self.bodies("shop").into_iter();
        let changes = changes.map(|body| body["entry"][0]["changes"][0].clone());
        let told = |change: &Value| change["field"] == "message_template_status_update";
        changes.filter(told).map(|change| change["value"].clone()).collect()
    }
}

#[test]
fn a_template_is_approved_told_and_sent() {
    let mut world = World::new();
    let made = world.posts(PATH, order("order_ready"));
    assert_eq!((&made["status"], &made["category"]), (&"PENDING".into(), &"UTILITY".into()));
    let told = world.decisions();
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["event"], &told[0]["reason"]), (&"APPROVED".into(), &"NONE".into()));
    let id = told[0]["message_template_id"].to_string();
    assert_eq!(made["id"], id);
    let shown = world.get(&format!("/{id}"));
    assert_eq!(
        (&shown["status"], &shown["parameter_format"]),
        (&"APPROVED".into(), &"POSITIONAL".into())
    );
    assert_eq!(world.template("order_ready", "bread").status, 200);
    let spaces = world.template("order_ready", "bread\nand cake");
    refused(&spaces, (132_007, 400));
}

#[test]
fn a_decision_takes_its_time_also_over_a_restart_and_before_it_nothing_is_sent() {
    let mut world = World::new();
    let after = Micros::hours(2);
    world.configure(0, |config| {
        config.management.approval = Approval { after, rejects: Vec::new() }
    });
    world.posts(PATH, order("order_ready"));
    let answer = world.template("order_ready", "bread");
    refused(&answer, (132_001, 404));
    world.pass(Micros::hours(1));
    world.restart(0);
    assert!(world.decisions().is_empty());
    world.pass(Micros::hours(1));
    assert_eq!(world.decisions().len(), 1);
    assert_eq!(world.template("order_ready", "bread").status, 200);
    assert!(world.table("judge").is_empty());
}

#[test]
fn a_template_is_pending_until_it_is_decided_about_and_again_after_an_edit() {
    let mut world = World::new();
    let after = Micros::hours(2);
    world.configure(0, |config| {
        config.management.approval = Approval { after, rejects: Vec::new() }
    });
    let made = world.posts(PATH, order("order_ready"));
    let template = format!("/{}", made["id"].as_str().unwrap());
    let pending = |world: &mut World| -> usize {
        world.get(&format!("{PATH}?status=PENDING"))["data"].as_array().unwrap().len()
    };
    assert_eq!(
        (world.get(&template)["status"].clone(), pending(&mut world)),
        ("PENDING".into(), 1)
    );
    let edit = json!({ "components": order("order_ready")["components"] });
    world.refused(("POST", &template), edit.clone(), (100, 400));
    world.pass(after);
    assert_eq!(
        (world.get(&template)["status"].clone(), pending(&mut world)),
        ("APPROVED".into(), 0)
    );
    world.does("POST", &template, edit);
    assert_eq!(
        (world.get(&template)["status"].clone(), pending(&mut world)),
        ("PENDING".into(), 1)
    );
    refused(&world.template("order_ready", "bread"), (132_001, 404));
    world.pass(after);
    assert_eq!(world.decisions().len(), 2);
    assert_eq!(world.template("order_ready", "bread").status, 200);
}

#[test]
fn a_rejected_template_is_edited_and_decided_about_again() {
    let mut world = World::new();
    world.configure(0, |config| {
        let rejects = vec!["order_ready".to_owned()];
        config.management.approval = Approval { after: Micros(0), rejects };
    });
    let made = world.posts(PATH, order("order_ready"));
    let told = world.decisions();
    assert_eq!(
        (&told[0]["event"], &told[0]["reason"]),
        (&"REJECTED".into(), &"INVALID_FORMAT".into())
    );
    refused(&world.template("order_ready", "bread"), (132_001, 404));
    world.configure(0, |config| config.management.approval = Approval::default());
    let template = format!("/{}", made["id"].as_str().unwrap());
    world.does("POST", &template, json!({ "category": "MARKETING" }));
    assert_eq!(world.get(&template)["category"], "MARKETING");
    assert_eq!(world.decisions()[1]["event"], "APPROVED");
    world.refused(("POST", &template), json!({ "category": "UTILITY" }), (100, 400));
}

#[test]
fn templates_are_listed_by_filters_and_deleted_by_name() {
    let mut world = World::new();
    let sample = world.get(&format!("{PATH}?name=hello_world"))["data"][0].clone();
    assert_eq!((&sample["status"], &sample["language"]), (&"APPROVED".into(), &"en_US".into()));
    world.posts(PATH, order("order_ready"));
    let mut german = order("order_ready");
    german["language"] = "de".into();
    let german = world.posts(PATH, german);
    let names = |world: &mut World, query: &str| -> usize {
        world.get(&format!("{PATH}?{query}"))["data"].as_array().unwrap().len()
    };
    assert_eq!(names(&mut world, "name=order_ready"), 2);
    assert_eq!(names(&mut world, "language=de&fields=name,status"), 1);
    assert_eq!(names(&mut world, "status=REJECTED"), 0);
    assert_eq!(names(&mut world, ""), 3);
    let id = german["id"].as_str().unwrap();
    world.does("DELETE", &format!("{PATH}?name=order_ready&hsm_id={id}"), Value::Null);
    assert_eq!(names(&mut world, "name=order_ready"), 1);
    world.does("DELETE", &format!("{PATH}?name=order_ready"), Value::Null);
    refused(&world.template("order_ready", "bread"), (132_001, 404));
    for name in ["order_ready", "hello_world"] {
        world.refused(("DELETE", &format!("{PATH}?name={name}")), Value::Null, (100, 400));
    }
}

#[test]
fn what_no_template_looks_like_is_refused_before_anybody_looks() {
    let mut world = World::new();
    world.posts(PATH, order("order_ready"));
    let with = |change: &dyn Fn(&mut Value)| {
        let mut template = order("another");
        change(&mut template);
        template
    };
    let text = |text: &str| {
        let text = text.to_owned();
        with(&move |template| template["components"][0]["text"] = text.clone().into())
    };
    let wrong = [
        order("order_ready"),
        with(&|template| template["name"] = "Order".into()),
        with(&|template| template["language"] = "english".into()),
        with(&|template| template["category"] = "GOSSIP".into()),
        with(&|template| drop(template["components"].as_array_mut().unwrap().remove(0))),
        with(&|template| template["components"][1]["type"] = "BODY".into()),
        with(&|template| template["components"][1]["type"] = "POEM".into()),
        with(&|template| {
            drop(template["components"][0].as_object_mut().unwrap().remove("example"))
        }),
        with(&|template| template["components"][1]["buttons"][0]["type"] = "BELL".into()),
        text("Your {{2}} is ready."),
        text("Your {{Order}} is ready."),
        text("{{1}} is ready."),
        text("Your order is {{1}}"),
        text("Your {{1 is ready."),
    ];
    for template in wrong {
        let answer = world.ask("POST", PATH, &template);
        assert_eq!(
            (body(&answer)["error"]["code"].clone(), answer.status),
            (100.into(), 400),
            "{template}"
        );
    }
    world.refused(("POST", PATH), text(&"a".repeat(1_025)), (131_009, 400));
    assert_eq!(world.table("tmpl").len(), 1);
}
