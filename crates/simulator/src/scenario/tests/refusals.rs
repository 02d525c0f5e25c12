//! What a scenario says that makes no sense, each on its line.

use super::{CHAT, FULL, LEAST, read, read_with_chat, refused, refused_with, with};

#[test]
fn an_unknown_person_is_refused_where_a_person_is_named() {
    let message = "unknown person \"Mara\": expected one of Maria, Nadia (did you mean \"Maria\"?)";
    let either = "unknown person or business \"Mara\": expected one of Maria, Nadia, Forno \
                  Bianchi, Libreria Nord (did you mean \"Maria\"?)";
    refused("from = \"Maria\"", "from = §\"Mara\"", either);
    refused("from = [\"Nadia\"]", "from = [\"Nadia\",\n  §\"Mara\"]", message);
    refused("[[\"Maria\", \"Nadia\"]]", "[[\"Nadia\",\n§\"Mara\"]]", message);
    refused("by = \"Nadia\"", "by = §\"Mara\"", message);
    refused("to = \"Maria\"\nat = \"20s\"", "to = §\"Mara\"\nat = \"20s\"", message);
    refused("who = \"Nadia\"\nwhat = \"block\"", "who = §\"Mara\"\nwhat = \"block\"", message);
    refused("= \"Maria\", \"Forno\"", "= §\"Mara\", \"Forno\"", either);
}

#[test]
fn an_unknown_business_is_refused_where_a_business_is_named() {
    let message = "unknown business \"Fornaio\": expected one of Forno Bianchi, Libreria Nord";
    refused("as = \"Forno Bianchi\"", "as = §\"Fornaio\"", message);
    refused("to = \"Libreria Nord\"", "to = §\"Fornaio\"", message);
    refused("about = \"Libreria Nord\"", "about = §\"Fornaio\"", message);
}

#[test]
fn a_person_is_no_business_and_the_other_way_round() {
    refused(
        "as = \"Forno Bianchi\"",
        "as = §\"Maria\"",
        "\"Maria\" is a person: expected a business, one of Forno Bianchi, Libreria Nord",
    );
    refused(
        "by = \"Nadia\"",
        "by = §\"Libreria Nord\"",
        "\"Libreria Nord\" is a business: expected a person, one of Maria, Nadia",
    );
}

#[test]
fn an_unknown_node_is_refused_with_the_nodes_that_there_are() {
    let all = "one of Maria, Nadia, Forno Bianchi, Libreria Nord, transport, cloud-api, \
               business-manager, billing, statistics";
    refused(
        "at = \"11s\"\nnode = \"cloud-api\"",
        "at = \"11s\"\nnode = §\"cloud\"",
        &format!("unknown node \"cloud\": expected {all}"),
    );
    refused(
        "at_node = \"Forno Bianchi\"",
        "at_node = §\"transprot\"",
        &format!("unknown node \"transprot\": expected {all} (did you mean \"transport\"?)"),
    );
    refused_with(
        "between = [\"transport\", \"Maria\"]",
        "between = [§\"tranport\", \"Maria\"]",
        "unknown node \"tranport\": expected one of Maria",
    );
}

#[test]
fn a_reader_has_no_store_to_crash_or_to_look_into() {
    refused_with("at_node = \"Forno Bianchi\"", "at_node = §\"ads\"", "unknown node \"ads\"");
}

#[test]
fn names_are_unique_and_not_those_of_nodes() {
    refused(
        "name = \"Nadia\"",
        "name = §\"Maria\"",
        "the name \"Maria\" is taken: expected another one than the one on line 32",
    );
    refused(
        "name = \"Mallory\"",
        "name = §\"Nadia\"",
        "the name \"Nadia\" is taken: expected another one than the one on line 38",
    );
    refused(
        "name = \"Libreria Nord\"",
        "name = §\"rest-of-meta\"",
        "the name \"rest-of-meta\" is taken: expected another one than the node of every scenario",
    );
}

#[test]
fn a_name_is_one_short_line() {
    let expected = "expected one line of 1 to 64 characters without blanks around it";
    for (name, why) in [
        ("", "empty".to_owned()),
        (" Nadia", "\" Nadia\", with blanks around it".to_owned()),
        ("Na\\ndia", "of several lines".to_owned()),
        (&"N".repeat(65), "65 characters long".to_owned()),
    ] {
        let put = format!("name = §\"{name}\"");
        refused("name = \"Nadia\"", &put, &format!("`name` is {why}: {expected}"));
    }
}

