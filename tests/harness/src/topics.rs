//! Topics as a test sees them: what is in them, byte by byte, and writing into them.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header as RdHeader, Headers, Message, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use rdkafka::{Offset, TopicPartitionList};

use crate::eventually;

const ANSWERS_WITHIN: Duration = Duration::from_secs(15);

/// Name and value of a record header.
pub type Header = (String, Option<Vec<u8>>);

/// A record of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicRecord {
    /// The partition; when writing, None leaves it to the partitioner.
    pub partition: Option<i32>,
    /// The offset; ignored when writing.
    pub offset: i64,
    /// Milliseconds since the epoch.
    pub timestamp: Option<i64>,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; None is a tombstone.
    pub value: Option<Vec<u8>>,
    /// The headers in their order.
    pub headers: Vec<Header>,
}

impl TopicRecord {
    /// A record with a value alone.
    pub fn of_value(value: impl Into<Vec<u8>>) -> TopicRecord {
        TopicRecord {
            value: Some(value.into()),
            ..TopicRecord::default()
        }
    }

    /// The value as text; panics when there is none.
    #[track_caller]
    pub fn text(&self) -> &str {
        let value = self.value.as_deref().expect("the record has a value");
        std::str::from_utf8(value).expect("the value is text")
    }
}

/// The topics of a broker.
#[derive(Clone)]
pub struct Topics {
    bootstrap: String,
}

impl Topics {
    /// The topics of the broker at `host:port`.
    pub fn new(bootstrap: &str) -> Topics {
        Topics {
            bootstrap: bootstrap.to_owned(),
        }
    }

