//! The leaks that a scenario plants.

use super::Story;
use crate::scan::{
    Encoding,
    leak::{Form, records},
};

#[test]
fn every_planted_leak_is_found_by_its_message_and_its_form() {
    for form in Form::ALL {
        let mut story = Story::new();
        let (first, last) = (story.canary(6), story.canary(6));
        let text = format!("{first} The order has not come yet, where is it? {last}");
        let records = records(form, &text);
        assert_eq!(records.len(), if form == Form::SplitOverTwo { 2 } else { 1 });

        story.sees(b"delivered frame 17: ");
        records.iter().for_each(|record| story.sees(record));
        let expected: &[Encoding] = match form {
            Form::Raw | Form::First40 | Form::SplitOverTwo => &[],
            Form::Base64 => &[Encoding::Base64],
            Form::Hex => &[Encoding::Hex],
            Form::Gzip => &[Encoding::Gzip],
        };
        assert_eq!(story.path(6), expected, "{}", form.name());
        assert!(!story.only_hit(6).cut);
        assert_eq!(Form::from_name(form.name()), Some(form));
    }
}

#[test]
fn neither_half_of_a_split_leak_gives_it_away() {
    let mut story = Story::new();
    let canary = story.canary(6);
    let text = format!("{canary} The order has not come yet, where is it? {canary}");
    for half in records(Form::SplitOverTwo, &text) {
        story.scanner = super::Scanner::new();
        story.sees(&half);
        story.scanner.finish(&story.mint, 0);
        assert_eq!(story.scanner.hits().len(), 0);
    }
}

#[test]
fn a_short_text_is_not_readable_in_its_gzip_form() {
    let mut story = Story::new();
    for id in 0..100 {
        let canary = story.canary(id);
        let [record] = &*records(Form::Gzip, &canary) else { panic!("one record") };
        assert!(!record.windows(canary.len()).any(|window| window == canary.as_bytes()));
    }
}

#[test]
fn no_form_has_a_name_that_is_not_its_own() {
    assert_eq!(Form::from_name("rot13"), None);
}
