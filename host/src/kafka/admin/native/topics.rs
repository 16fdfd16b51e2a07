//! Looking for a topic and making one, with the broker's own words when it refuses.
//!
//! rdkafka's safe `create_topics` gives the code of a refusal alone, and its metadata calls may make the topic
//! that is asked about.

use std::ffi::{CStr, CString, c_char, c_int};
use std::ptr;
use std::time::Instant;

use rdkafka::bindings as native;
use rdkafka::client::{Client, ClientContext};
use rdkafka::types::RDKafkaErrorCode;

use super::{Asked, Owned, check, exchange};
use crate::kafka::KafkaError;
use crate::kafka::admin::NewTopic;
use crate::kafka::admin::topics::zero_character;
use crate::kafka::error::ErrorCode;

/// What a broker says of one topic.
pub(in crate::kafka::admin) struct TopicOutcome {
    /// The topic's name.
    pub(in crate::kafka::admin) topic: String,
    /// Why it was refused, with the broker's words if it had any.
    pub(in crate::kafka::admin) error: Option<(ErrorCode, Option<String>)>,
}

/// A topic to be made, for librdkafka.
pub(in crate::kafka::admin) struct TopicToCreate {
    name: CString,
    partitions: c_int,
    replication_factor: c_int,
    configs: Vec<(CString, CString)>,
}

impl TopicToCreate {
    /// Refuses what librdkafka would not send: a zero character, which it takes for the end of a text, and
    /// numbers beyond its bounds.
    pub(in crate::kafka::admin) fn new(topic: &NewTopic) -> Result<Self, KafkaError> {
        let text = |text: &str| CString::new(text).map_err(|_| zero_character());
        let within = |what, number: Option<i32>, most| match number.unwrap_or(-1) {
            number if number <= most => Ok(number),
            number => Err(KafkaError::Invalid {
                what,
                reason: format!("{number} for topic {} is more than {most}", topic.name),
            }),
        };
        let configs = topic.configs.iter();
        Ok(Self {
            name: text(&topic.name)?,
            partitions: within("number of partitions", topic.partitions, 100_000)?,
            replication_factor: within("replication factor", topic.replication_factor, 10_000)?,
            configs: configs
                .map(|(key, value)| Ok((text(key)?, text(value)?)))
                .collect::<Result<_, _>>()?,
        })
    }
}

/// Asks for a topic without making it. One outcome, unless librdkafka breaks its word.
pub(in crate::kafka::admin) fn describe_topic<C: ClientContext>(
    client: &Client<C>,
    topic: &CStr,
    deadline: Instant,
    go_on: impl Fn() -> bool,
) -> Result<Vec<TopicOutcome>, ErrorCode> {
    exchange(
        client,
        native::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS,
        deadline,
        go_on,
        |asked| {
            let mut names = [topic.as_ptr()];
            // SAFETY: one name is there, zero-terminated; librdkafka copies it.
            let names =
                unsafe { native::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), 1) };
            let names = Owned::new(names, native::rd_kafka_TopicCollection_destroy)?;
            let (options, queue) = (asked.options.pointer, asked.queue.pointer);
            // SAFETY: all pointers are alive; librdkafka copies the names.
            unsafe { native::rd_kafka_DescribeTopics(asked.client, names.pointer, options, queue) };
            Some(())
        },
        |event| {
            // SAFETY: the event is alive and the result of this call. Results live as long as their event; there
            // are as many as librdkafka counts.
            unsafe {
                check(native::rd_kafka_event_error(event.pointer))?;
                let result = native::rd_kafka_event_DescribeTopics_result(event.pointer);
                if result.is_null() {
                    return Err(ErrorCode::from_rdkafka(RDKafkaErrorCode::BadMessage));
                }
                let mut count = 0_usize;
                let topics = native::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
                let outcomes = (0..count).map(|index| {
                    let topic = *topics.add(index);
                    let error = native::rd_kafka_TopicDescription_error(topic);
                    let code = if error.is_null() {
                        Ok(())
                    } else {
                        check(native::rd_kafka_error_code(error))
                    };
                    TopicOutcome {
                        topic: text(native::rd_kafka_TopicDescription_name(topic))
                            .unwrap_or_default(),
                        error: code.err().map(|code| (code, None)),
                    }
                });
                Ok(outcomes.collect())
            }
        },
    )
}