#[test]
fn somebody_has_to_be_there() {
    let nobody = LEAST.replace("[[person]]\nname = \"Maria\"\n", "");
    let error = read(&nobody).unwrap_err().to_string();
    assert_eq!(error, "x.toml:1: there is no [[person]]: expected at least one");
    let nothing = LEAST.replace("[[business]]\nname = \"Forno Bianchi\"\n", "");
    let error = read(&nothing).unwrap_err().to_string();
    assert_eq!(error, "x.toml:1: there is no [[business]]: expected at least one");
}

#[test]
fn numbers_have_their_ranges() {
    let whole = "a whole number";
    refused(
        "seed = 7",
        "seed = §9007199254740992",
        &format!("`seed` is 9007199254740992: expected {whole} from 0 to 9007199254740991"),
    );
    refused(
        "seed = 7",
        "seed = §-1",
        "wrong value: integer `-1`: expected a whole number of at least 0",
    );
    refused(
        "partitions = 7",
        "partitions = §65",
        "`partitions` is 65: expected a whole number from 1 to 64",
    );
    refused(
        "partitions = 7",
        "partitions = §0",
        "`partitions` is 0: expected a whole number from 1 to 64",
    );
    refused(
        "count = 20",
        "count = §100001",
        "`count` is 100001: expected a whole number from 1 to 100000",
    );
    refused("words = 9", "words = §0", "`words` is 0: expected a whole number from 1 to 100");
    refused("rounds = 4", "rounds = §0", "`rounds` is 0: expected a whole number from 1 to 10000");
    refused("one_in = 5", "one_in = §0", "`one_in` is 0: expected a whole number from 1 to 1000");
    refused("pace = 2", "pace = §0", "`pace` is 0: expected a whole number from 1 to 1000000");
    refused(
        "at_most = 500",
        "at_most = §0",
        "`at_most` is 0: expected a whole number from 1 to 200000",
    );
}

#[test]
fn a_choice_is_one_of_those_there_are() {
    refused(
        "profile = \"v3\"",
        "profile = §\"v5\"",
        "unknown value \"v5\": expected one of v3, v4, v4-spqr",
    );
    refused_with(
        "claims = \"2025-10\"",
        "claims = §\"2024\"",
        "unknown value \"2024\": expected one of seed, 2025-10",
    );
    refused_with(
        "hop3 = \"on-premises\"",
        "hop3 = §\"on-premise\"",
        "unknown value \"on-premise\"",
    );
    refused_with(
        "what = \"block\"",
        "what = §\"blok\"",
        "unknown value \"blok\": expected one of ask-again",
    );
    refused_with(
        "expect = \"gone\"",
        "expect = §\"away\"",
        "unknown value \"away\": expected one of readable",
    );
    refused_with(
        "date_order = \"day-first\"",
        "date_order = §\"day\"",
        "unknown value \"day\": expected one of day-first",
    );
    refused_with(
        "from = \"everyone\"",
        "from = §\"everybody\"",
        "wrong value: string \"everybody\": expected a list of people",
    );
}

#[test]
fn the_clock_needs_a_date_a_time_and_an_offset() {
    let expected = "expected a date and time with an offset, from 2009 to 2099, such as \
                    2026-01-05T08:00:00Z";
    for start in ["2026-01-05", "2026-01-05T08:00:00", "08:00:00", "1999-01-05T08:00:00Z"] {
        let message = format!("`start` is {start}: {expected}");
        refused("start = 2026-01-05T09:30:00.5+01:30", &format!("start = §{start}"), &message);
    }
}

#[test]
fn nothing_happens_after_the_end() {
    for (find, put, key) in [
        ("at = \"1s\"", "at = §\"41d\"", "at"),
        ("at = \"3s\"", "at = §\"41d\"", "at"),
        ("at = \"7s\"", "at = §\"41d\"", "at"),
        ("at = \"30d\"", "at = §\"41d\"", "at"),
        ("at = \"20s\"", "at = §\"41d\"", "at"),
        ("first = \"25s\"", "first = §\"41d\"", "first"),
        ("start = \"5s\"", "start = §\"41d\"", "start"),
        ("start = \"10s\"\nevery = {", "start = §\"41d\"\nevery = {", "start"),
    ] {
        let message =
            format!("`{key}` is 41d, after the end: expected at most the `duration`, 40d");
        refused(find, put, &message);
    }
    refused(
        "offline = [[\"2m\", \"1h\"], [\"2h\", \"2h 30m\"]]",
        "offline = [[\"2m\", \"1h\"],\n§[\"41d\", \"42d\"]]",
        "`offline` is 41d, after the end: expected at most the `duration`, 40d",
    );
}

