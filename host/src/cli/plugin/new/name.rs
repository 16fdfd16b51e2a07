//! Names of crates, and what is made of them. Pure.

use thiserror::Error;

/// LIMIT: longer names make file names that some systems refuse.
const LENGTH_MAX: usize = 64;

/// Names that are taken: Rust's words, crates of the language, and the SDK's own.
const TAKEN: [&str; 63] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "connect-data",
    "connect-sdk",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "sdk",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "target",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

/// A name that a crate can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CrateName(String);

/// Why a name is refused.
#[derive(Debug, PartialEq, Eq, Error)]
pub(in crate::cli::plugin) enum NameError {
    /// Not of the right characters.
    #[error(
        "'{0}' cannot be the name of a crate: it begins with a small letter and goes on with small \
         letters, digits, - and _, at most {LENGTH_MAX} of them, such as price-source"
    )]
    Characters(String),
    /// It means something else.
    #[error("'{0}' cannot be the name of a crate: it is taken by Rust, Cargo or the SDK")]
    Taken(String),
}

impl CrateName {
    /// Checks a name.
    pub(super) fn parse(name: &str) -> Result<Self, NameError> {
        let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
        let rest = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let words = name.contains(|c: char| c.is_ascii_alphanumeric());
        if !starts || !words || !name.chars().all(rest) || name.len() > LENGTH_MAX {
            return Err(NameError::Characters(name.to_owned()));
        }
        if TAKEN.contains(&name) {
            return Err(NameError::Taken(name.to_owned()));
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it stands in the names of what Cargo builds.
    pub(super) fn file_stem(&self) -> String {
        self.0.replace('-', "_")
    }

    /// What the names of the crate's types begin with: `PriceSource` for `price-source`, and for
    /// `price-source-connector` as well.
    pub(super) fn type_stem(&self) -> String {
        let words: Vec<&str> = self.0.split(['-', '_']).filter(|w| !w.is_empty()).collect();
        let words = match words.as_slice() {
            [rest @ .., "connector"] if !rest.is_empty() => rest,
            words => words,
        };
        words.iter().copied().map(capitalized).collect()
    }
}

fn capitalized(word: &str) -> String {
    let mut characters = word.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

#[cfg(test)]
mod tests;
