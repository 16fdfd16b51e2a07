//! Versions of plugins, and ranges of them such as `[1.0,2.0)`.
//!
//! Owns parsing, with the texts of errors that users know, and the order of versions. Must not know
//! which versions there are. Kafka's counterparts: PluginUtils.connectorVersionRequirement and what
//! it uses of Maven: VersionRange, ComparableVersion.

use std::cmp::Ordering;
use std::fmt;

use super::def::java_trim;

/// The word for whatever version is newest.
const LATEST: &str = "latest";

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionRangeError {
    /// A bracket is not closed.
    #[error("Unbounded range: {0}")]
    Unbounded(String),
    /// Something follows the last bracket.
    #[error("Only fully-qualified sets allowed in multiple set scenario: {0}")]
    Rest(String),
    /// A single version in round brackets.
    #[error("Single version must be surrounded by []: {0}")]
    Single(String),
    /// The upper bound is below the lower one.
    #[error("Range defies version ordering: {0}")]
    Order(String),
    /// A range begins before the one before it ends.
    #[error("Ranges overlap: {0}")]
    Overlap(String),
}

/// Which versions will do. Displays as Maven does: `[1.0,1.0]` for a single version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VersionRange {
    /// The newest.
    Latest,
    /// Those within one of these bounds.
    Within(Vec<Bounds>),
}

/// A connected part of a range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    lower: Option<String>,
    lower_inclusive: bool,
    upper: Option<String>,
    upper_inclusive: bool,
}

impl VersionRange {
    /// Reads a range; a version alone means exactly that one.
    pub fn parse(text: &str) -> Result<Self, VersionRangeError> {
        let text = java_trim(text);
        if text == LATEST {
            return Ok(Self::Latest);
        }
        // COMPAT: a bare version would be a mere wish to Maven; Kafka puts it in brackets.
        if text.starts_with(['[', '(']) {
            parse_bounds(text).map(Self::Within)
        } else {
            parse_bounds(&format!("[{text}]")).map(Self::Within)
        }
    }

    /// The range that a configuration names under a key, if it does.
    pub fn of(config: &super::ConfigMap, key: &str) -> Result<Option<Self>, VersionRangeError> {
        config.get(key).map(|text| Self::parse(text)).transpose()
    }

    /// Whether a version will do.
    pub fn contains(&self, version: &str) -> bool {
        match self {
            Self::Latest => true,
            Self::Within(parts) => parts.iter().any(|bounds| bounds.contains(version)),
        }
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => formatter.write_str(LATEST),
            Self::Within(parts) => {
                let parts: Vec<String> = parts.iter().map(Bounds::to_string).collect();
                formatter.write_str(&parts.join(","))
            }
        }
    }
}

impl Bounds {
    fn contains(&self, version: &str) -> bool {
        let above = self
            .lower
            .as_ref()
            .is_none_or(|lower| match compare(lower, version) {
                Ordering::Less => true,
                Ordering::Equal => self.lower_inclusive,
                Ordering::Greater => false,
            });
        let below = self
            .upper
            .as_ref()
            .is_none_or(|upper| match compare(upper, version) {
                Ordering::Greater => true,
                Ordering::Equal => self.upper_inclusive,
                Ordering::Less => false,
            });
        above && below
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}{},{}{}",
            if self.lower_inclusive { '[' } else { '(' },
            self.lower.as_deref().unwrap_or_default(),
            self.upper.as_deref().unwrap_or_default(),
            if self.upper_inclusive { ']' } else { ')' },
        )
    }
}

fn parse_bounds(text: &str) -> Result<Vec<Bounds>, VersionRangeError> {
    let mut parts: Vec<Bounds> = Vec::new();
    let mut rest = text;
    while rest.starts_with(['[', '(']) {
        let end = rest
            .find([')', ']'])
            .ok_or_else(|| VersionRangeError::Unbounded(text.to_owned()))?;
        let bounds = parse_part(&rest[..=end])?;
        if let Some(upper) = parts.last().and_then(|before| before.upper.as_ref()) {
            let overlaps = bounds
                .lower
                .as_ref()
                .is_none_or(|lower| compare(lower, upper) == Ordering::Less);
            if overlaps {
                return Err(VersionRangeError::Overlap(text.to_owned()));
            }
        }
        parts.push(bounds);
        rest = java_trim(&rest[end + 1..]);
        rest = rest.strip_prefix(',').map_or(rest, java_trim);
    }
    if rest.is_empty() {
        Ok(parts)
    } else {
        Err(VersionRangeError::Rest(text.to_owned()))
    }
}

/// One part with its brackets, which are one byte each.
fn parse_part(text: &str) -> Result<Bounds, VersionRangeError> {
    let lower_inclusive = text.starts_with('[');
    let upper_inclusive = text.ends_with(']');
    let inner = java_trim(&text[1..text.len() - 1]);
    let Some((lower, upper)) = inner.split_once(',') else {
        if !lower_inclusive || !upper_inclusive {
            return Err(VersionRangeError::Single(text.to_owned()));
        }
        return Ok(Bounds {
            lower: Some(inner.to_owned()),
            lower_inclusive,
            upper: Some(inner.to_owned()),
            upper_inclusive,
        });
    };
    let bound = |text: &str| Some(java_trim(text).to_owned()).filter(|text| !text.is_empty());
    let (lower, upper) = (bound(lower), bound(upper));
    if let (Some(lower), Some(upper)) = (&lower, &upper) {
        let order = compare(upper, lower);
        let both = lower_inclusive && upper_inclusive;
        if order == Ordering::Less || (order == Ordering::Equal && !both) {
            return Err(VersionRangeError::Order(text.to_owned()));
        }
    }
    Ok(Bounds {
        lower,
        lower_inclusive,
        upper,
        upper_inclusive,
    })
}