    fn config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.bootstrap);
        config.set("log_level", "2");
        config
    }

    fn consumer(&self) -> anyhow::Result<BaseConsumer> {
        let mut config = self.config();
        config
            .set("group.id", "connect-harness")
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "false")
            .set("auto.offset.reset", "error")
            .set("fetch.wait.max.ms", "50")
            .set("fetch.queue.backoff.ms", "20")
            .set("allow.auto.create.topics", "false");
        Ok(config.create()?)
    }

    /// Creates a topic; panics when that fails.
    #[track_caller]
    pub fn create(&self, topic: &str, partitions: i32) {
        self.create_with(topic, partitions, &[]);
    }

    /// Creates a topic with settings; panics when that fails.
    #[track_caller]
    pub fn create_with(&self, topic: &str, partitions: i32, settings: &[(&str, &str)]) {
        let admin: AdminClient<DefaultClientContext> =
            self.config().create().expect("an admin client can be made");
        let mut new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        for (key, value) in settings {
            new = new.set(key, value);
        }
        let results = block_on(admin.create_topics(
            [&new],
            &AdminOptions::new().operation_timeout(Some(ANSWERS_WITHIN)),
        ));
        for result in results.expect("the broker answers") {
            result.unwrap_or_else(|(topic, code)| panic!("cannot create {topic}: {code}"));
        }
    }

    /// The names of all topics.
    pub fn names(&self) -> anyhow::Result<Vec<String>> {
        let metadata = self.consumer()?.fetch_metadata(None, ANSWERS_WITHIN)?;
        Ok(metadata
            .topics()
            .iter()
            .map(|topic| topic.name().to_owned())
            .collect())
    }

    /// Number of partitions; 0 when the topic does not exist.
    pub fn partitions(&self, topic: &str) -> anyhow::Result<usize> {
        Ok(partitions(&self.consumer()?, topic)?.len())
    }

    /// The value of a topic's setting.
    pub fn setting(&self, topic: &str, key: &str) -> anyhow::Result<Option<String>> {
        let admin: AdminClient<DefaultClientContext> = self.config().create()?;
        let options = AdminOptions::new().request_timeout(Some(ANSWERS_WITHIN));
        let resource = ResourceSpecifier::Topic(topic);
        let described = admin.describe_configs([&resource], &options);
        let found = block_on(described)?.into_iter().next();
        let settings = found
            .context("the broker describes the topic")?
            .map_err(|code| anyhow::anyhow!("cannot describe {topic}: {code}"))?;
        Ok(settings.get(key).and_then(|entry| entry.value.clone()))
    }

    /// Number of records in all partitions, by watermarks; none when the topic does not exist.
    pub fn count(&self, topic: &str) -> anyhow::Result<u64> {
        count(&self.consumer()?, topic)
    }

    /// A counter that keeps its connection, for repeated looks.
    pub fn counter(&self, topic: &str) -> impl FnMut() -> anyhow::Result<u64> {
        let consumer = self.consumer();
        let topic = topic.to_owned();
        move || match &consumer {
            Ok(consumer) => count(consumer, &topic),
            Err(error) => bail!("{error:#}"),
        }
    }

    /// Waits until the topic has at least `records` records.
    #[track_caller]
    pub fn await_count(&self, topic: &str, records: u64, deadline: Duration) {
        let mut counter = self.counter(topic);
        eventually(
            &format!("{topic} has {records} records"),
            deadline,
            || match counter() {
                Ok(found) if found >= records => Ok(()),
                Ok(found) => Err(format!("{found} records")),
                Err(error) => Err(format!("{error:#}")),
            },
        );
    }

    /// Waits until the topic has at least `records` records and gives all that it has.
    #[track_caller]
    pub fn await_records(&self, topic: &str, records: u64, deadline: Duration) -> Vec<TopicRecord> {
        self.await_count(topic, records, deadline);
        self.read(topic)
    }

    /// All records that are in the topic now, by partition and offset.
    #[track_caller]
    pub fn read(&self, topic: &str) -> Vec<TopicRecord> {
        let mut records = Vec::new();
        self.scan(topic, |record| records.push(record))
            .unwrap_or_else(|error| panic!("cannot read {topic}: {error:#}"));
        records.sort_by_key(|record| (record.partition, record.offset));
        records
    }

    /// Calls `each` for all records that are in the topic now, in order within a partition.
    pub fn scan(&self, topic: &str, mut each: impl FnMut(TopicRecord)) -> anyhow::Result<()> {
        let consumer = self.consumer()?;
        let mut left = TopicPartitionList::new();
        let mut ends = Vec::new();
        for partition in partitions(&consumer, topic)? {
            let (low, high) = consumer.fetch_watermarks(topic, partition, ANSWERS_WITHIN)?;
            if low < high {
                left.add_partition_offset(topic, partition, Offset::Offset(low))?;
                ends.push((partition, high));
            }
        }
        consumer.assign(&left)?;
        let mut last_progress = Instant::now();
        while !ends.is_empty() {
            let Some(message) = consumer.poll(Duration::from_millis(200)) else {
                if last_progress.elapsed() > ANSWERS_WITHIN {
                    bail!("nothing arrives any more; still to read: {ends:?}");
                }
                continue;
            };
            let message = message?;
            last_progress = Instant::now();
            let (partition, offset) = (message.partition(), message.offset());
            // A transaction marker may be the last entry, so what counts is having come close.
            let Some(at) = ends.iter().position(|(at, _)| *at == partition) else {
                continue;
            };
            let high = ends[at].1;
            if offset < high {
                each(record(&message));
            }
            if offset + 1 >= high {
                ends.swap_remove(at);
            }
        }
        Ok(())
    }

    /// What arrives in a topic from now on: each call waits for the next record of partition 0, at
    /// most as long as it is told.
    pub fn tail(
        &self,
        topic: &str,
    ) -> anyhow::Result<impl FnMut(Duration) -> Option<TopicRecord> + use<>> {
        let mut config = self.config();
        config
            .set("group.id", "connect-harness")
            .set("enable.auto.commit", "false")
            .set("fetch.wait.max.ms", "500");
        let consumer: BaseConsumer = config.create()?;
        let (_, high) = consumer.fetch_watermarks(topic, 0, ANSWERS_WITHIN)?;
        let mut assignment = TopicPartitionList::new();
        assignment.add_partition_offset(topic, 0, Offset::Offset(high))?;
        consumer.assign(&assignment)?;
        Ok(move |wait| match consumer.poll(wait) {
            Some(Ok(message)) => Some(record(&message)),
            _ => None,
        })
    }

    /// Writes records and waits until the broker has them.
    #[track_caller]
    pub fn write(&self, topic: &str, records: &[TopicRecord]) {
        self.write_all(topic, records.iter().cloned())
            .unwrap_or_else(|error| panic!("cannot write to {topic}: {error:#}"));
    }

    /// Writes many records and waits until the broker has them.
    pub fn write_all(
        &self,
        topic: &str,
        records: impl Iterator<Item = TopicRecord>,
    ) -> anyhow::Result<()> {
        let mut config = self.config();
        config
            .set("linger.ms", "5")
            .set("enable.idempotence", "true");
        let producer: BaseProducer = config.create()?;
        for record in records {
            let mut headers = OwnedHeaders::new();
            for (key, value) in &record.headers {
                headers = headers.insert(RdHeader {
                    key,
                    value: value.as_deref(),
                });
            }
            let mut next = BaseRecord::<[u8], [u8]>::to(topic);
            next.partition = record.partition;
            next.timestamp = record.timestamp;
            next.key = record.key.as_deref();
            next.payload = record.value.as_deref();
            next.headers = (!record.headers.is_empty()).then_some(headers);
            while let Err((error, back)) = producer.send(next) {
                match error.rdkafka_error_code() {
                    Some(rdkafka::types::RDKafkaErrorCode::QueueFull) => {
                        producer.poll(Duration::from_millis(20));
                        next = back;
                    }
                    _ => return Err(error.into()),
                }
            }
            producer.poll(Duration::ZERO);
        }
        producer
            .flush(Duration::from_secs(60))
            .context("not all records were taken")
    }

    /// The committed offset of a consumer group in each partition of a topic that has one.
    pub fn committed(&self, group: &str, topic: &str) -> anyhow::Result<Vec<(i32, i64)>> {
        let mut config = self.config();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false");
        let consumer: BaseConsumer = config.create()?;
        let mut wanted = TopicPartitionList::new();
        for partition in partitions(&consumer, topic)? {
            wanted.add_partition(topic, partition);
        }
        let found = consumer.committed_offsets(wanted, ANSWERS_WITHIN)?;
        Ok(found
            .elements()
            .iter()
            .filter_map(|element| match element.offset() {
                Offset::Offset(offset) => Some((element.partition(), offset)),
                _ => None,
            })
            .collect())
    }
}