#[test]
fn being_offline_goes_forward_and_does_not_overlap() {
    let find = "offline = [[\"2m\", \"1h\"], [\"2h\", \"2h 30m\"]]";
    refused(
        find,
        "offline = [§[\"1h\", \"2m\"]]",
        "this part of `offline` is from 1h to 2m: expected the earlier moment first",
    );
    refused(
        find,
        "offline = [[\"2m\", \"1h\"],\n  §[\"30m\", \"2h\"]]",
        "this part of `offline` is from 30m to 2h: expected it to begin after 1h, where the one \
         before ends",
    );
    for (list, count) in [("[\"1h\"]", 1), ("[]", 0), ("[\"1h\", \"2h\", \"3h\"]", 3)] {
        let message = format!(
            "this part of `offline` has {count} moments: expected two: from when, and to when"
        );
        refused(find, &format!("offline = [§{list}]"), &message);
    }
}

#[test]
fn phone_numbers_are_numbers_and_nobody_shares_one() {
    let expected = "expected 8 to 15 digits in international form, such as \"+39 333 123 4567\"";
    for phone in ["12345", "1234567", "call me", "+1234567890123456"] {
        let message = format!("`phone` is {phone:?}: {expected}");
        refused("phone = \"+39 0532 123456\"", &format!("phone = §{phone:?}"), &message);
    }
    refused(
        "phone = \"+39 0532 123456\"",
        "phone = §\"39-333-1234567\"",
        "the phone number \"39-333-1234567\" is taken: expected another one than that of \"Maria\"",
    );
}

#[test]
fn business_ids_are_ids_and_unique_also_when_made_from_names() {
    let expected = "expected 1 to 64 letters (a to z), digits, `-`, `_` and `.`, at least one a \
                    letter";
    refused("id = \"forno\"", "id = §\"a b\"", &format!("`id` is \"a b\": {expected}"));
    refused("id = \"forno\"", "id = §\"123\"", &format!("`id` is \"123\": {expected}"));
    refused("name = \"Libreria Nord\"", "name = §\"パン屋\"", &format!("`id` is \"\": {expected}"));
    refused(
        "name = \"Libreria Nord\"",
        "name = §\"FORNO!\"",
        "the business id \"forno\" is taken: expected another one than that of \"Forno Bianchi\"",
    );
}

#[test]
fn a_reply_has_only_the_words_in_braces_that_mean_something() {
    refused(
        "reply = \"You said {text}, {name}: number {count}.\"",
        "reply = §\"Hello {nmae}\"",
        "`reply` has {nmae}: expected only {name}, {text} and {count}",
    );
    refused(
        "reply = \"Welcome! {not a word\"",
        "reply = §\"\"",
        "`reply` is empty: expected a text of 1 to 4000 characters",
    );
}

#[test]
fn a_message_goes_between_a_person_and_a_business() {
    let find = "[[say]]\nat = \"1s\"\nfrom = \"Maria\"\nto = \"Forno Bianchi\"";
    refused(
        find,
        "§[[say]]\nat = \"1s\"\nfrom = \"Maria\"\nto = \"Nadia\"",
        "\"Maria\" and \"Nadia\" are both people: expected a message between a person and a \
         business",
    );
    refused(
        find,
        "§[[say]]\nat = \"1s\"\nfrom = \"Libreria Nord\"\nto = \"Forno Bianchi\"",
        "\"Libreria Nord\" and \"Forno Bianchi\" are both businesses: expected a message between a \
         person and a business",
    );
}

#[test]
fn a_text_is_neither_empty_nor_longer_than_the_cloud_api_takes() {
    let expected = "expected a text of 1 to 4000 characters";
    refused("text = \"Good morning!\"", "text = §\"  \"", &format!("`text` is empty: {expected}"));
    let long = "x".repeat(4_001);
    let message = format!("`text` is 4001 characters long: {expected}");
    refused("text = \"Good morning!\"", &format!("text = §\"{long}\""), &message);
    let most = "ü".repeat(4_000);
    assert!(read(&with("text = \"Good morning!\"", &format!("text = \"{most}\""))).is_ok());
}

#[test]
fn a_label_names_one_message() {
    refused(
        "label = \"answer\"",
        "label = §\"greeting\"",
        "the label \"greeting\" is taken: expected another one than that of the message at 1s",
    );
    refused(
        "of = \"answer\"",
        "of = §\"anser\"",
        "unknown label \"anser\": expected one of greeting, answer (did you mean \"answer\"?)",
    );
    refused(
        "what = \"ask-again\"\nmessage = \"answer\"",
        "what = \"ask-again\"\nmessage = §\"reply\"",
        "unknown label \"reply\": expected one of greeting, answer",
    );
}

