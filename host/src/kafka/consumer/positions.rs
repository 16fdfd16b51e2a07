//! Where reading of newly assigned partitions starts: the committed offset, or what `auto.offset.reset` says.
//!
//! Kafka counterpart: KafkaConsumer.position.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};

use super::context::SinkContext;
use crate::kafka::client_config::OffsetReset;
use crate::kafka::{KafkaError, TopicPartition};

const OPERATION: &str = "Finding the position of assigned partitions";
/// How long one try may take; between tries the caller is asked whether it still wants to know.
const TRY: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// How to find positions.
pub(super) struct Positions<'a> {
    pub(super) consumer: &'a BaseConsumer<SinkContext>,
    pub(super) reset: OffsetReset,
    pub(super) timeout: Duration,
    /// Says that nobody wants to know any more.
    pub(super) cancelled: &'a dyn Fn() -> bool,
}

impl Positions<'_> {
    /// The offset of the next record of each partition.
    pub(super) fn find(
        &self,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, i64)>, KafkaError> {
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        let deadline = Instant::now() + self.timeout;
        let mut found = Vec::with_capacity(partitions.len());
        let mut missing = Vec::new();
        let committed = self.retry(deadline, || {
            let list = unset(partitions, Offset::Invalid)?;
            self.consumer.committed_offsets(list, TRY)
        })?;
        for (partition, offset) in offsets(&committed) {
            match offset {
                Some(offset) => found.push((partition, offset)),
                None => missing.push(partition),
            }
        }
        if !missing.is_empty() {
            found.extend(self.reset(&missing, deadline)?);
        }
        Ok(found)
    }

    fn reset(
        &self,
        partitions: &[TopicPartition],
        deadline: Instant,
    ) -> Result<Vec<(TopicPartition, i64)>, KafkaError> {
        let wanted = match self.reset {
            OffsetReset::None => return Err(KafkaError::NoOffset(partitions[0].clone())),
            OffsetReset::Earliest => Offset::Beginning,
            OffsetReset::Latest => Offset::End,
            OffsetReset::ByDuration(duration) => {
                let age = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
                Offset::Offset(crate::clock::epoch_ms().saturating_sub(age).max(0))
            }
        };
        let mut found = self.list(partitions, wanted, deadline)?;
        // No record is that young: reading starts at the end.
        let none: Vec<TopicPartition> = partitions
            .iter()
            .filter(|partition| !found.iter().any(|(known, _)| known == *partition))
            .cloned()
            .collect();
        if !none.is_empty() {
            found.extend(self.list(&none, Offset::End, deadline)?);
        }
        Ok(found)
    }

    /// Asks the leaders. librdkafka sends the offset field as the timestamp of the request, where Kafka takes
    /// -2 and -1 for the beginning and the end, the same numbers as librdkafka's logical offsets.
    fn list(
        &self,
        partitions: &[TopicPartition],
        wanted: Offset,
        deadline: Instant,
    ) -> Result<Vec<(TopicPartition, i64)>, KafkaError> {
        let listed = self.retry(deadline, || {
            let list = unset(partitions, wanted)?;
            let list = self.consumer.offsets_for_times(list, TRY)?;
            match list
                .elements()
                .iter()
                .find_map(|element| element.error().err())
            {
                Some(error) => Err(error),
                None => Ok(list),
            }
        })?;
        Ok(offsets(&listed)
            .filter_map(|(partition, offset)| Some((partition, offset?)))
            .collect())
    }

    fn retry(
        &self,
        deadline: Instant,
        mut attempt: impl FnMut() -> Result<TopicPartitionList, rdkafka::error::KafkaError>,
    ) -> Result<TopicPartitionList, KafkaError> {
        loop {
            let error = match attempt() {
                Ok(list) => return Ok(list),
                Err(error) => KafkaError::from_rdkafka(OPERATION, &error),
            };
            if (self.cancelled)() {
                return Err(KafkaError::Closed("consumer"));
            }
            if !error.retriable() {
                return Err(error);
            }
            if Instant::now() >= deadline {
                return Err(KafkaError::TimedOut {
                    operation: OPERATION,
                    timeout: self.timeout,
                });
            }
            tracing::debug!(%error, "asking again for positions");
            std::thread::park_timeout(PAUSE);
        }
    }
}

fn unset(
    partitions: &[TopicPartition],
    offset: Offset,
) -> Result<TopicPartitionList, rdkafka::error::KafkaError> {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for partition in partitions {
        list.add_partition_offset(&partition.topic, partition.partition, offset)?;
    }
    Ok(list)
}

fn offsets(list: &TopicPartitionList) -> impl Iterator<Item = (TopicPartition, Option<i64>)> {
    list.elements().into_iter().map(|element| {
        let offset = match element.offset() {
            Offset::Offset(offset) if offset >= 0 => Some(offset),
            _ => None,
        };
        (
            TopicPartition::new(element.topic(), element.partition()),
            offset,
        )
    })
}
