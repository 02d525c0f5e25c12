//! Several nodes of the transport: how many there may be, what they are called, who is at which.

use super::{LEAST, read, refused_in};
use crate::scenario::{Scenario, write};

fn nodes(nodes: &str, more: &str) -> String {
    format!("{LEAST}[transport]\nnodes = {nodes}\n{more}")
}

fn three(more: &str) -> Scenario {
    read(&nodes("3", more)).unwrap()
}

#[test]
fn there_are_one_to_sixteen_nodes() {
    assert_eq!(read(LEAST).unwrap().scale.transport_nodes, 1);
    assert_eq!(read(LEAST).unwrap().transport_store(), None);
    for count in ["1", "16"] {
        assert_eq!(read(&nodes(count, "")).unwrap().scale.transport_nodes.to_string(), count);
    }
    for count in ["0", "17"] {
        let expected = format!("`nodes` is {count}: expected a whole number from 1 to 16");
        refused_in(&nodes(&format!("§{count}"), ""), &expected);
    }
}

#[test]
fn nodes_and_their_store_have_names_that_nobody_else_can_have() {
    let scenario = three(
        "[[crash]]\nat = \"1s\"\nnode = \"transport 3\"\n\
         [[crash]]\nat = \"2s\"\nnode = \"transport store\"\n\
         [[fault]]\nat = \"3s\"\nfor = \"4s\"\nwhat = \"loss\"\n\
         between = [\"transport 2\", \"transport store\"]\nrate = 0.5\n\
         [[fault]]\nat = \"3s\"\nfor = \"4s\"\nwhat = \"swap\"\nnode = \"transport 2\"\n",
    );
    let names: Vec<String> = scenario.transport_nodes().collect();
    assert_eq!(names, ["transport", "transport 2", "transport 3"]);
    assert_eq!(scenario.transport_store(), Some("transport store"));
    let taken = "[[person]]\nname = §\"transport store\"\n";
    refused_in(
        &nodes("2", taken),
        "the name \"transport store\" is taken: expected another one than the node of every \
         scenario",
    );
    refused_in(
        &nodes("2", "[[crash]]\nat = \"1s\"\nnode = §\"transport 3\"\n"),
        "unknown node \"transport 3\": expected one of Maria, Forno Bianchi, transport, \
         cloud-api, business-manager, billing, statistics, transport 2, transport store (did you \
         mean \"transport 2\"?)",
    );
    let alone = "[[crash]]\nat = \"1s\"\nnode = \"transport store\"\n";
    assert!(read(&format!("{LEAST}{alone}")).is_err(), "one node has its store to itself");
}

#[test]
fn a_phone_has_a_link_to_the_node_that_its_name_says_and_to_no_other() {
    assert_eq!(three("").transport_of("Maria"), "transport 2");
    let link = |to: &str| format!("[[link]]\nbetween = [\"Maria\", \"{to}\"]\nloss = 0.1\n");
    let scenario = three(&link("transport 2"));
    assert_eq!(scenario.shape("Maria", "transport 2").loss_ppm, 100_000);
    let error = read(&nodes("3", &link("transport"))).unwrap_err().to_string();
    let expected = "expected \"Maria\" and \"transport 2\", a phone's only link";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn a_scenario_with_several_nodes_is_written_and_read_back() {
    let scenario = three("");
    let text = write(&scenario, scenario.seed).unwrap();
    assert_eq!(read(&text).unwrap().scale, scenario.scale);
}
