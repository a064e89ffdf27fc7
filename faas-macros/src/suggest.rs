//! Finds what a user may have meant: the allowed word nearest to a misspelt one.

/// The nearest of `words`, if it is near enough to be a slip of the fingers.
pub(crate) fn nearest<'a>(
    found: &str,
    words: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let (word, distance) = words
        .into_iter()
        .map(|word| (word, distance(found, word)))
        .min_by_key(|&(_, distance)| distance)?;
    let tolerated = (word.chars().count() / 3).max(1);
    (distance <= tolerated).then_some(word)
}

/// Edits (insert, delete, replace, swap neighbours) between two words: optimal string alignment over three rows.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let replaced = last[j] + usize::from(a[i] != b[j]);
            let mut edits = replaced.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                edits = edits.min(before_last[j - 1] + 1);
            }
            row.push(edits);
        }
        before_last = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_counted() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "rate", 4),
            ("rate", "rate", 0),
            ("timeot", "timeout", 1),
            ("tiemout", "timeout", 1),
            ("nmae", "name", 1),
            ("memroy", "memory", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_near_words_are_suggested() {
        let words = ["timeout", "rate", "name", "concurrency"];
        assert_eq!(nearest("timeot", words), Some("timeout"));
        assert_eq!(nearest("concurency", words), Some("concurrency"));
        assert_eq!(nearest("rat", words), Some("rate"));
        assert_eq!(nearest("colour", words), None);
        assert_eq!(nearest("timeout", []), None);
    }
}
