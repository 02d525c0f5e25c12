//! Many people, many businesses, regions and nodes: what is written, and what makes no sense.

use vocab::Micros;

use super::{FULL, LEAST, SCALE, read};
use crate::{
    net::Latency,
    scenario::{Hours, Journal, Scenario, When},
};

fn town() -> Scenario {
    read(&format!("{LEAST}{SCALE}")).unwrap()
}

/// `LEAST` and `SCALE` with `find`, which occurs once, exchanged for `put`, are refused on the line
/// of `§` with exactly `message`.
#[track_caller]
fn refused(find: &str, put: &str, message: &str) {
    let text = format!("{LEAST}{SCALE}");
    assert_eq!(text.matches(find).count(), 1, "{find:?} must occur once");
    let marked = text.replacen(find, put, 1);
    let (before, _) = marked.split_once('§').expect("the place of the error is marked");
    let line = before.matches('\n').count() + 1;
    let error = read(&marked.replacen('§', "", 1)).unwrap_err();
    assert_eq!(error.to_string(), format!("x.toml:{line}: {message}"));
}

#[test]
fn a_population_behaves_as_the_file_says() {
    let town = town();
    let shoppers = &town.scale.populations[0];
    assert_eq!((shoppers.name.as_str(), shoppers.people, shoppers.knows), ("Shoppers", 10_000, 5));
    // The bar is the second business of the file, and the shops follow those of the file.
    assert_eq!(shoppers.to, (1..22).collect::<Vec<_>>());
    assert_eq!((shoppers.writes, shoppers.words, shoppers.answers_ppm), (12, 8, 300_000));
    let (low, high) = (Micros::seconds(5), Micros::minutes(3));
    assert_eq!(shoppers.reads, Latency::Uniform { low, high });
    let (from, to, spread) = (Micros::hours(8), Micros::hours(22), Micros::hours(1));
    assert_eq!(shoppers.online, Some(Hours { from, to, spread }));
    assert_eq!(shoppers.joins, Micros::minutes(10));
    assert_eq!(town.made_people(), 10_000);
}

#[test]
fn what_a_population_does_not_say_is_moderate() {
    let text = format!("{LEAST}[[population]]\nname = \"All\"\npeople = 7\nto = \"any\"\n");
    let scenario = read(&text).unwrap();
    let all = &scenario.scale.populations[0];
    assert_eq!((all.to.as_slice(), all.knows, all.writes, all.words), (&[0][..], 1, 2, 6));
    assert_eq!((all.answers_ppm, all.online, all.joins), (0, None, Micros::millis(7)));
    assert_eq!((scenario.scale.looks, scenario.scale.journal), (true, Journal::Full));
    assert_eq!(scenario.scale.cloud_nodes, 1);
    let crowd = read(&text.replace("people = 7", "people = 2_001")).unwrap();
    assert_eq!((crowd.scale.looks, crowd.scale.journal), (false, Journal::Counts));
}

#[test]
fn many_businesses_are_businesses_like_others() {
    let town = town();
    assert_eq!(town.businesses.len(), 22);
    let last = town.business("Shops 20").unwrap();
    assert_eq!((last.id.0.as_str(), last.kind.as_str()), ("shops-20", "shop"));
    assert_eq!(last.rules[0].when, When::Contains("price".into()));
    assert_eq!(last.rules[1].when, When::Any);
    assert!(town.business("Shops 21").is_none() && town.business("Shops 0").is_none());
}

#[test]
fn one_of_many_is_named_by_a_number_without_ornament() {
    let town = town();
    assert!(town.is_person("Shoppers 1") && town.is_person("Shoppers 10000"));
    for name in
        ["Shoppers", "Shoppers 0", "Shoppers 01", "Shoppers 10001", "Shoppers +1", "Shops 1"]
    {
        assert!(!town.is_person(name), "{name}");
    }
    let more = "\n[[say]]\nat = \"1s\"\nfrom = \"Shoppers 17\"\nto = \"Shops 3\"\n\
                text = \"Hello!\"\nlabel = \"hello\"\n\
                [[do]]\nat = \"2s\"\nwho = \"Shoppers 17\"\nwhat = \"reinstall\"\n\
                [[crash]]\nat = \"2s\"\nnode = \"Shoppers 18\"\n\
                [[crash]]\nat = \"2s\"\nnode = \"cloud-api 3\"\n\
                [[link]]\nbetween = [\"Shoppers 19\", \"transport\"]\nloss = 0.1\n";
    let town = read(&format!("{LEAST}{SCALE}{more}")).unwrap();
    assert_eq!((town.says[0].from.as_str(), town.crashes.len()), ("Shoppers 17", 2));
    assert_eq!(town.shape("Shoppers 19", "transport").loss_ppm, 100_000);
}

