//! What a plugin may call itself. Pure.
//!
//! Names of classes and versions go into URLs, file names, logs and statuses, so that they are kept
//! to what is safe there: Java's class names in ASCII, and versions as Maven's are usually written.

/// LIMIT: with a version it makes the name of a file, of which systems take 255 bytes.
const CLASS_BYTES_MAX: usize = 160;
/// LIMIT: see [`CLASS_BYTES_MAX`].
const VERSION_BYTES_MAX: usize = 64;

/// Words that stand for something else where a version is expected.
const NO_VERSIONS: [&str; 2] = ["latest", "undefined"];

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongName {
    /// A class name that is none.
    #[error(
        "its {what} {name:?} is not a class name: expected letters, digits, '_' and '$' of ASCII \
         in parts with dots between them, none of which begins with a digit, and at most \
         {CLASS_BYTES_MAX} bytes"
    )]
    Class {
        /// Class, task class or alias.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A version that is none.
    #[error(
        "its version {0:?} is not a version: expected a letter or digit of ASCII, then letters, \
         digits, '.', '-', '_' and '+', at most {VERSION_BYTES_MAX} bytes, and not the word latest"
    )]
    Version(String),
}

/// Checks all names of a plugin, of which only a connector has a task class.
pub(super) fn check(
    class: &str,
    version: &str,
    task_class: Option<&str>,
    aliases: &[String],
) -> Result<(), WrongName> {
    let aliases = aliases.iter().map(|alias| ("alias", alias.as_str()));
    let task_class = task_class.map(|class| ("task class", class));
    let classes = std::iter::once(("class", class)).chain(task_class);
    for (what, name) in classes.chain(aliases) {
        if !is_class(name) {
            return Err(WrongName::Class {
                what,
                name: name.chars().take(CLASS_BYTES_MAX).collect(),
            });
        }
    }
    if is_version(version) {
        Ok(())
    } else {
        Err(WrongName::Version(
            version.chars().take(VERSION_BYTES_MAX).collect(),
        ))
    }
}

fn is_class(name: &str) -> bool {
    let is_part = |part: &str| {
        let mut letters = part.chars();
        letters
            .next()
            .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$')
            && letters.all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '$')
    };
    name.len() <= CLASS_BYTES_MAX && name.split('.').all(is_part)
}

fn is_version(version: &str) -> bool {
    let first = version.chars().next();
    first.is_some_and(|first| first.is_ascii_alphanumeric())
        && version.len() <= VERSION_BYTES_MAX
        && !NO_VERSIONS.contains(&version)
        && version
            .chars()
            .all(|one| one.is_ascii_alphanumeric() || ".-_+".contains(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_one(class: &str, version: &str, alias: &str) -> Result<(), WrongName> {
        check(class, version, Some("a.Task"), &[alias.to_owned()])
    }

    #[test]
    fn names_of_java_and_versions_of_maven_are_taken() {
        for (class, version) in [
            ("Plain", "1"),
            ("org.example.My$Inner_1", "1.0.0-SNAPSHOT"),
            ("_a.$b", "4.3.1+build.7"),
        ] {
            assert_eq!(check_one(class, version, "org.other.Alias"), Ok(()));
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_refused() {
        let long = "a".repeat(CLASS_BYTES_MAX + 1);
        for class in [
            "", ".", "a..b", "a/b", "../x", "1a", "a b", "a-b", "ä", "a\n", &long,
        ] {
            let what = "class";
            let name = class.chars().take(CLASS_BYTES_MAX).collect();
            assert_eq!(
                check_one(class, "1", "A"),
                Err(WrongName::Class { what, name }),
                "{class:?}"
            );
            assert!(check_one("A", "1", class).is_err(), "{class:?}");
        }
        let long = "1".repeat(VERSION_BYTES_MAX + 1);
        for version in [
            "", ".", "-1", "1/2", "..", "1 2", "latest", "[1,2)", "1,2", &long,
        ] {
            assert!(
                matches!(check_one("A", version, "A"), Err(WrongName::Version(_))),
                "{version:?}"
            );
        }
    }
}
