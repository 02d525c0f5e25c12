//! Counts of an account.

use serde_json::{Value, json};

use super::World;

#[test]
fn a_day_is_counted_and_a_cell_of_fewer_than_ten_says_nothing() {
    let mut world = World::new();
    let day = 20_000_u64 * 86_400;
    let target = format!(
        "/v24.0/bakery?fields=id,analytics.start({day}).end({}).granularity(DAY)",
        day + 86_400
    );
    for _ in 0..9 {
        world.sends(0, "bread");
    }
    assert_eq!(world.get(&target)["analytics"]["data_points"], json!([]));
    world.sends(0, "bread");
    let points = world.get(&target)["analytics"]["data_points"].clone();
    let point = json!({ "start": day, "end": day + 86_400, "sent": 10, "delivered": 10 });
    assert_eq!(points, json!([point]));
    let earlier = target.replace(&format!("end({})", day + 86_400), &format!("end({day})"));
    assert_eq!(world.get(&earlier)["analytics"]["data_points"], json!([]));
    for wrong in ["analytics", "analytics.start(1).end(2).granularity(MONTH)"] {
        world.refused(("GET", &format!("/bakery?fields={wrong}")), Value::Null, (100, 400));
    }
}

impl World {
    /// The points of these analytics today.
    fn points(&mut self, field: &str, more: &str) -> Vec<Value> {
        let day = 20_000_u64 * 86_400;
        let span = format!("start({day}).end({}).granularity(DAILY){more}", day + 86_400);
        let shown = self.get(&format!("/bakery?fields={field}.{span}"));
        shown[field]["data"][0]["data_points"].as_array().unwrap().clone()
    }

    fn sends_hello(&mut self) {
        let template = json!({ "name": "hello_world", "language": { "code": "en_US" } });
        let message = json!({
            "messaging_product": "whatsapp", "to": crate::tests::world::NUMBERS[1],
            "type": "template", "template": template,
        });
        self.posts("/100/messages", message);
    }
}

#[test]
fn charges_conversations_and_templates_are_counted_without_anybody_in_them() {
    let mut world = World::new();
    world.configure(0, |config| config.management.insights = true);
    assert_eq!(
        world.get("/bakery?fields=is_enabled_for_insights")["is_enabled_for_insights"],
        true
    );
    for _ in 0..9 {
        world.sends_hello();
    }
    assert_eq!(world.points("pricing_analytics", ""), Vec::<Value>::new());
    world.sends_hello();
    let point = world.points("pricing_analytics", "").remove(0);
    assert_eq!((&point["volume"], &point["pricing_category"]), (&json!(10), &json!("UTILITY")));
    assert_eq!(point["pricing_type"], "FREE_CUSTOMER_SERVICE");
    let sample = world.get("/bakery/message_templates")["data"][0]["id"].clone();
    let sample = sample.as_str().unwrap().to_owned();
    let point = world.points("template_analytics", &format!(".template_ids([{sample}])")).remove(0);
    assert_eq!((&point["sent"], &point["delivered"]), (&json!(10), &json!(10)));
    assert_eq!(point["template_id"], sample);
    assert!(world.points("template_analytics", ".template_ids([1])").is_empty());
    // Ten messages to one person are one conversation, and one is too few to be shown.
    assert!(world.points("conversation_analytics", "").is_empty());
    let cells =
        world.rows().into_iter().filter(|(key, _)| key.starts_with(&store::Key::table("cell")));
    let mut counts: Vec<u64> =
        cells.map(|(_, count)| u64::from_be_bytes(count.try_into().unwrap())).collect();
    counts.sort_unstable();
    assert_eq!(counts, [1, 10, 10, 10]);
    assert_eq!(world.table("conv").len(), 1);
    world.pass(vocab::Micros::days(1));
    assert!(world.table("conv").is_empty());
}

#[test]
fn an_account_without_insights_counts_none_of_that() {
    let mut world = World::new();
    world.sends_hello();
    assert!(world.table("cell").is_empty() && world.table("conv").is_empty());
    for wrong in
        ["pricing_analytics.granularity(DAY)", "conversation_analytics", "template_analytics"]
    {
        world.refused(("GET", &format!("/bakery?fields={wrong}")), Value::Null, (100, 400));
    }
}