#[test]
fn a_person_asks_again_only_for_what_was_sent_to_her() {
    refused(
        "what = \"ask-again\"\nmessage = \"answer\"",
        "what = \"ask-again\"\nmessage = §\"greeting\"",
        "\"greeting\" is a message from Maria to Forno Bianchi: expected one to Maria",
    );
    refused(
        "what = \"report\"\nabout = \"Forno Bianchi\"\nmessage = \"answer\"",
        "what = \"report\"\nabout = \"Libreria Nord\"\nmessage = §\"answer\"",
        "\"answer\" is a message from Forno Bianchi to Maria: expected one from Libreria Nord to \
         Maria",
    );
    refused(
        "at = \"3s\"",
        "at = §\"2s\"",
        "\"answer\" is written at 2s: expected a later moment for what is done with it",
    );
    refused(
        "at = \"30d\"",
        "at = §\"1s\"",
        "\"answer\" is written at 2s: expected a later moment to look for it",
    );
}

#[test]
fn a_deed_has_what_it_takes_and_nothing_else() {
    let block = "what = \"block\"\nabout = \"Libreria Nord\"";
    let deed = "[[do]]\nat = \"5s\"\nwho = \"Nadia\"\n";
    refused(
        &format!("{deed}{block}"),
        &format!("§{deed}what = \"block\""),
        "\"block\" has no `about`: expected a business in `about`",
    );
    refused(
        &format!("{deed}{block}"),
        &format!("§{deed}what = \"ask-again\""),
        "\"ask-again\" has no `message`: expected a message's label in `message`",
    );
    refused(
        block,
        &format!("{block}\nmessage = §\"answer\""),
        "\"block\" has `message`: expected no `message` with it",
    );
    refused(
        "what = \"reinstall\"",
        "what = \"reinstall\"\nabout = §\"Forno Bianchi\"",
        "\"reinstall\" has `about`: expected no `about` with it",
    );
    refused(
        "what = \"reinstall\"",
        "what = \"reinstall\"\nattach = §true",
        "\"reinstall\" has `attach`: expected it only with a \"report\" that has a `message`",
    );
    refused_with(
        "message = \"answer\"\nattach = true",
        "attach = §true",
        "\"report\" has `attach`: expected it only",
    );
}

#[test]
fn a_node_that_is_down_cannot_crash() {
    refused(
        "at = \"11s\"",
        "at = §\"9s\"",
        "\"cloud-api\" is down already, from 7s to 10s: expected a moment when it is up",
    );
    refused_with("at = \"11s\"", "at = §\"10s\"", "\"cloud-api\" is down already");
}

#[test]
fn a_link_joins_two_nodes_that_can_have_one() {
    let find = "between = [\"transport\", \"Maria\"]";
    refused(
        find,
        "between = §[\"Maria\"]",
        "`between` has 1 names: expected the names of two nodes",
    );
    refused(
        find,
        "between = [\"transport\", §\"transport\"]",
        "`between` names \"transport\" twice: expected two different nodes",
    );
    refused(
        find,
        "between = §[\"Forno Bianchi\", \"Maria\"]",
        "there is no link between \"Forno Bianchi\" and \"Maria\": expected \"Maria\" and \
         \"transport\", a phone's only link",
    );
    refused(
        "[store]",
        "[[link]]\nbetween = §[\"Maria\", \"transport\"]\n[store]",
        "the link between \"Maria\" and \"transport\" is described twice: expected one [[link]] \
         for it",
    );
}

#[test]
fn traces_of_two_different_people_are_compared() {
    let find = "compare_traces = [[\"Maria\", \"Nadia\"]]";
    refused(
        find,
        "compare_traces = [§[\"Maria\", \"Maria\"]]",
        "\"Maria\" is compared with itself: expected the names of two people",
    );
    refused(
        find,
        "compare_traces = [§[\"Maria\"]]",
        "this part of `compare_traces` has 1 names: expected the names of two people",
    );
}

