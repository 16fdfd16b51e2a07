//! What is wrong with a regular expression, in the words of Java's Pattern.
//!
//! Users write Java patterns. Whether one compiles is decided by the regex crate, which is what
//! will run it; the commonest mistakes are then told as Java tells them. Must not know keys.

use regex::Regex;

/// Why the pattern cannot be used; nothing if it can.
pub fn java_pattern_error(pattern: &str) -> Option<String> {
    let characters: Vec<char> = pattern.chars().collect();
    let mistake = Scanner::new(&characters).first_mistake();
    let error = match Regex::new(pattern) {
        Err(error) => error,
        // The crate repeats what is repeated already; Java refuses that. In free-spacing mode the
        // scanner does not know what is a comment.
        Ok(_) => {
            return mistake
                .filter(|mistake| mistake.text.starts_with(DANGLING) && !pattern.contains("(?x"))
                .map(|mistake| mistake.describe(pattern));
        }
    };
    if let Some(mistake) = mistake {
        return Some(mistake.describe(pattern));
    }
    // What Java would accept (look-around, back-references) and mistakes that are rarer.
    let text = error.to_string();
    let last = text.lines().last().unwrap_or(&text);
    Some(last.strip_prefix("error: ").unwrap_or(last).to_owned())
}

const DANGLING: &str = "Dangling meta character";
const RANGE: &str = "Illegal character range";

/// A mistake at a place, with Java's choice of whether to point at it.
struct Mistake {
    text: String,
    index: usize,
    points: bool,
}

impl Mistake {
    fn at(text: impl Into<String>, index: usize) -> Self {
        Self {
            text: text.into(),
            index,
            points: true,
        }
    }

    /// Java leaves the caret out when the place is the end of the pattern.
    fn at_end(text: impl Into<String>, index: usize) -> Self {
        Self {
            text: text.into(),
            index,
            points: false,
        }
    }

    fn describe(&self, pattern: &str) -> String {
        let mut text = format!("{} near index {}\n{pattern}", self.text, self.index);
        if self.points {
            text.push('\n');
            text.push_str(&" ".repeat(self.index));
            text.push('^');
        }
        text
    }
}

/// Walks a pattern as Java's compiler does, as far as the common mistakes need it.
struct Scanner<'a> {
    characters: &'a [char],
    position: usize,
    groups: usize,
    /// Whether a quantifier may stand here.
    repeatable: bool,
}

impl<'a> Scanner<'a> {
    fn new(characters: &'a [char]) -> Self {
        Self {
            characters,
            position: 0,
            groups: 0,
            repeatable: false,
        }
    }

    fn first_mistake(mut self) -> Option<Mistake> {
        while let Some(&character) = self.characters.get(self.position) {
            if let Some(mistake) = self.step(character) {
                return Some(mistake);
            }
        }
        (self.groups > 0).then(|| Mistake::at_end("Unclosed group", self.characters.len()))
    }

    fn step(&mut self, character: char) -> Option<Mistake> {
        let index = self.position;
        self.position += 1;
        match character {
            '\\' => {
                if self.position == self.characters.len() {
                    return Some(Mistake::at_end("Unexpected internal error", self.position));
                }
                self.position += 1;
                self.repeatable = true;
            }
            '[' => {
                self.repeatable = true;
                return self.skip_class();
            }
            '(' => {
                self.groups += 1;
                self.repeatable = false;
                return self.group_start();
            }
            ')' if self.groups == 0 => {
                let before = index.saturating_sub(1);
                return Some(Mistake::at("Unmatched closing ')'", before));
            }
            ')' => {
                self.groups -= 1;
                self.repeatable = true;
            }
            '|' => self.repeatable = false,
            '*' | '+' | '?' => return self.quantifier(character, index),
            '{' => return self.counted(index),
            _ => self.repeatable = true,
        }
        None
    }

