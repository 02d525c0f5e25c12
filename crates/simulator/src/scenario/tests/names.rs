//! Mistyped names.

use crate::scenario::Names;

#[test]
fn the_nearest_name_is_the_one_that_was_meant() {
    let names: Names = ["Maria", "Nadia", "Forno Bianchi", "cloud-api"].into_iter().collect();
    for (typed, meant) in [
        ("Mara", Some("Maria")),
        ("maria", Some("Maria")),
        ("Nadja", Some("Nadia")),
        ("Forno bianci", Some("Forno Bianchi")),
        ("cloudapi", Some("cloud-api")),
        ("Zeno", None),
        ("", None),
    ] {
        assert_eq!(names.nearest(typed), meant, "{typed}");
    }
}

#[test]
fn a_name_as_long_as_a_book_is_compared_with_nothing() {
    let names: Names = ["Maria".to_owned(), "M".repeat(1_000_000)].into_iter().collect();
    assert_eq!(names.nearest(&"M".repeat(1_000_000)), None);
    assert_eq!(names.nearest("Mria"), Some("Maria"));
}

#[test]
fn a_long_list_is_cut_and_says_how_long_it_is() {
    let names: Names = (0..40).map(|number| format!("p{number}")).collect();
    let shown = names.to_string();
    assert!(
        shown.starts_with("one of p0, p1, ") && shown.ends_with("p15, … (40 in all)"),
        "{shown}"
    );
    assert_eq!(Names::default().to_string(), "none, since the scenario has none");
    assert_eq!(["only"].into_iter().collect::<Names>().to_string(), "only");
}