#[test]
fn a_link_takes_as_long_as_the_regions_of_its_ends_say() {
    let town = town();
    let latency = |a: &str, b: &str| town.shape(a, b).latency;
    let near = Latency::Uniform { low: Micros::millis(4), high: Micros::millis(6) };
    let far = Latency::Uniform { low: Micros::millis(40), high: Micros::millis(60) };
    assert_eq!(latency("Olga", "transport"), far);
    assert_eq!(latency("transport", "Olga"), far);
    assert_eq!(latency("Shops 7", "cloud-api"), near);
    assert_eq!(latency("Shops 7", "cloud-api 2"), far);
    assert_eq!(latency("Shops 7", "cloud-api 3"), near);
    // Nothing is said of America alone, nor of where Maria is.
    let usual = town.links.latency.clone();
    assert_eq!(latency("Shoppers 5", "transport"), usual);
    assert_eq!(latency("Maria", "transport"), usual);
}

#[test]
fn a_name_that_is_nowhere_is_refused_where_it_stands() {
    refused(
        "to = [\"Shops\", \"Bar Centrale\"]",
        "to = [\"Shops\",\n§\"Bar Central\"]",
        "unknown business \"Bar Central\": expected one of Forno Bianchi, Bar Centrale, Shops 1, \
         Shops 20 (did you mean \"Bar Centrale\"?)",
    );
    refused(
        "to = [\"Shops\", \"Bar Centrale\"]",
        "to = [§\"Maria\"]",
        "\"Maria\" is a person: expected a business, one of Forno Bianchi, Bar Centrale, Shops 1, \
         Shops 20",
    );
    refused(
        "name = \"Olga\"\nregion = \"Europe\"",
        "name = \"Olga\"\nregion = §\"Europa\"",
        "unknown region \"Europa\": expected one of Europe, America (did you mean \"Europe\"?)",
    );
    refused(
        "regions = [\"Europe\", \"America\"]",
        "regions = [\"Europe\",\n§\"Asia\"]",
        "unknown region \"Asia\": expected one of Europe, America",
    );
    refused(
        "to = { America =",
        "to = { Afrika = §",
        "unknown region \"Afrika\": expected one of Europe, America",
    );
    let crash = "\n[[crash]]\nat = \"1s\"\nnode = §\"Shoppers 10001\"\n[report]";
    refused(
        "\n[report]",
        crash,
        "unknown node \"Shoppers 10001\": expected one of Maria, Olga, Shoppers 1, Shoppers 10000, \
         Forno Bianchi, Bar Centrale, Shops 1, Shops 20, transport, cloud-api, business-manager, \
         billing, statistics, cloud-api 2, cloud-api 3 (did you mean \"Shoppers 10000\"?)",
    );
}

#[test]
fn a_number_that_cannot_be_is_refused() {
    for (find, put, key, found, least, most) in [
        ("people = 10_000", "people = §0", "people", "0", 1, 1_000_000),
        ("people = 10_000", "people = §1_000_001", "people", "1000001", 1, 1_000_000),
        ("count = 20", "count = §0", "count", "0", 1, 10_000),
        ("count = 20", "count = §10_001", "count", "10001", 1, 10_000),
        ("knows = 5", "knows = §0", "knows", "0", 1, 21),
        ("knows = 5", "knows = §22", "knows", "22", 1, 21),
        ("writes = 12", "writes = §1_001", "writes", "1001", 0, 1_000),
        ("words = 8", "words = §0", "words", "0", 1, 100),
        ("nodes = 3", "nodes = §0", "nodes", "0", 1, 64),
        ("nodes = 3", "nodes = §65", "nodes", "65", 1, 64),
    ] {
        let range = format!("a whole number from {least} to {most}");
        refused(find, put, &format!("`{key}` is {found}: expected {range}"));
    }
    let more = "people = §999_999\nto = \"any\"\n[[population]]\nname = \"More\"\npeople = 2";
    refused(
        "people = 10_000\nto = [\"Shops\", \"Bar Centrale\"]",
        &more.replace("people = 2", "people = §2\nto = \"any\"").replacen('§', "", 1),
        "`people` is 2: expected at most 1000000 in all populations",
    );
}

