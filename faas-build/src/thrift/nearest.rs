//! "Did you mean": the known name nearest to a misspelt one.

/// The candidate that differs from `name` by the fewest letters, if they are few.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    let ranked = candidates
        .into_iter()
        .map(|known| (distance(name, known), known));
    let best = ranked.filter(|(distance, _)| *distance <= allowed).min()?;
    Some(best.1)
}

/// How many letters must be changed, added, left out or swapped with their neighbour; their case counts for nothing.
fn distance(a: &str, b: &str) -> usize {
    let letters = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<Vec<char>>()
    };
    let (a, b) = (letters(a), letters(b));
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_is_found_and_the_far_is_not() {
        let known = ["Item", "ItemId", "NotFound"];
        assert_eq!(nearest("Itm", known), Some("Item"));
        assert_eq!(nearest("notfound", known), Some("NotFound"));
        assert_eq!(nearest("Iten", known), Some("Item"));
        assert_eq!(nearest("Itme", known), Some("Item"));
        assert_eq!(nearest("Elsewhere", known), None);
    }
}
