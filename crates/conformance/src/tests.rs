//! What the adapter answers, line by line.

use serde_json::{Value, json};

use crate::{MAX_LINE, serve};

/// Answers to the lines of one process, whose randomness is a counter from `seed` on.
fn run(seed: u64, lines: &[u8]) -> Vec<Value> {
    let mut output = Vec::new();
    serve(lines, &mut output, counter(seed)).unwrap();
    let text = String::from_utf8(output).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn counter(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut next = seed << 32;
    move |bytes| {
        for chunk in bytes.chunks_mut(8) {
            next += 1;
            chunk.copy_from_slice(&next.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A process that is asked one thing at a time: each answer is that of the whole history, so that
/// what went before is part of it.
pub(crate) struct Process {
    seed: u64,
    history: String,
}

impl Process {
    pub(crate) fn new(seed: u64, profile: &str) -> Self {
        let mut new = Self { seed, history: String::new() };
        let init = json!({"op":"init","name":"n","dev":1,"regid":seed,"profile":profile});
        assert!(new.ask(&init)["ok"]["version"].is_string());
        new
    }

    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        self.history += &format!("{request}\n");
        run(self.seed, self.history.as_bytes()).pop().unwrap()
    }

    pub(crate) fn ok(&mut self, request: &Value) -> Value {
        let answer = self.ask(request);
        assert!(answer["err"].is_null(), "{answer}");
        answer["ok"].clone()
    }

    /// The kind of the refusal.
    pub(crate) fn refused(&mut self, request: &Value) -> String {
        let answer = self.ask(request);
        let text = answer["err"].as_str().unwrap_or_else(|| panic!("accepted: {answer}"));
        text.split_once(": ").unwrap().0.to_owned()
    }

    pub(crate) fn encrypt(&mut self, text: &str) -> Value {
        self.ok(&json!({"op":"encrypt","peer":["p",1],"m":text}))
    }
}

fn decrypt(sealed: &Value) -> Value {
    json!({"op":"decrypt","peer":["p",1],"type":sealed["type"],"c":sealed["c"]})
}

fn process(bundle: &Value) -> Value {
    json!({"op":"process","peer":["p",1],"b":bundle})
}

fn bundle() -> Value {
    json!({"op":"bundle","otk":true,"kyber":true})
}

/// Two processes, the first of which has a session towards the second.
fn pair(profile: &str) -> [Process; 2] {
    let (mut alice, mut bob) = (Process::new(1, profile), Process::new(2, profile));
    let published = bob.ok(&bundle());
    assert_eq!(alice.ok(&process(&published)), json!({}));
    [alice, bob]
}

/// The same hexadecimal with one bit changed in the byte `from_end` before the last.
fn flipped(hex: &Value, from_end: usize) -> Value {
    let mut text: Vec<char> = hex.as_str().unwrap().chars().collect();
    let place = text.len() - 1 - 2 * from_end;
    let digit = text[place].to_digit(16).unwrap() ^ 1;
    text[place] = char::from_digit(digit, 16).unwrap();
    text.into_iter().collect::<String>().into()
}

fn kind(answer: &Value) -> &str {
    answer["err"].as_str().unwrap().split_once(": ").unwrap().0
}

#[test]
fn each_bad_line_is_answered_with_its_kind_and_the_next_line_is_served() {
    let lines: &[(&str, &str)] = &[
        ("not json", "malformed"),
        ("", "malformed"),
        ("[1]", "malformed"),
        ("{}", "malformed"),
        (r#"{"op":7}"#, "malformed"),
        (r#"{"op":"group_create"}"#, "unsupported"),
        (r#"{"op":"encrypt","peer":["p",1],"m":"x"}"#, "other"),
        (r#"{"op":"init","name":"n","dev":1,"regid":1,"profile":"v5"}"#, "unsupported"),
        (r#"{"op":"init","name":"n","dev":0,"regid":1}"#, "malformed"),
        (r#"{"op":"init","name":"n","dev":128,"regid":1}"#, "malformed"),
        (r#"{"op":"init","name":"n","dev":1,"regid":4294967296}"#, "malformed"),
        (r#"{"op":"init","name":"n","dev":1}"#, "malformed"),
    ];
    let text: String = lines.iter().flat_map(|(line, _)| [line, "\n"]).collect();
    let answers = run(1, format!("{text}{{\"op\":\"capabilities\"}}").as_bytes());
    assert_eq!(answers.len(), lines.len() + 1);
    for ((line, expected), answer) in lines.iter().zip(&answers) {
        assert_eq!(kind(answer), *expected, "{line}: {answer}");
    }
    assert_eq!(answers[lines.len()]["ok"]["profiles"], json!(["v3", "v4", "v4-spqr"]));
}

#[test]
fn bytes_that_are_not_utf8_are_malformed() {
    assert_eq!(kind(&run(1, b"{\"op\":\"\xff\"}\n")[0]), "malformed");
}

#[test]
fn fields_that_are_missing_or_of_another_type_are_malformed() {
    let mut alice = Process::new(1, "v4");
    for request in [
        json!({"op":"encrypt","m":"x"}),
        json!({"op":"encrypt","peer":["p",0],"m":"x"}),
        json!({"op":"encrypt","peer":["p",128],"m":"x"}),
        json!({"op":"encrypt","peer":["p",1,2],"m":"x"}),
        json!({"op":"encrypt","peer":"p","m":"x"}),
        json!({"op":"encrypt","peer":["p",1]}),
        json!({"op":"encrypt","peer":["p",1],"mh":"0"}),
        json!({"op":"decrypt","peer":["p",1],"type":2}),
        json!({"op":"decrypt","peer":["p",1],"type":1,"c":"00"}),
        json!({"op":"decrypt","peer":["p",1],"type":258,"c":"00"}),
        json!({"op":"decrypt","peer":["p",1],"type":2,"c":"0g"}),
        json!({"op":"decrypt","peer":["p",1],"type":2,"c":"é"}),
        json!({"op":"bundle","otk":1}),
        json!({"op":"process","peer":["p",1]}),
        json!({"op":"process","peer":["p",1],"b":{}}),
        json!({"op":"time"}),
    ] {
        assert_eq!(alice.refused(&request), "malformed", "{request}");
    }
}

#[test]
fn a_line_of_the_longest_length_is_read_and_a_longer_one_is_passed_over() {
    let padded = |length: usize| {
        let request = br#"{"op":"capabilities"}"#;
        [&request[..], &b" ".repeat(length - request.len())].concat()
    };
    let lines = [padded(MAX_LINE), padded(MAX_LINE + 1), padded(3 * MAX_LINE), padded(30)];
    let answers = run(1, &lines.join(&b'\n'));
    assert_eq!(answers.len(), 4);
    assert!(answers[0]["ok"].is_object());
    assert_eq!((kind(&answers[1]), kind(&answers[2])), ("malformed", "malformed"));
    assert!(answers[3]["ok"].is_object());
}

#[test]
fn no_input_gives_no_answer() {
    assert_eq!(run(1, b""), Vec::<Value>::new());
}

#[test]
fn messages_travel_both_ways_in_each_profile_as_text_and_as_bytes() {
    for profile in ["v3", "v4", "v4-spqr"] {
        let [mut alice, mut bob] = pair(profile);
        let first = alice.encrypt("gr\u{fc}\u{df}e");
        assert_eq!(first["type"], 3);
        assert_eq!(bob.ok(&decrypt(&first))["m"], "gr\u{fc}\u{df}e");
        let answer = bob.ok(&json!({"op":"encrypt","peer":["p",1],"mh":"FF00"}));
        assert_eq!(answer["type"], 2);
        assert_eq!(alice.ok(&decrypt(&answer)), json!({"mh":"ff00"}));
    }
}

#[test]
fn a_bundle_has_what_was_asked_for_and_never_the_same_key_twice() {
    let mut bob = Process::new(2, "v4");
    let full = bob.ok(&bundle());
    for (name, bytes) in [("ik", 33), ("spk", 33), ("otk", 33), ("k", 1569), ("k_sig", 64)] {
        assert_eq!(full[name].as_str().unwrap().len(), 2 * bytes, "{name}");
    }
    let bare = bob.ok(&json!({"op":"bundle","otk":false,"kyber":false}));
    assert!(bare.get("otk").is_none() && bare.get("k").is_none());
    assert_ne!(bare["spk"], full["spk"]);
    assert_eq!(bare["ik"], full["ik"]);
}

#[test]
fn a_message_opened_before_is_a_duplicate() {
    let [mut alice, mut bob] = pair("v4");
    let (first, second) = (alice.encrypt("one"), alice.encrypt("two"));
    bob.ok(&decrypt(&second));
    bob.ok(&decrypt(&first));
    assert_eq!(bob.refused(&decrypt(&first)), "duplicate");
    assert_eq!(bob.refused(&decrypt(&second)), "duplicate");
}

#[test]
fn a_message_with_a_changed_mac_is_refused_and_the_genuine_one_then_opens() {
    for profile in ["v3", "v4", "v4-spqr"] {
        let [mut alice, mut bob] = pair(profile);
        let first = alice.encrypt("one");
        bob.ok(&decrypt(&first));
        let answer = bob.encrypt("two");
        let mut tampered = answer.clone();
        tampered["c"] = flipped(&answer["c"], 0);
        assert_eq!(alice.refused(&decrypt(&tampered)), "bad_mac");
        assert_eq!(alice.ok(&decrypt(&answer))["m"], "two");
    }
}

#[test]
fn a_changed_first_message_uses_up_no_prekey() {
    let [mut alice, mut bob] = pair("v4");
    let first = alice.encrypt("one");
    let mut tampered = first.clone();
    for from_end in [5, 12, 40] {
        tampered["c"] = flipped(&first["c"], from_end);
        bob.refused(&decrypt(&tampered));
    }
    assert_eq!(bob.ok(&decrypt(&first))["m"], "one");
}

#[test]
fn a_bundle_is_refused_for_what_is_wrong_with_it() {
    let (mut alice, mut bob) = (Process::new(1, "v4"), Process::new(2, "v4"));
    let good = bob.ok(&bundle());
    let with = |name: &str, value: Value| {
        let mut bundle = good.clone();
        bundle[name] = value;
        process(&bundle)
    };
    assert_eq!(alice.refused(&with("spk_sig", flipped(&good["spk_sig"], 9))), "bad_signature");
    assert_eq!(alice.refused(&with("k_sig", flipped(&good["k_sig"], 9))), "bad_signature");
    assert_eq!(alice.refused(&with("k_sig", json!("00"))), "bad_signature");
    assert_eq!(alice.refused(&with("ik", json!("05"))), "bad_key");
    assert_eq!(alice.refused(&with("k", good["ik"].clone())), "bad_key");
    assert_eq!(alice.refused(&with("k", Value::Null)), "no_key");
    assert_eq!(alice.refused(&with("otk_id", Value::Null)), "malformed");
    let encrypt = json!({"op":"encrypt","peer":["p",1],"m":"x"});
    assert_eq!(alice.refused(&encrypt), "no_session");
    alice.ok(&process(&good));
    alice.encrypt("x");
}

#[test]
fn another_identity_is_refused_until_it_is_trusted() {
    let [mut alice, _] = pair("v4");
    let mut mallory = Process::new(3, "v4");
    let other = mallory.ok(&bundle());
    assert_eq!(alice.refused(&process(&other)), "untrusted_identity");
    alice.ok(&json!({"op":"trust","peer":["p",1],"ik":other["ik"]}));
    alice.ok(&process(&other));
}

#[test]
fn a_message_of_another_version_is_refused_as_one() {
    let (mut alice, mut bob) = (Process::new(1, "v3"), Process::new(2, "v4"));
    let published = bob.ok(&bundle());
    alice.ok(&process(&published));
    let first = alice.encrypt("x");
    assert_eq!(bob.refused(&decrypt(&first)), "version");
}

#[test]
fn a_replay_to_a_last_resort_key_is_known_by_its_base_key() {
    let (mut alice, mut bob) = (Process::new(1, "v4"), Process::new(2, "v4"));
    let asked = json!({"op":"bundle","otk":false,"kyber":true,"last_resort":true});
    let published = bob.ok(&asked);
    alice.ok(&process(&published));
    let first = alice.encrypt("x");
    bob.ok(&decrypt(&first));
    let elsewhere = json!({"op":"decrypt","peer":["q",1],"type":3,"c":first["c"]});
    assert_eq!(bob.refused(&elsewhere), "reused_base_key");
}

#[test]
fn a_used_one_time_key_is_gone() {
    let [mut alice, mut bob] = pair("v3");
    let first = alice.encrypt("x");
    bob.ok(&decrypt(&first));
    let elsewhere = json!({"op":"decrypt","peer":["q",1],"type":3,"c":first["c"]});
    assert_eq!(bob.refused(&elsewhere), "no_key");
}

#[test]
fn an_unanswered_session_is_not_sent_on_after_its_time() {
    let [mut alice, _] = pair("v4");
    alice.ok(&json!({"op":"time","now":2_592_000}));
    alice.encrypt("at thirty days");
    alice.ok(&json!({"op":"time","now":2_592_001}));
    let encrypt = json!({"op":"encrypt","peer":["p",1],"m":"x"});
    assert_eq!(alice.refused(&encrypt), "no_session");
}

#[test]
fn the_longest_plaintext_fits_into_every_line_and_a_longer_one_is_refused() {
    let [mut alice, mut bob] = pair("v4");
    // Escaped as text, the first would take six bytes for each of its own.
    for byte in ["01", "61"] {
        let mh = byte.repeat(500_000);
        let sealed = alice.ok(&json!({"op":"encrypt","peer":["p",1],"mh":mh}));
        assert!(decrypt(&sealed).to_string().len() <= MAX_LINE);
        let answer = bob.ask(&decrypt(&sealed));
        assert!(answer.to_string().len() <= MAX_LINE);
        assert!(answer["ok"].is_object(), "{answer}");
    }
    let encrypt = json!({"op":"encrypt","peer":["p",1],"m":"a".repeat(500_001)});
    assert_eq!(alice.refused(&encrypt), "other");
}

#[test]
fn a_crash_is_answered_as_internal_and_the_next_request_is_served() {
    let lines =
        b"{\"op\":\"init\",\"name\":\"n\",\"dev\":1,\"regid\":1}\n{\"op\":\"capabilities\"}";
    let mut output = Vec::new();
    serve(&lines[..], &mut output, |_: &mut [u8]| panic!("no entropy")).unwrap();
    let text = String::from_utf8(output).unwrap();
    assert!(text.starts_with(r#"{"err":"internal: "#), "{text}");
    assert_eq!(text.lines().count(), 2);
}
