//! Splits text at `: , { } [ ] "`, each of which is a token of its own unless an odd number of
//! backslashes stands before it. Backslashes stay in the text.

/// Text being read, with one token of look-ahead.
pub(super) struct Tokenizer<'t> {
    original: &'t str,
    /// Where the next token that was not looked at begins.
    at: usize,
    ahead: Option<&'t str>,
    previous: Option<&'t str>,
}

/// The blanks that `String.trim` removes.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|character| character <= ' ')
}

impl<'t> Tokenizer<'t> {
    pub fn new(original: &'t str) -> Self {
        Self {
            original,
            at: 0,
            ahead: None,
            previous: None,
        }
    }

    pub fn original(&self) -> &'t str {
        self.original
    }

    /// Where the last token read, looked at or not, ends.
    pub fn position(&self) -> usize {
        self.at
    }

    /// A place to come back to.
    pub fn mark(&self) -> usize {
        self.at - self.ahead.map_or(0, str::len)
    }

    pub fn rewind(&mut self, mark: usize) {
        self.at = mark;
        self.ahead = None;
        self.previous = None;
    }

    pub fn has_next(&self) -> bool {
        self.ahead.is_some() || self.at < self.original.len()
    }

    /// The token that [`Tokenizer::next`] gave last.
    pub fn previous(&self) -> Option<&'t str> {
        self.previous
    }

    /// The next token, empty at the end.
    pub fn next(&mut self) -> &'t str {
        let token = self.ahead.take().unwrap_or_else(|| self.scan());
        self.previous = Some(token);
        token
    }

    /// The text of the next so many tokens; nothing is read when there are fewer.
    pub fn next_tokens(&mut self, count: usize) -> Option<&'t str> {
        let start = self.mark();
        for _ in 0..count {
            if !self.has_next() {
                self.rewind(start);
                return None;
            }
            self.next();
        }
        Some(&self.original[start..self.at])
    }

    /// Reads the next token if it is the expected one, blanks around it aside. Tokens of blanks
    /// before it are passed over even if it is not.
    pub fn consume(&mut self, expected: &str) -> bool {
        let mut ahead = match self.ahead {
            Some(token) => token,
            None if self.at < self.original.len() => self.scan(),
            None => return false,
        };
        while trim(ahead).is_empty() && self.at < self.original.len() {
            ahead = self.scan();
        }
        self.ahead = Some(ahead);
        let found = trim(ahead) == expected;
        if found {
            self.ahead = None;
        }
        found
    }

    fn scan(&mut self) -> &'t str {
        let start = self.at;
        let mut escaped = false;
        for (offset, byte) in self.original.as_bytes()[start..].iter().enumerate() {
            match byte {
                b'\\' => escaped = !escaped,
                b':' | b',' | b'{' | b'}' | b'[' | b']' | b'"' if !escaped => {
                    self.at = start + offset.max(1);
                    return &self.original[start..self.at];
                }
                _ => escaped = false,
            }
        }
        self.at = self.original.len();
        &self.original[start..]
    }
}
