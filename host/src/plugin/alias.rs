//! The names that a connector class answers to, and the finding of a class by such a name. Pure.
//!
//! COMPAT: Plugins.newConnector and PluginUtils.simpleName: the full class name, the simple name,
//! or the simple name without `Connector`.

/// What a name stands for among classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// No class.
    None,
    /// The class with this index.
    One(usize),
    /// Several.
    Many,
}

const SUFFIX: &str = "Connector";

/// Finds `wanted` among classes, each given with all its full names. A full name wins over simple
/// names.
pub(super) fn find<'a>(wanted: &str, classes: impl Iterator<Item = Vec<&'a str>> + Clone) -> Match {
    let full = unique(classes.clone().map(|names| names.contains(&wanted)));
    if full != Match::None {
        return full;
    }
    unique(classes.map(|names| names.iter().any(|name| is_alias(wanted, name))))
}

fn unique(matches: impl Iterator<Item = bool>) -> Match {
    let mut found = matches
        .enumerate()
        .filter_map(|(index, matched)| matched.then_some(index));
    match (found.next(), found.next()) {
        (None, _) => Match::None,
        (Some(index), None) => Match::One(index),
        (Some(_), Some(_)) => Match::Many,
    }
}

fn is_alias(wanted: &str, class: &str) -> bool {
    let simple = simple_name(class);
    !wanted.is_empty() && (simple == wanted || simple.strip_suffix(SUFFIX) == Some(wanted))
}

/// The last part of a class name.
fn simple_name(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or(class)
}

#[cfg(test)]
mod tests;
