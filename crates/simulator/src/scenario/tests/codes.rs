//! Comparing codes: a deed about a business, and about no message.

use super::{LEAST, read};
use crate::scenario::DeedKind;

const DEED: &str = "[[do]]\nat = \"1s\"\nwho = \"Maria\"\nwhat = \"compare-codes\"\n";

#[test]
fn a_person_compares_codes_with_a_business() {
    let scenario = read(&format!("{LEAST}{DEED}about = \"Forno Bianchi\"\n")).unwrap();
    let deed = &scenario.deeds[0];
    assert_eq!((deed.what, deed.about.as_deref()), (DeedKind::CompareCodes, Some("Forno Bianchi")));
}

#[test]
fn codes_are_compared_with_somebody_and_about_no_message() {
    let error = read(&format!("{LEAST}{DEED}")).unwrap_err().to_string();
    assert!(error.contains("\"compare-codes\" has no `about`: expected a business"), "{error}");
    let more = "about = \"Forno Bianchi\"\nmessage = \"order\"\n";
    let error = read(&format!("{LEAST}{DEED}{more}")).unwrap_err().to_string();
    assert!(error.contains("\"compare-codes\" has `message`"), "{error}");
}
