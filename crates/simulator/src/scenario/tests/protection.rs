//! Rules that are switched off, and those who attack.

use vocab::Micros;

use super::{FULL, LEAST, read, refused, refused_with};
use crate::scenario::{Attack, Attacker, Rules};

/// All rules on, or all off.
const fn all(on: bool) -> Rules {
    Rules {
        business_sender_check: on,
        registration_code: on,
        fetch_limits: on,
        message_rates: on,
        enumeration_limits: on,
        mailbox_quota: on,
        integrity_throttling: on,
    }
}

#[test]
fn every_rule_is_on_unless_it_is_switched_off_and_each_alone() {
    assert_eq!(read(LEAST).unwrap().rules, all(true));
    assert_eq!(read(FULL).unwrap().rules, all(false));
    let one = read(&format!("{LEAST}[rules]\nfetch_limits = false\n")).unwrap().rules;
    assert_eq!(one, Rules { fetch_limits: false, ..all(true) });
    refused_with(
        "mailbox_quota = false",
        "§mailbox_quotas = false",
        "unknown key \"mailbox_quotas\"",
    );
}

#[test]
fn an_attacker_is_read_as_it_is_written() {
    let attacker = Attacker {
        name: "Oscar".to_owned(),
        what: Attack::DrainPrekeys,
        target: Some("Nadia".to_owned()),
        at: Micros::seconds(22),
        every: Micros::millis(250),
    };
    assert_eq!(read(FULL).unwrap().attackers, [attacker]);
    let text = "[[attacker]]\nname = \"Oscar\"\nwhat = \"enumerate\"\nat = \"1s\"\n";
    let attackers = read(&format!("{LEAST}{text}")).unwrap().attackers;
    assert_eq!((attackers[0].every, attackers[0].what), (Micros::seconds(1), Attack::Enumerate));
    assert_eq!(attackers[0].target, None);
}

#[test]
fn an_attacker_has_a_name_of_its_own_a_target_that_is_a_person_and_a_moment_before_the_end() {
    refused(
        "name = \"Oscar\"",
        "name = §\"Mallory\"",
        "the name \"Mallory\" is taken: expected another one than the one on line 221",
    );
    refused(
        "target = \"Nadia\"",
        "target = §\"Libreria Nord\"",
        "\"Libreria Nord\" is a business: expected a person, one of Maria, Nadia",
    );
    refused_with("target = \"Nadia\"", "target = §\"Nadja\"", "unknown person \"Nadja\"");
    refused(
        "name = \"Oscar\"\nwhat = \"drain-prekeys\"\ntarget = \"Nadia\"",
        "name = §\"Oscar\"\nwhat = \"drain-prekeys\"",
        "\"Oscar\" has no `target`: expected the name of a person",
    );
    refused(
        "what = \"drain-prekeys\"\ntarget = \"Nadia\"",
        "what = \"enumerate\"\ntarget = §\"Nadia\"",
        "`target` says whose number is to be found out: expected no target: all numbers are tried",
    );
    refused_with("at = \"22s\"", "at = §\"50d\"", "`at` is 50d");
    refused_with(
        "what = \"drain-prekeys\"",
        "what = §\"drain\"",
        "unknown value \"drain\": expected one of guess-codes",
    );
}
