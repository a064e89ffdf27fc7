//! How a message shows text that somebody else wrote: in backticks, without control characters, never at length.

/// Puts text in backticks.
pub(crate) fn value(text: &str) -> String {
    format!("`{}`", shortened(text, 60))
}

/// Bounds a message that a user's type has made.
pub(super) fn message(text: &str) -> String {
    shortened(text, 300)
}

fn shortened(text: &str, most: usize) -> String {
    let mut shown: String = text
        .chars()
        .take(most)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    //! What becomes of awkward texts.

    use super::*;

    #[test]
    fn control_characters_and_length_are_tamed() {
        assert_eq!(value("a\u{1b}[2J\nb"), "`a\u{fffd}[2J\u{fffd}b`");
        assert_eq!(value(&"é".repeat(61)), format!("`{}…`", "é".repeat(60)));
        assert_eq!(value(&"é".repeat(60)), format!("`{}`", "é".repeat(60)));
    }
}
