//! Faults, swarms and plans: what is written is what comes out, and what makes no sense is named.

use vocab::Micros;

use super::{FULL, LEAST, read, refused, with};
use crate::{
    fault::{Dishonesty, Family, Fault, LinkFault, NodeFault, On, WebhookFault, What},
    scenario::{Swarm, parse_plan},
};

/// A scenario with `fault` as its only one.
fn alone(fault: &str) -> Fault {
    let text = format!("{LEAST}[[fault]]\nat = \"1s\"\nfor = \"2s\"\n{fault}\n");
    read(&text).unwrap_or_else(|error| panic!("{fault}: {error}")).faults.remove(0)
}

#[track_caller]
fn alone_refused(fault: &str, message: &str) {
    let text = format!("{LEAST}[[fault]]\nat = \"1s\"\n{fault}\n");
    let error = read(&text).unwrap_err().to_string();
    assert!(error.ends_with(message), "{error}\nshould end with\n{message}");
    assert!(error.starts_with("x.toml:"), "{error}");
}

#[test]
fn each_kind_of_fault_is_read_with_its_keys() {
    let all = |how| What::Link { on: On::All, how };
    let at = |how| What::Node { node: "transport".into(), how };
    let hook = |how| What::Webhook { node: "Forno Bianchi".into(), rate_ppm: 1_000_000, how };
    let by = |node: &str, how| What::Dishonest { node: node.into(), rate_ppm: 1_000_000, how };
    let later = (Micros(1), Micros::millis(500));
    let node = "node = \"transport\"";
    let bakery = "node = \"Forno Bianchi\"";
    for (text, what) in [
        ("what = \"loss\"\nrate = 0.5".into(), all(LinkFault::Loss(500_000))),
        ("what = \"duplicate\"\nrate = 1".into(), all(LinkFault::Duplicate(1_000_000))),
        ("what = \"corrupt\"\nrate = 0.1".into(), all(LinkFault::Corrupt(100_000))),
        ("what = \"reorder\"\nrate = 0.1".into(), all(LinkFault::Reorder(100_000, later))),
        ("what = \"delay\"\nby = \"500ms\"".into(), all(LinkFault::Delay(later))),
        ("what = \"bandwidth\"\nbytes_per_second = 9".into(), all(LinkFault::Bandwidth(9))),
        (format!("what = \"storm\"\n{node}"), What::Storm { node: "transport".into() }),
        (format!("what = \"crash\"\n{node}"), at(NodeFault::Crash { torn: false })),
        (format!("what = \"torn-write\"\n{node}"), at(NodeFault::Crash { torn: true })),
        (format!("what = \"pause\"\n{node}"), at(NodeFault::Pause)),
        (format!("what = \"disk-full\"\n{node}"), at(NodeFault::DiskFull)),
        (format!("what = \"disk-read-only\"\n{node}"), at(NodeFault::DiskReadOnly)),
        (
            format!("what = \"slow-disk\"\n{node}\nby = \"1ms\""),
            at(NodeFault::SlowDisk(Micros::millis(1))),
        ),
        (format!("what = \"clock-skew\"\n{node}\nby = \"-1ms\""), at(NodeFault::ClockSkew(-1_000))),
        (
            format!("what = \"slow-consumer\"\n{node}\nby = \"1ms\""),
            at(NodeFault::SlowConsumer(Micros::millis(1))),
        ),
        (format!("what = \"webhook-silent\"\n{bakery}"), hook(WebhookFault::NotAtAll)),
        (format!("what = \"webhook-twice\"\n{bakery}"), hook(WebhookFault::Twice)),
        (
            format!("what = \"webhook-slow\"\n{bakery}\nby = \"1ms\""),
            hook(WebhookFault::Slowly(Micros::millis(1))),
        ),
        (format!("what = \"swap\"\n{node}"), by("transport", Dishonesty::Swap)),
        (format!("what = \"replay\"\n{node}"), by("transport", Dishonesty::Replay)),
        (format!("what = \"withhold\"\n{node}"), by("transport", Dishonesty::Withhold)),
        (format!("what = \"shuffle\"\n{node}"), by("transport", Dishonesty::Shuffle)),
        (format!("what = \"inject\"\n{node}"), by("transport", Dishonesty::Inject)),
        (
            format!("what = \"lie\"\n{node}\nabout = \"Maria\""),
            by("transport", Dishonesty::Lie { about: "Maria".into() }),
        ),
        ("what = \"clone\"\nnode = \"Maria\"".into(), by("Maria", Dishonesty::Clone)),
        (
            format!("what = \"message-everybody\"\n{bakery}\nevery = \"1s\""),
            by("Forno Bianchi", Dishonesty::MessageEverybody(Micros::seconds(1))),
        ),
    ] {
        let fault = alone(&text);
        assert_eq!(fault.what, what, "{text}");
        assert_eq!((fault.at, fault.lasts), (Micros::seconds(1), Micros::seconds(2)));
    }
}