#[test]
fn a_leak_has_forms_that_exist_each_once() {
    let find = "forms = [\"raw\", \"split-over-two\"]";
    refused(
        find,
        "forms = [\"raw\",\n§\"base65\"]",
        "unknown form \"base65\": expected one of raw, base64, hex, gzip, first-40, split-over-two \
         (did you mean \"base64\"?)",
    );
    refused(
        find,
        "forms = [\"raw\", §\"raw\"]",
        "`forms` has \"raw\" twice: expected each form once",
    );
    refused(find, "forms = §[]", "`forms` is an empty list: expected at least one form");
}

#[test]
fn what_must_fail_is_an_invariant_and_stands_once() {
    let find = "fail = [\"exactly-once\", \"R008\"]";
    let expected = "expected the id of an invariant, such as \"R008\" or \"exactly-once\"";
    for id in ["R8", "r-", "", "Exactly once", "R0081"] {
        refused(find, &format!("fail = [§{id:?}]"), &format!("`fail` is {id:?}: {expected}"));
    }
    refused(
        find,
        "fail = [\"R008\", §\"R008\"]",
        "the invariant \"R008\" is taken: expected another one than the same one before it",
    );
}

#[test]
fn a_generator_needs_somebody_and_enough_time() {
    refused(
        "from = [\"Nadia\"]",
        "from = §[]",
        "`from` is an empty list: expected a person, or \"everyone\"",
    );
    let late = "every = { min = \"1s\", max = \"1d\" }";
    let error = read(&with("every = { min = \"1s\", max = \"30s\" }", late).replace("40d", "18d"))
        .unwrap_err();
    let line = FULL.lines().position(|line| line == "count = 20").unwrap() + 1;
    let expected = format!(
        "x.toml:{line}: the last of them may be written as late as 19d 10s: expected all within \
         the `duration`, 18d"
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_chat_has_one_business_and_somebody_who_talks_to_it() {
    let find = "people = { \"Maria Rossi\" = \"Maria\", \"Forno\" = \"Forno Bianchi\" }";
    let expected = "expected at least one person and exactly one business";
    refused(
        find,
        "people = §{ \"Maria Rossi\" = \"Maria\" }",
        &format!("`people` names 1 people and 0 businesses: {expected}"),
    );
    refused(
        find,
        "people = §{ a = \"Forno Bianchi\", b = \"Libreria Nord\" }",
        &format!("`people` names 0 people and 2 businesses: {expected}"),
    );
}

#[test]
fn a_sender_whom_nobody_knows_is_named_with_the_line_of_the_export() {
    let chat = CHAT.replace("Maria Rossi: <", "Maria Rosi: <");
    let error = read_with_chat(FULL, &chat).unwrap_err().to_string();
    let line = FULL.lines().position(|line| line == "[[chat]]").unwrap() + 1;
    let expected = format!(
        "in/chat.txt:3: the sender \"Maria Rosi\" is nobody in the scenario: expected one of \
         `people` of the [[chat]] on line {line} of the scenario, which has one of Forno, Maria \
         Rossi (did you mean \"Maria Rossi\"?)"
    );
    assert_eq!(error, expected);
}

#[test]
fn a_chat_export_that_makes_no_sense_is_refused_on_its_own_line() {
    for (chat, expected) in [
        ("", "in/chat.txt:1: the chat export is empty: expected"),
        ("hello\n", "in/chat.txt:1: \"hello\" does not start a chat export; expected"),
        (
            CHAT.lines().next().unwrap(),
            "in/chat.txt:1: no message from anybody, only app lines (1)",
        ),
        (
            "31/12/2023, 21:41 - Maria Rossi: a\n32/12/2023, 21:41 - Maria Rossi: b\n",
            "in/chat.txt:2: ",
        ),
    ] {
        let error = read_with_chat(FULL, chat).unwrap_err().to_string();
        let expected = expected.replace("empty: ", "empty; ");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn a_chat_without_any_text_is_refused_on_the_line_that_names_it() {
    let chat = "31/12/2023, 21:41 - Maria Rossi: <Media omitted>\n";
    let error = read_with_chat(FULL, chat).unwrap_err().to_string();
    let line = FULL.lines().position(|line| line.starts_with("file =")).unwrap() + 1;
    let expected =
        format!("x.toml:{line}: in/chat.txt has no message with a text: expected at least one");
    assert_eq!(error, expected);
}

#[test]
fn a_text_alone_names_no_files() {
    let error = crate::scenario::parse(FULL, "x.toml").unwrap_err().to_string();
    let line = FULL.lines().position(|line| line.starts_with("file =")).unwrap() + 1;
    let expected = format!(
        "x.toml:{line}: the chat export chat.txt cannot be read (this scenario was given as text \
         alone): expected no `file`"
    );
    assert_eq!(error, expected);
}
