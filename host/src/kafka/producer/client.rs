//! One librdkafka producer with its poll thread, and the table of the tasks that use it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::message::{BorrowedMessage, Headers as _, Message};
use rdkafka::producer::{BaseProducer, DeliveryResult, Producer, ProducerContext};

use super::slot::{TaskSlot, unpack};
use super::{Delivery, OwnedRecord, RecordMetadata, Undelivered};
use crate::kafka::bootstrap::BootstrapServers;
use crate::kafka::client_config::{ClientRole, TranslatedClient};
use crate::kafka::{KafkaError, log};

/// How long the poll thread sleeps in librdkafka without deliveries; bounds the time that closing takes.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// How long the poll thread sleeps by itself while no task has records in flight: rdkafka's `poll` spins through
/// the last millisecond of its timeout, which an idle worker would pay for ten times a second.
const IDLE_INTERVAL: Duration = Duration::from_secs(1);

/// Receives what librdkafka reports, on the poll thread.
pub(super) struct DeliveryContext {
    client_id: String,
    bootstrap: BootstrapServers,
    slots: RwLock<Vec<Option<Arc<TaskSlot>>>>,
}

impl ClientContext for DeliveryContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.bootstrap.logged(level);
        log::line(&self.client_id, level, facility, message);
    }

    fn error(&self, error: rdkafka::error::KafkaError, reason: &str) {
        self.bootstrap.trouble();
        log::client_error(&self.client_id, &error, reason);
    }
}

impl ProducerContext for DeliveryContext {
    type DeliveryOpaque = usize;

    fn delivery(&self, report: &DeliveryResult<'_>, opaque: usize) {
        let (index, sequence) = unpack(opaque);
        let (result, message) = match report {
            Ok(message) => {
                let metadata = RecordMetadata {
                    partition: message.partition(),
                    offset: message.offset(),
                };
                (Ok(metadata), message)
            }
            Err((error, message)) => {
                let undelivered = Undelivered {
                    error: KafkaError::from_rdkafka("Sending a record", error),
                    topic: message.topic().to_owned(),
                    record: owned(message),
                };
                (Err(Box::new(undelivered)), message)
            }
        };
        let bytes = message.key_len() + message.payload_len();
        let slots = self.slots.read().unwrap_or_else(PoisonError::into_inner);
        let done = match slots.get(index) {
            Some(Some(slot)) => slot.deliver(Delivery { sequence, result }, bytes),
            _ => false,
        };
        drop(slots);
        if done {
            self.free(index);
        }
    }
}

/// The record of a report, copied: librdkafka frees its own.
fn owned(message: &BorrowedMessage<'_>) -> OwnedRecord {
    let headers = message.headers().into_iter().flat_map(|headers| {
        let names = (0..headers.count()).map(|index| headers.get(index));
        names.map(|header| {
            let value: Option<&[u8]> = header.value;
            (header.key.to_owned(), value.map(<[u8]>::to_vec))
        })
    });
    OwnedRecord {
        timestamp: message.timestamp().to_millis(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers.collect(),
    }
}

impl DeliveryContext {
    fn free(&self, index: usize) {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)[index] = None;
    }
}

/// A producer client, shared by tasks. Dropping it gives up what is in flight and joins the poll thread.
pub(super) struct ProducerClient {
    producer: Arc<BaseProducer<DeliveryContext>>,
    active: Arc<AtomicUsize>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ProducerClient {
    pub(super) fn start(translated: &TranslatedClient) -> Result<Arc<Self>, KafkaError> {
        translated.log_warnings();
        let context = DeliveryContext {
            client_id: translated.client_id.clone(),
            bootstrap: BootstrapServers::new(&translated.bootstrap_servers),
            slots: RwLock::default(),
        };
        let producer: BaseProducer<DeliveryContext> = translated
            .to_rdkafka()
            .create_with_context(context)
            .map_err(|error| translated.construct_error(ClientRole::Producer, &error))?;
        let producer = Arc::new(producer);
        let stopping = Arc::new(AtomicBool::new(false));
        let active = Arc::new(AtomicUsize::new(0));
        let thread = thread::Builder::new()
            .name("kafka-producer".to_owned())
            .spawn({
                let (producer, stopping) = (Arc::clone(&producer), Arc::clone(&stopping));
                let active = Arc::clone(&active);
                move || {
                    while !stopping.load(Ordering::Acquire) {
                        if active.load(Ordering::Acquire) == 0 {
                            producer.poll(Duration::ZERO);
                            thread::park_timeout(IDLE_INTERVAL);
                        } else {
                            producer.poll(POLL_INTERVAL);
                        }
                        let client = producer.client();
                        client.context().bootstrap.tend(client);
                    }
                }
            })
            .map_err(|error| KafkaError::Construct {
                client: ClientRole::Producer.name(),
                reason: format!("no thread for it: {error}"),
            })?;
        Ok(Arc::new(Self {
            producer,
            active,
            stopping,
            thread: Some(thread),
        }))
    }

    pub(super) fn producer(&self) -> &BaseProducer<DeliveryContext> {
        &self.producer
    }

    /// How many tasks have records in flight.
    pub(super) fn active_tasks(&self) -> usize {
        self.active.load(Ordering::Relaxed)
    }

    pub(super) fn task_active(&self) {
        if self.active.fetch_add(1, Ordering::AcqRel) == 0 {
            self.wake();
        }
    }

    /// Ends the poll thread's own sleep, also one that has yet to begin.
    fn wake(&self) {
        if let Some(thread) = &self.thread {
            thread.thread().unpark();
        }
    }

    pub(super) fn task_idle(&self) {
        self.active.fetch_sub(1, Ordering::Relaxed);
    }

    /// A place for the deliveries of a task.
    pub(super) fn open_slot(&self) -> (u16, Arc<TaskSlot>) {
        let slot = Arc::new(TaskSlot::default());
        let mut slots = self.slots();
        let index = slots.iter().position(Option::is_none).unwrap_or_else(|| {
            slots.push(None);
            slots.len() - 1
        });
        slots[index] = Some(Arc::clone(&slot));
        let index = u16::try_from(index).expect("fewer than 65,536 tasks run in a worker");
        (index, slot)
    }

    /// Ends a task's use of its slot; it is used again once all its records have been reported.
    pub(super) fn close_slot(&self, index: u16, queued_total: u64) {
        let mut slots = self.slots();
        if let Some(entry) = slots.get_mut(usize::from(index))
            && entry.as_ref().is_some_and(|slot| slot.close(queued_total))
        {
            *entry = None;
        }
    }

    fn slots(&self) -> std::sync::RwLockWriteGuard<'_, Vec<Option<Arc<TaskSlot>>>> {
        let context = self.producer.client().context();
        context
            .slots
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ProducerClient {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::Release);
        self.wake();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the poll thread of a producer panicked");
        }
    }
}
