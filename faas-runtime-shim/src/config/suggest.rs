//! «Did you mean»: the nearest of the names that would have been right.

/// Returns the candidate nearest to `word`, if it is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // a longer word is no typing mistake, and the time taken is the product of both lengths
    const LONGEST: usize = 64;
    let word: Vec<char> = word.chars().take(LONGEST + 1).collect();
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let most = (word.len() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Counts the insertions, deletions, replacements and swaps of neighbours (optimal string alignment) that turn one word into
/// the other; case does not count.
fn distance(word: &[char], candidate: &str) -> usize {
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=word.len()).collect();
    let mut before = None;
    for (index, c) in candidate.chars().enumerate() {
        let mut next = vec![index + 1];
        for (column, known) in word.iter().enumerate() {
            let replaced = row[column] + usize::from(!known.eq_ignore_ascii_case(&c));
            let least = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            let is_swapped = column > 0
                && before == Some(known.to_ascii_lowercase())
                && word[column - 1].eq_ignore_ascii_case(&c);
            next.push(if is_swapped {
                least.min(above[column - 1] + 1)
            } else {
                least
            });
        }
        above = std::mem::replace(&mut row, next);
        before = Some(c.to_ascii_lowercase());
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    //! Which slips are recognised.

    use super::*;

    #[track_caller]
    fn check(word: &str, expected: Option<&str>) {
        let known = ["url", "pool_size", "timeout", "tls"];
        assert_eq!(nearest(word, known), expected, "{word}");
    }

    #[test]
    fn slips_find_their_word() {
        check("pol_size", Some("pool_size"));
        check("poolsize", Some("pool_size"));
        check("Timeout", Some("timeout"));
        check("ulr", Some("url"));
        check("u", None); // one letter could be anything
        check("hurl", Some("url"));
        check("curly", None);
        check("uri", Some("url"));
        check("password", None);
        check("", None);
        check(&"u".repeat(1_000_000), None);
    }

    #[test]
    fn distances_are_symmetric() {
        for (one, other, expected) in [
            ("kitten", "sitting", 3),
            ("", "abc", 3),
            ("abc", "abc", 0),
            ("abcd", "badc", 2),
        ] {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            assert_eq!(distance(&chars(one), other), expected);
            assert_eq!(distance(&chars(other), one), expected);
        }
    }
}