    /// What follows the bracket that opens a group. The `?` of its flags or name is no quantifier.
    fn group_start(&mut self) -> Option<Mistake> {
        let rest = &self.characters[self.position..];
        let is_named = |name: &[char]| name.first().is_some_and(char::is_ascii_alphabetic);
        match rest {
            ['?', '<', name @ ..] if is_named(name) => {
                let letters = name
                    .iter()
                    .take_while(|letter| letter.is_ascii_alphanumeric());
                let end = self.position + 2 + letters.count();
                let text = "named capturing group is missing trailing '>'";
                match self.characters.get(end) {
                    Some('>') => self.position = end + 1,
                    Some(_) => return Some(Mistake::at(text, end)),
                    None => return Some(Mistake::at_end(text, end)),
                }
            }
            ['?', '<', first, ..] if !"=!".contains(*first) => {
                let text = "capturing group name does not start with a Latin letter";
                return Some(Mistake::at(text, self.position + 2));
            }
            ['?', rest @ ..] => {
                self.position += 1;
                let flags = rest.iter().take_while(|flag| "idmsuxU-".contains(**flag));
                let end = self.position + flags.count();
                match self.characters.get(end) {
                    None => return Some(Mistake::at_end("Unknown inline modifier", end)),
                    Some(flag) if flag.is_ascii_alphabetic() => {
                        return Some(Mistake::at("Unknown inline modifier", end));
                    }
                    // Flags for the rest of the pattern open no group.
                    Some(')') if end > self.position => {
                        self.groups -= 1;
                        self.position = end + 1;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        None
    }

    fn quantifier(&mut self, character: char, index: usize) -> Option<Mistake> {
        if !self.repeatable {
            let text = format!("{DANGLING} '{character}'");
            return Some(Mistake::at(text, index));
        }
        self.skip_laziness();
        None
    }

    /// A `?` (reluctant) or `+` (possessive) after a quantifier belongs to it.
    fn skip_laziness(&mut self) {
        if matches!(self.characters.get(self.position), Some('?' | '+')) {
            self.position += 1;
        }
        self.repeatable = false;
    }

    fn counted(&mut self, index: usize) -> Option<Mistake> {
        let rest = &self.characters[self.position..];
        match rest.first() {
            Some(first) if self.repeatable && first.is_ascii_digit() => {}
            None => return Some(Mistake::at_end("Illegal repetition", self.position)),
            // Java points one before the brace's successor, which is the brace itself.
            Some(_) => return Some(Mistake::at("Illegal repetition", index.max(1))),
        }
        let Some(length) = rest.iter().position(|&character| character == '}') else {
            return Some(Mistake::at_end(
                "Unclosed counted closure",
                self.characters.len(),
            ));
        };
        let bounds: String = rest[..length].iter().collect();
        self.position += length + 1;
        let bound = |text: &str| text.parse::<u64>().ok();
        if let Some((least, most)) = bounds.split_once(',')
            && let (Some(least), Some(most)) = (bound(least), bound(most))
            && most < least
        {
            return Some(Mistake::at("Illegal repetition range", self.position - 1));
        }
        self.skip_laziness();
        None
    }

    /// Skips a class. A `]` that is the first item is an item.
    fn skip_class(&mut self) -> Option<Mistake> {
        let mut depth = 1;
        if self.characters.get(self.position) == Some(&'^') {
            self.position += 1;
        }
        if self.characters.get(self.position) == Some(&']') {
            self.position += 1;
        }
        while depth > 0 {
            match self.characters.get(self.position) {
                None => {
                    let last = self.characters.len() - 1;
                    return Some(Mistake::at("Unclosed character class", last));
                }
                Some('\\') => self.position += 1,
                Some('[') => depth += 1,
                Some(']') => depth -= 1,
                Some(&first) if self.characters.get(self.position + 1) == Some(&'-') => {
                    self.position += 1;
                    match self.characters.get(self.position + 1) {
                        None => {
                            let index = self.position + 1;
                            return Some(Mistake::at_end(RANGE, index));
                        }
                        Some('[' | ']' | '\\') => {}
                        Some(&last) if last < first => {
                            return Some(Mistake::at(RANGE, self.position + 1));
                        }
                        Some(_) => self.position += 1,
                    }
                }
                Some(_) => {}
            }
            self.position += 1;
        }
        None
    }
}