#[test]
fn a_cut_and_an_isolated_node_lose_everything() {
    let cut = alone("what = \"cut\"\nbetween = [\"Maria\", \"transport\"]\none_way = true");
    let (from, to) = ("Maria".to_owned(), "transport".to_owned());
    let on = On::Between { from, to, one_way: true };
    assert_eq!(cut.what, What::Link { on, how: LinkFault::Loss(1_000_000) });
    let isolated = alone("what = \"isolate\"\nnode = \"Maria\"");
    let on = On::Node("Maria".into());
    assert_eq!(isolated.what, What::Link { on, how: LinkFault::Loss(1_000_000) });
    assert_eq!(isolated.family(), Family::Loss);
}

#[test]
fn the_sample_has_faults_a_moment_of_healing_and_a_swarm() {
    let scenario = read(FULL).unwrap();
    assert_eq!(scenario.faults.len(), 8);
    assert_eq!(scenario.heal, Some(Micros::days(39)));
    let families = vec![Family::TornWrite, Family::Webhook5xx];
    let swarm = Swarm { from: Micros::seconds(30), families, most: 3 };
    assert_eq!(scenario.swarm, Some(swarm));
    let flap = What::Flap {
        node: "cloud-api".into(),
        every: Micros::seconds(30),
        down: Micros::seconds(5),
    };
    assert_eq!(scenario.faults[1].what, flap);
    let jump = NodeFault::ClockJump(-7 * 60_000_000);
    assert_eq!(scenario.faults[4].what, What::Node { node: "Maria".into(), how: jump });
    assert_eq!(scenario.faults[4].lasts, Micros(0));
}

#[test]
fn a_fault_without_a_key_that_it_needs_or_with_one_that_it_does_not_is_refused() {
    alone_refused(
        "for = \"1s\"\nwhat = \"loss\"",
        "\"loss\" has no `rate`: expected `rate` with it",
    );
    alone_refused(
        "what = \"storm\"\nnode = \"Maria\"",
        "\"storm\" has no `for`: expected how long it lasts in `for`",
    );
    alone_refused(
        "for = \"1s\"\nwhat = \"clock-jump\"\nnode = \"Maria\"\nby = \"1s\"",
        "\"clock-jump\" has `for`: expected no `for` with it: it is for good",
    );
    alone_refused(
        "for = \"1s\"\nwhat = \"storm\"\nnode = \"Maria\"\nrate = 0.5",
        "\"storm\" has `rate`: expected no `rate` with it",
    );
    alone_refused(
        "for = \"1s\"\nwhat = \"loss\"\nrate = 0.5\none_way = true",
        "\"loss\" has `one_way`: expected it only with `between`",
    );
    alone_refused(
        "for = \"1s\"\nwhat = \"loss\"\nrate = 1\nnode = \"Maria\"\n\
         between = [\"Maria\", \"billing\"]",
        "\"loss\" has `node`: expected either `node` or `between`",
    );
}

