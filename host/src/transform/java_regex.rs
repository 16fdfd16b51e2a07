//! Java's regular expressions: whole matches, and replacements with `$1`.
//!
//! Owns the meaning of Pattern and Matcher as far as topics need it. Must not know what is
//! matched. Kafka's own code uses `java.util.regex`.

use regex::{Captures, Regex};

use crate::config::def::{ConfigError, java_pattern_error};
use crate::errors::Failure;

/// A pattern.
#[derive(Debug)]
pub(super) struct JavaPattern {
    /// Matches the text from its beginning to its end.
    whole: Regex,
    /// Matches anywhere.
    anywhere: Regex,
}

impl JavaPattern {
    /// Compiles the pattern that the configuration has under `key`.
    pub fn compile(key: &str, pattern: &str) -> Result<Self, ConfigError> {
        let invalid =
            |why: String| ConfigError::invalid(key, pattern, format!("Invalid regex: {why}"));
        if let Some(why) = java_pattern_error(pattern) {
            return Err(invalid(why));
        }
        // The line break ends a comment of free-spacing mode.
        let whole = Regex::new(&format!(r"\A(?:{pattern}{})\z", comment_end(pattern)));
        Ok(Self {
            whole: whole.map_err(|error| invalid(error.to_string()))?,
            anywhere: Regex::new(pattern).map_err(|error| invalid(error.to_string()))?,
        })
    }

    /// `Matcher.matches`: whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// `Matcher.replaceFirst`: the text with its first match replaced.
    pub fn replace_first(&self, text: &str, replacement: &str) -> Result<String, Failure> {
        let Some(captures) = self.anywhere.captures(text) else {
            return Ok(text.to_owned());
        };
        let found = captures.get_match();
        let mut replaced = String::with_capacity(text.len() + replacement.len());
        replaced.push_str(&text[..found.start()]);
        self.expand(replacement, &captures, &mut replaced)?;
        replaced.push_str(&text[found.end()..]);
        Ok(replaced)
    }

    /// Fills groups into a replacement (`Matcher.appendExpandedReplacement`).
    fn expand(
        &self,
        replacement: &str,
        captures: &Captures<'_>,
        out: &mut String,
    ) -> Result<(), Failure> {
        let mut rest = replacement.chars();
        while let Some(character) = rest.next() {
            match character {
                '\\' => out.push(
                    rest.next()
                        .ok_or_else(|| illegal("character to be escaped is missing"))?,
                ),
                '$' => self.expand_group(&mut rest, captures, out)?,
                other => out.push(other),
            }
        }
        Ok(())
    }

    fn expand_group(
        &self,
        rest: &mut std::str::Chars<'_>,
        captures: &Captures<'_>,
        out: &mut String,
    ) -> Result<(), Failure> {
        let group = match rest.clone().next() {
            None => return Err(illegal("Illegal group reference: group index is missing")),
            Some('{') => {
                rest.next();
                captures.name(&self.group_name(rest)?)
            }
            Some(_) => captures.get(group_index(rest, captures.len() - 1)?),
        };
        out.push_str(group.map_or("", |group| group.as_str()));
        Ok(())
    }

    fn group_name(&self, rest: &mut std::str::Chars<'_>) -> Result<String, Failure> {
        let text = rest.as_str();
        let end = text.find(|character: char| !character.is_ascii_alphanumeric());
        let (name, behind) = text.split_at(end.unwrap_or(text.len()));
        if name.is_empty() {
            return Err(illegal("named capturing group has 0 length name"));
        }
        let Some(behind) = behind.strip_prefix('}') else {
            return Err(illegal("named capturing group is missing trailing '}'"));
        };
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(illegal(&format!(
                "capturing group name {{{name}}} starts with digit character"
            )));
        }
        if !self
            .anywhere
            .capture_names()
            .flatten()
            .any(|known| known == name)
        {
            return Err(illegal(&format!("No group with name {{{name}}}")));
        }
        *rest = behind.chars();
        Ok(name.to_owned())
    }
}

/// The number of a group: as many digits as make the number of a group that exists.
fn group_index(rest: &mut std::str::Chars<'_>, count: usize) -> Result<usize, Failure> {
    let digit = |rest: &std::str::Chars<'_>| {
        let next = rest.clone().next()?;
        Some(next.to_digit(10)? as usize)
    };
    let mut index = digit(rest).ok_or_else(|| illegal("Illegal group reference"))?;
    rest.next();
    if index > count {
        return Err(Failure::new(
            "java.lang.IndexOutOfBoundsException",
            format!("No group {index}"),
        ));
    }
    while let Some(next) = digit(rest) {
        let longer = index.saturating_mul(10).saturating_add(next);
        if longer > count {
            break;
        }
        rest.next();
        index = longer;
    }
    Ok(index)
}

fn comment_end(pattern: &str) -> &'static str {
    if pattern.contains("(?x") { "\n" } else { "" }
}

fn illegal(message: &str) -> Failure {
    Failure::new("java.lang.IllegalArgumentException", message)
}

#[cfg(test)]
mod tests;
