//! The platform's demands on an error's type.

use super::super::type_name;

#[test]
fn error_types_have_the_form_that_the_platform_keeps() {
    let cases = [
        ("ParseIntError", "ParseIntError"),
        ("db_error", "Dberror"),
        ("E", "Error"),
        ("", "Error"),
        ("42", "Error"),
        ("Ünicode", "Nicode"),
    ];
    for (name, expected) in cases {
        assert_eq!(type_name(name), expected, "{name}");
    }
}