/// Makes topics; one outcome each.
pub(in crate::kafka::admin) fn create_topics<C: ClientContext>(
    client: &Client<C>,
    topics: &[TopicToCreate],
    deadline: Instant,
    go_on: impl Fn() -> bool,
) -> Result<Vec<TopicOutcome>, ErrorCode> {
    exchange(
        client,
        native::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_CREATETOPICS,
        deadline,
        go_on,
        |asked| {
            wait_for_propagation(asked, deadline);
            let owned: Vec<_> = topics.iter().map(new_topic).collect::<Option<_>>()?;
            let mut pointers: Vec<_> = owned.iter().map(|topic| topic.pointer).collect();
            let (options, queue) = (asked.options.pointer, asked.queue.pointer);
            // SAFETY: all pointers are alive, and there are as many topics as said; librdkafka copies them.
            unsafe {
                native::rd_kafka_CreateTopics(
                    asked.client,
                    pointers.as_mut_ptr(),
                    pointers.len(),
                    options,
                    queue,
                );
            }
            Some(())
        },
        |event| {
            // SAFETY: as for describing.
            unsafe {
                check(native::rd_kafka_event_error(event.pointer))?;
                let result = native::rd_kafka_event_CreateTopics_result(event.pointer);
                if result.is_null() {
                    return Err(ErrorCode::from_rdkafka(RDKafkaErrorCode::BadMessage));
                }
                let mut count = 0_usize;
                let topics = native::rd_kafka_CreateTopics_result_topics(result, &raw mut count);
                let outcomes = (0..count).map(|index| {
                    let topic = *topics.add(index);
                    let code = check(native::rd_kafka_topic_result_error(topic));
                    TopicOutcome {
                        topic: text(native::rd_kafka_topic_result_name(topic)).unwrap_or_default(),
                        error: code.err().map(|code| {
                            (
                                code,
                                text(native::rd_kafka_topic_result_error_string(topic)),
                            )
                        }),
                    }
                });
                Ok(outcomes.collect())
            }
        },
    )
}

/// Lets the broker answer when the topic is there, and not at once.
fn wait_for_propagation(asked: &Asked, deadline: Instant) {
    let remaining = deadline.saturating_duration_since(Instant::now());
    let timeout_ms = c_int::try_from(remaining.as_millis()).unwrap_or(c_int::MAX);
    // SAFETY: the options are alive, and no error text is wanted. A timeout out of range leaves the default.
    unsafe {
        native::rd_kafka_AdminOptions_set_operation_timeout(
            asked.options.pointer,
            timeout_ms,
            ptr::null_mut(),
            0,
        );
    }
}

/// None when librdkafka refuses the numbers or a setting.
fn new_topic(topic: &TopicToCreate) -> Option<Owned<native::rd_kafka_NewTopic_t>> {
    // SAFETY: the name is zero-terminated, and no error text is wanted; librdkafka copies texts. The topic is
    // given back by its owner.
    unsafe {
        let made = native::rd_kafka_NewTopic_new(
            topic.name.as_ptr(),
            topic.partitions,
            topic.replication_factor,
            ptr::null_mut(),
            0,
        );
        let made = Owned::new(made, native::rd_kafka_NewTopic_destroy)?;
        for (key, value) in &topic.configs {
            check(native::rd_kafka_NewTopic_set_config(
                made.pointer,
                key.as_ptr(),
                value.as_ptr(),
            ))
            .ok()?;
        }
        Some(made)
    }
}

/// Copies a text; null is none.
///
/// # Safety
///
/// The pointer is null, or to a zero-terminated text.
unsafe fn text(pointer: *const c_char) -> Option<String> {
    if pointer.is_null() {
        return None;
    }
    // SAFETY: as the caller promises.
    let text = unsafe { CStr::from_ptr(pointer) };
    Some(text.to_string_lossy().into_owned())
}