#[test]
fn a_fault_at_somebody_who_is_not_there_or_cannot_have_it_is_refused_on_its_line() {
    refused(
        "node = \"cloud-api\"\nevery = \"30s\"",
        "node = §\"cloud_api\"\nevery = \"30s\"",
        "unknown node \"cloud_api\": expected one of Maria, Nadia, Forno Bianchi, Libreria Nord, \
         transport, cloud-api, business-manager, billing, statistics (did you mean \"cloud-api\"?)",
    );
    refused(
        "node = \"Libreria Nord\"\nstatus",
        "node = §\"Nadia\"\nstatus",
        "\"Nadia\" is a person: expected a business, one of Forno Bianchi, Libreria Nord",
    );
    refused(
        "status = 503",
        "status = §200",
        "`status` is 200: expected a whole number from 400 to 599",
    );
    refused(
        "groups = [[\"Maria\"], [\"transport\", \"cloud-api\"]]",
        "groups = [[\"Maria\"], [\"transport\", §\"Maria\"]]",
        "`groups` has \"Maria\" twice: expected each node in one group",
    );
    refused(
        "groups = [[\"Maria\"], [\"transport\", \"cloud-api\"]]",
        "groups = §[[\"Maria\"]]",
        "`groups` has 1: expected at least two groups",
    );
    refused(
        "down = \"5s\"",
        "down = §\"30s\"",
        "`down` is 30s and `every` is 30s: expected a shorter time down",
    );
    alone_refused(
        "for = \"1s\"\nwhat = \"swap\"\nnode = \"cloud-api\"",
        "\"cloud-api\" is no transport: expected \"transport\"",
    );
    alone_refused(
        "for = \"1s\"\nwhat = \"slow-disk\"\nnode = \"transport\"\nby = \"-1s\"",
        "`by` is negative: expected a span of time; only clocks go back",
    );
}

#[test]
fn a_swarm_needs_a_moment_of_healing_and_known_families() {
    refused(
        "heal = \"39d\"",
        "heal = §\"2m\"",
        "`heal` is 2m and a fault ends at 3m: expected a moment when all faults are over",
    );
    let error = read(&format!("{LEAST}[swarm]\n")).unwrap_err().to_string();
    assert_eq!(
        error,
        "x.toml:7: [swarm] without `heal`: expected `heal`, the moment by which every drawn fault \
         is over"
    );
    let error = read(&with("\"webhook-5xx\"]", "\"rain\"]")).unwrap_err().to_string();
    assert!(error.contains("unknown family of faults \"rain\": expected one of loss,"), "{error}");
    let error = read(&with("\"webhook-5xx\"]", "\"dishonest\"]")).unwrap_err().to_string();
    assert!(error.contains("\"dishonest\" is never drawn: expected a [[fault]]"), "{error}");
    refused(
        "from = \"30s\"\nfam",
        "from = §\"39d\"\nfam",
        "`from` is 39d and `heal` is 39d: expected a moment before it",
    );
}

#[test]
fn a_plan_is_a_list_of_faults_checked_against_its_scenario() {
    let scenario = read(FULL).unwrap();
    let plan = "seed = 7\nscenario = \"x.toml\"\n[[fault]]\nat = \"1s\"\nfor = \"2s\"\n\
                what = \"pause\"\nnode = \"NODE\"\n";
    let faults = parse_plan(&plan.replace("NODE", "Maria"), "p.toml", &scenario).unwrap();
    assert_eq!(faults.len(), 1);
    assert_eq!(parse_plan("", "p.toml", &scenario).unwrap(), []);
    let error = parse_plan(&plan.replace("NODE", "Marie"), "p.toml", &scenario).unwrap_err();
    assert!(error.to_string().starts_with("p.toml:7: unknown node \"Marie\""), "{error}");
    let late = plan.replace("NODE", "Maria").replace("\"2s\"", "\"40d\"");
    let error = parse_plan(&late, "p.toml", &scenario).unwrap_err().to_string();
    assert_eq!(
        error,
        "p.toml:3: a fault ends at 40d 1s: expected all over by the `heal` of x.toml, 39d"
    );
    let error = parse_plan("[[person]]\n", "p.toml", &scenario).unwrap_err().to_string();
    assert!(error.starts_with("p.toml:1: unknown key \"person\""), "{error}");
}