/// A part of a version between dots, hyphens, or a digit and a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Number(u64),
    Word(String),
}

/// The words that Maven knows, lowest first; the empty one is a release.
const WORDS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];

/// The order of versions: numbers by value, known words by what they mean, others after them;
/// `1.0` and `1` are equal.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (items(left), items(right));
    for index in 0..left.len().max(right.len()) {
        let order = match (left.get(index), right.get(index)) {
            (Some(one), Some(other)) => compare_items(one, other),
            (Some(one), None) => compare_with_nothing(one),
            (None, Some(other)) => compare_with_nothing(other).reverse(),
            (None, None) => Ordering::Equal,
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn compare_items(left: &Item, right: &Item) -> Ordering {
    match (left, right) {
        (Item::Number(left), Item::Number(right)) => left.cmp(right),
        // A number is above any word: 1.0.1 > 1.0-rc.
        (Item::Number(_), Item::Word(_)) => Ordering::Greater,
        (Item::Word(_), Item::Number(_)) => Ordering::Less,
        (Item::Word(left), Item::Word(right)) => word_rank(left).cmp(&word_rank(right)),
    }
}

fn compare_with_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(number) => number.cmp(&0),
        Item::Word(word) => word_rank(word).cmp(&word_rank("")),
    }
}

/// Known words by their place, others behind them by their letters.
fn word_rank(word: &str) -> (usize, &str) {
    let known = match word {
        "a" => "alpha",
        "b" => "beta",
        "m" => "milestone",
        "cr" => "rc",
        "ga" | "final" | "release" => "",
        other => other,
    };
    match WORDS.iter().position(|one| *one == known) {
        Some(index) => (index, ""),
        None => (WORDS.len(), word),
    }
}

fn items(version: &str) -> Vec<Item> {
    let mut items = Vec::new();
    for part in version.split(['.', '-']) {
        let mut rest = part;
        while let Some(first) = rest.chars().next() {
            let digits = first.is_ascii_digit();
            let end = rest
                .find(|character: char| character.is_ascii_digit() != digits)
                .unwrap_or(rest.len());
            let (item, after) = rest.split_at(end);
            items.push(match item.parse() {
                Ok(number) if digits => Item::Number(number),
                _ => Item::Word(item.to_lowercase()),
            });
            rest = after;
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> String {
        match VersionRange::parse(text) {
            Ok(range) => range.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn ranges_are_read_and_told_as_the_jvm_worker_does() {
        for (text, told) in [
            ("latest", "latest"),
            (" 4.3.1 ", "[4.3.1,4.3.1]"),
            ("[4.3.1]", "[4.3.1,4.3.1]"),
            ("", "[,]"),
            (",", "[,]"),
            ("1.0,2.0", "[1.0,2.0]"),
            ("(4.0, 5.0]", "(4.0,5.0]"),
            ("[1.0,)", "[1.0,)"),
            ("[1.0,", "Unbounded range: [1.0,"),
            ("[1,2),[3,4]", "[1,2),[3,4]"),
            ("[1,3),[2,4]", "Ranges overlap: [1,3),[2,4]"),
            ("(1)", "Single version must be surrounded by []: (1)"),
            ("[2,1]", "Range defies version ordering: [2,1]"),
            (
                "4.3.1]",
                "Only fully-qualified sets allowed in multiple set scenario: [4.3.1]]",
            ),
        ] {
            assert_eq!(parsed(text), told, "{text}");
        }
    }

    #[test]
    fn versions_are_found_in_ranges() {
        for (range, version, contained) in [
            ("4.3.1", "4.3.1", true),
            ("4.3", "4.3.1", false),
            ("4.3", "4.3.0", true),
            ("(4.0,5.0]", "4.3.1", true),
            ("(4.3.1,5.0]", "4.3.1", false),
            ("[4.0,4.3.1)", "4.3.1", false),
            ("[4.0,4.3.1)", "4.3.1-rc1", true),
            ("(,)", "4.3.1", true),
            (",", "4.3.1", true),
            ("", "4.3.1", false),
            ("latest", "4.3.1", true),
            ("[1,2),[4,5)", "4.3.1", true),
            ("[1,2),[3,4)", "4.3.1", false),
        ] {
            let parsed = VersionRange::parse(range).unwrap();
            assert_eq!(parsed.contains(version), contained, "{range} {version}");
        }
    }

    #[test]
    fn the_order_of_versions() {
        let ascending = [
            "0.9",
            "1.0-alpha",
            "1.0-beta2",
            "1.0-beta10",
            "1.0-rc1",
            "1.0-SNAPSHOT",
            "1.0",
            "1.0-sp",
            "1.0-other",
            "1.0.1",
            "1.10",
            "2",
        ];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("1", "1.0.0-GA"), Ordering::Equal);
    }
}
