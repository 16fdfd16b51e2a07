//! Records that wait for an answer of a guest, and answers that wait for their record.

use std::collections::VecDeque;

use crate::errors::Failure;

/// LIMIT: bytes of one call to a guest, as far as one record does not have more. A guest may answer
/// with several times as much.
pub(super) const CALL_BYTES_MAX: usize = 4 << 20;
/// LIMIT: records of one call.
pub(super) const CALL_RECORDS_MAX: usize = 10_000;

/// The answers of one stage, by the positions of records.
pub(super) struct Waiting<A> {
    /// What was announced since the last call, with the failure of what no call can carry.
    announced: Vec<(u32, Option<Failure>)>,
    answers: VecDeque<(u32, Result<A, Failure>)>,
    position: u32,
}

impl<A> Default for Waiting<A> {
    fn default() -> Self {
        Self {
            announced: Vec::new(),
            answers: VecDeque::new(),
            position: 0,
        }
    }
}

impl<A> Waiting<A> {
    pub fn begin(&mut self) {
        self.announced.clear();
        self.answers.clear();
        self.position = 0;
    }

    pub fn at(&mut self, position: u32) {
        self.position = position;
    }

    pub fn position(&self) -> u32 {
        self.position
    }

    /// Notes that a record is part of the next call.
    pub fn announce(&mut self, position: u32) {
        self.announced.push((position, None));
    }

    /// Notes that a record cannot be part of a call.
    pub fn refuse(&mut self, position: u32, failure: Failure) {
        self.announced.push((position, Some(failure)));
    }

    /// Whether the next call has a record.
    pub fn is_empty(&self) -> bool {
        self.announced.is_empty()
    }

    /// Gives every record that was announced its answer, in order; `next` reads the guest's.
    pub fn fill<E>(
        &mut self,
        mut next: impl FnMut() -> Result<Result<A, Failure>, E>,
    ) -> Result<(), E> {
        for (position, refused) in self.announced.drain(..) {
            let answer = match refused {
                Some(failure) => Err(failure),
                None => next()?,
            };
            // The answer for a record that comes again goes before those for later ones.
            let at = self
                .answers
                .iter()
                .position(|(other, _)| *other > position)
                .unwrap_or(self.answers.len());
            self.answers.insert(at, (position, answer));
        }
        Ok(())
    }

    /// The answer for the record at hand, which is used up.
    pub fn take(&mut self) -> Option<Result<A, Failure>> {
        self.forget_lower();
        let front = self.answers.front()?;
        if front.0 == self.position {
            self.answers.pop_front().map(|(_, answer)| answer)
        } else {
            None
        }
    }

    /// The answer for the record at hand, which stays unless it is a failure.
    pub fn peek(&mut self) -> Option<Result<A, Failure>>
    where
        A: Copy,
    {
        self.forget_lower();
        match self.answers.front()? {
            (position, _) if *position != self.position => None,
            (_, Ok(answer)) => Some(Ok(*answer)),
            (_, Err(_)) => self.answers.pop_front().map(|(_, answer)| answer),
        }
    }

    fn forget_lower(&mut self) {
        while self
            .answers
            .front()
            .is_some_and(|(position, _)| *position < self.position)
        {
            self.answers.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_find_their_records() {
        let mut waiting = Waiting::default();
        waiting.announce(0);
        waiting.refuse(1, Failure::data("no"));
        waiting.announce(3);
        let mut next = 10..;
        let mut fill = |waiting: &mut Waiting<i32>| {
            waiting.fill(|| Ok::<_, ()>(Ok(next.next().unwrap_or_default())))
        };
        fill(&mut waiting).expect("answers");
        assert_eq!(waiting.take(), Some(Ok(10)));
        assert_eq!(waiting.take(), None);
        waiting.at(1);
        assert_eq!(waiting.peek(), Some(Err(Failure::data("no"))));
        assert_eq!(waiting.peek(), None);
        // It comes again, before the answer for position 3.
        waiting.announce(1);
        fill(&mut waiting).expect("answers");
        assert_eq!(
            (waiting.peek(), waiting.peek()),
            (Some(Ok(12)), Some(Ok(12)))
        );
        waiting.at(2);
        assert_eq!(waiting.take(), None);
        waiting.at(3);
        assert_eq!(waiting.take(), Some(Ok(11)));
    }
}
