//! What is said where, and which of it counts.

use std::collections::BTreeMap;

use super::{Setting, Values, parse};

const SETTINGS: &[Setting] = &[
    Setting::needed("data", "FOLDER", "Where."),
    Setting::default("listen", "ADDRESS", "127.0.0.1:1", "Where."),
    Setting::many("key", "KEY", "Who."),
];
const ROLES: &[&str] = &["transport", "client"];

fn values(flags: &[(&str, &str)], variables: &[(&str, &str)], file: &str) -> Values {
    let mut by_name = BTreeMap::<String, Vec<String>>::new();
    for (name, value) in flags {
        by_name.entry((*name).to_owned()).or_default().push((*value).to_owned());
    }
    let variable = |wanted: &str| {
        let found = variables.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| (*value).to_owned())
    };
    Values::resolve(("transport", ROLES), SETTINGS, by_name, variable, Some(("a.toml", file)))
}

fn problems(values: Values) -> Vec<String> {
    let built = values.build(|values| {
        let built = values.one("data", parse::path).zip(values.one("listen", parse::address));
        built.zip(values.many("key", parse::key))
    });
    let problems = built.unwrap_err();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn a_flag_counts_before_the_environment_that_before_the_file_and_that_before_the_default() {
    let file = "[transport]\nlisten = \"127.0.0.1:4\"\n";
    let flag = ("listen", "127.0.0.1:2");
    let variable = ("BLINDPOST_LISTEN", "127.0.0.1:3");
    let port = |flags: &[_], variables: &[_], file| {
        values(flags, variables, file).one("listen", parse::address).unwrap().port()
    };
    assert_eq!(port(&[flag], &[variable], file), 2);
    assert_eq!(port(&[], &[variable], file), 3);
    assert_eq!(port(&[], &[], file), 4);
    assert_eq!(port(&[], &[], ""), 1);
}

#[test]
fn what_is_wrong_is_said_with_the_line_on_which_it_stands() {
    let file = "[client]\nanything = 1\n\n[transport]\ndata = \"d\"\nlisten = \"nowhere\"\n";
    assert_eq!(
        problems(values(&[], &[], file)),
        ["a.toml:6: listen: `nowhere` is no IP address with a port"]
    );
    let unknown = "[transport]\ndata = \"d\"\nlisen = 1\n[transprot]\n";
    assert_eq!(
        problems(values(&[], &[], unknown)),
        ["a.toml:4: [transprot] is no role", "a.toml:3: lisen is no setting of transport"]
    );
    let broken = problems(values(&[("data", "d")], &[], "[transport]\ndata = \n"));
    assert!(broken[0].starts_with("a.toml:2: "), "{broken:?}");
}

#[test]
fn what_has_to_be_said_is_missed_and_a_wrong_secret_is_not_repeated() {
    let found = problems(values(&[], &[("BLINDPOST_KEY", "abc 00")], ""));
    assert_eq!(
        found,
        [
            "nowhere: data: has to be said",
            "BLINDPOST_KEY: key: is not 64 hexadecimal digits, but 3 characters"
        ]
    );
}