#[test]
fn hours_that_do_not_exist_are_refused() {
    let online = "online = [\"08:00\", \"22:00\"]";
    let expected = "expected a time of the day from \"00:00\" to \"23:59\"";
    for bad in ["25:00", "24:00", "08:60", "8:00", "08.00", "", "0800"] {
        let put = format!("online = [\"08:00\",\n§\"{bad}\"]");
        refused(online, &put, &format!("`online` is {bad:?}: {expected}"));
    }
    refused(
        online,
        "online = §[\"08:00\"]",
        "`online` has 1 times: expected two: from when, and to when",
    );
    refused(
        online,
        "online = §[\"08:00\", \"08:00\"]",
        "`online` begins and ends at the same time: expected two different times",
    );
    refused(
        "spread = \"1h\"",
        "spread = §\"6h\"",
        "`spread` is 6h: expected at most 5h, half of the shorter of on and off",
    );
    refused(
        "online = [\"08:00\", \"22:00\"]\nspread = \"1h\"",
        "spread = §\"1h\"",
        "there is `spread` without `online`: expected hours that it makes earlier or later",
    );
}

#[test]
fn a_name_is_given_once_and_not_to_one_of_many() {
    refused(
        "name = \"Olga\"",
        "name = §\"Shoppers 17\"",
        "the name \"Shoppers 17\" is taken: expected another one than one of \"Shoppers\"",
    );
    refused(
        "name = \"Olga\"",
        "name = §\"cloud-api 2\"",
        "the name \"cloud-api 2\" is taken: expected another one than the node of every scenario",
    );
    refused(
        "name = \"Shops\"",
        "name = §\"Shoppers\"",
        "the name \"Shoppers\" is taken: expected another one than the one on line 17",
    );
    let text = format!("{LEAST}{SCALE}");
    let taken = text.replace("region = \"America\"\n\n[[pop", "id = \"shops-7\"\n\n[[pop");
    let error = read(&taken).unwrap_err().to_string();
    let expected = "\"Shops\" makes the business id \"shops-7\": expected an id that is free, of \
                    at most 64 letters and digits";
    assert!(error.ends_with(expected), "{error}");
}

#[test]
fn regions_are_told_apart_and_each_pair_is_said_once() {
    refused(
        "name = \"America\"\n",
        "name = §\"Europe\"\n",
        "the region \"Europe\" is taken: expected another one than the one on line 45",
    );
    refused(
        "name = \"America\"\n",
        "name = \"America\"\nto = { Europe = §\"3ms\" }\n",
        "the latency between \"America\" and \"Europe\" is said twice: expected it once, in one of \
         the two",
    );
    refused(
        "to = { America =",
        "to = { Europe = §",
        "`to` of \"Europe\" names itself: expected another region; `inside` is for itself",
    );
}

#[test]
fn a_number_of_a_country_that_does_not_exist_is_the_crowds() {
    refused(
        "name = \"Olga\"",
        "name = \"Olga\"\nphone = §\"999000000000017\"",
        "the phone number \"999000000000017\" is taken: expected another one than people of \
         populations",
    );
}

#[test]
fn everyone_are_those_who_are_named_one_by_one() {
    let generate = "\n[[generate]]\nfrom = \"everyone\"\nto = \"Shops 1\"\ncount = 1\n\
                    start = \"1s\"\nevery = \"1s\"\n";
    let town = read(&format!("{LEAST}{SCALE}{generate}")).unwrap();
    assert_eq!(town.generates[0].from, ["Maria", "Olga"]);
    let nobody = format!("{LEAST}{SCALE}{generate}")
        .replace("[[person]]\nname = \"Maria\"\n", "")
        .replace("[[person]]\nname = \"Olga\"\nregion = \"Europe\"\n", "");
    let error = read(&nobody).unwrap_err().to_string();
    assert!(error.contains("\"everyone\" is nobody: there is no [[person]]"), "{error}");
}

#[test]
fn every_table_of_scale_refuses_a_key_that_it_does_not_know() {
    let text = format!("{FULL}{SCALE}");
    for heading in SCALE.lines().filter(|line| line.starts_with('[')) {
        let planted =
            text.replacen(&format!("\n{heading}\n"), &format!("\n{heading}\nplanted = 1\n"), 1);
        let error = read(&planted).unwrap_err().to_string();
        assert!(error.contains("unknown key \"planted\": expected"), "{heading}: {error}");
    }
}
