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
