//! Keys: paths inside a watched folder, with `/` between their parts whatever the system writes.

use std::path::{Component, Path};

/// Why a path makes no events.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum NoKey {
    /// It, or a folder that it lies in, begins with a dot.
    Hidden,
    /// It is not UTF-8.
    NotText,
    /// It is longer than the keys of object stores are.
    TooLong,
    /// It does not lie in the folder, or is the folder itself.
    Elsewhere,
}

/// Returns the key of a path below `root`.
pub(super) fn of(root: &Path, path: &Path) -> Result<Box<str>, NoKey> {
    let inside = path.strip_prefix(root).map_err(|_| NoKey::Elsewhere)?;
    let mut key = String::with_capacity(inside.as_os_str().len());
    for part in inside.components() {
        let Component::Normal(part) = part else {
            return Err(NoKey::Elsewhere);
        };
        if is_hidden(part.as_encoded_bytes()) {
            return Err(NoKey::Hidden);
        }
        if !key.is_empty() {
            key.push('/');
        }
        key.push_str(part.to_str().ok_or(NoKey::NotText)?);
    }
    match key.len() {
        0 => Err(NoKey::Elsewhere),
        1..=LONGEST => Ok(key.into()),
        _ => Err(NoKey::TooLong),
    }
}

/// Tells whether a name stands for something that is not to be seen.
pub(super) fn is_hidden(name: &[u8]) -> bool {
    name.starts_with(b".")
}

/// The longest key in bytes, as in S3 (Amazon S3 User Guide, "Naming Amazon S3 objects").
pub(super) const LONGEST: usize = 1024;

#[cfg(test)]
mod tests {
    //! Which paths have a key.

    use super::*;

    #[test]
    fn keys_are_the_paths_inside() {
        let long = format!("/in/{}", "x".repeat(LONGEST + 1));
        let cases = [
            ("/in/a.csv", Ok("a.csv")),
            ("/in/2026/11/a b+c.csv", Ok("2026/11/a b+c.csv")),
            ("/in/ä\u{308}.csv", Ok("ä\u{308}.csv")),
            ("/in", Err(NoKey::Elsewhere)),
            ("/out/a.csv", Err(NoKey::Elsewhere)),
            ("/in/../a.csv", Err(NoKey::Elsewhere)),
            ("/in/.a.csv", Err(NoKey::Hidden)),
            ("/in/.git/a.csv", Err(NoKey::Hidden)),
            (&long, Err(NoKey::TooLong)),
        ];
        for (path, expected) in cases {
            let found = of(Path::new("/in"), Path::new(path));
            assert_eq!(found, expected.map(Into::into), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_not_text_have_none() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let path = Path::new("/in").join(OsStr::from_bytes(b"a\xff.csv"));
        assert_eq!(of(Path::new("/in"), &path), Err(NoKey::NotText));
    }
}