fn partitions(consumer: &BaseConsumer, topic: &str) -> anyhow::Result<Vec<i32>> {
    let metadata = consumer.fetch_metadata(Some(topic), ANSWERS_WITHIN)?;
    let found = metadata.topics().iter().find(|found| found.name() == topic);
    Ok(found.map_or_else(Vec::new, |topic| {
        topic
            .partitions()
            .iter()
            .map(|partition| partition.id())
            .collect()
    }))
}

fn count(consumer: &BaseConsumer, topic: &str) -> anyhow::Result<u64> {
    let mut records = 0;
    for partition in partitions(consumer, topic)? {
        let (low, high) = consumer.fetch_watermarks(topic, partition, ANSWERS_WITHIN)?;
        records += u64::try_from(high - low).unwrap_or(0);
    }
    Ok(records)
}

fn record(message: &impl Message) -> TopicRecord {
    let headers = message.headers().map_or_else(Vec::new, |headers| {
        headers
            .iter()
            .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
            .collect()
    });
    TopicRecord {
        partition: Some(message.partition()),
        offset: message.offset(),
        timestamp: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers,
    }
}

/// Waits for a future of the admin client, whose results come from a thread of its own.
fn block_on<F: Future>(future: F) -> F::Output {
    use std::sync::Arc;
    use std::task::{Context, Poll, Wake, Waker};

    struct Unpark(std::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => std::thread::park(),
        }
    }
}
