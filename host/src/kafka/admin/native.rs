//! librdkafka's admin calls on one consumer group, for which rdkafka has no safe functions; those on topics are in
//! `native/topics.rs`.
//!
//! Owns every pointer of such a call: what is made for it is given back here, and results are copied out. One
//! call is one request to the group's coordinator. Must not know which errors are worth another try.

#![expect(
    unsafe_code,
    reason = "rdkafka does not wrap these calls; ARCHITECTURE.md names this file"
)]

use std::ffi::{CStr, c_int};
use std::ptr;
use std::time::Instant;

use rdkafka::bindings as native;
use rdkafka::client::{Client, ClientContext};
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaErrorCode;

use crate::kafka::error::ErrorCode;

pub(super) mod topics;

/// LIMIT: longest wait for a result before the caller gets a chance to serve its client's other events.
const SLICE_MS: c_int = 50;

/// What is asked of a group's coordinator.
pub(super) enum GroupCall {
    /// All committed offsets.
    ListOffsets,
    /// Commits offsets without being a member. The list is not empty, and no offset is negative.
    AlterOffsets(TopicPartitionList),
    /// Deletes committed offsets. The list is not empty.
    DeleteOffsets(TopicPartitionList),
    /// Deletes the group with all its offsets.
    DeleteGroup,
}

/// What became of one partition.
pub(super) struct PartitionOutcome {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) error: Option<ErrorCode>,
}

/// Something of librdkafka's with the function that gives it back.
struct Owned<T> {
    pointer: *mut T,
    destroy: unsafe extern "C" fn(*mut T),
}

impl<T> Owned<T> {
    /// None when librdkafka gave nothing.
    fn new(pointer: *mut T, destroy: unsafe extern "C" fn(*mut T)) -> Option<Self> {
        (!pointer.is_null()).then_some(Self { pointer, destroy })
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the pointer is one that librdkafka gave out for this function; it is given back once.
        unsafe { (self.destroy)(self.pointer) }
    }
}

/// Makes a call and waits for its result until `deadline`; `go_on` is called now and then meanwhile, and ends the
/// wait when it says no.
///
/// The client must be a consumer with a `group.id`: in one without, librdkafka dereferences a null pointer when
/// the coordinator has moved or is still loading.
pub(super) fn call<C: ClientContext>(
    client: &Client<C>,
    group: &CStr,
    call: &GroupCall,
    deadline: Instant,
    go_on: impl Fn() -> bool,
) -> Result<Vec<PartitionOutcome>, ErrorCode> {
    use native::rd_kafka_admin_op_t as op;
    let operation = match call {
        GroupCall::ListOffsets => op::RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS,
        GroupCall::AlterOffsets(_) => op::RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS,
        GroupCall::DeleteOffsets(_) => op::RD_KAFKA_ADMIN_OP_DELETECONSUMERGROUPOFFSETS,
        GroupCall::DeleteGroup => op::RD_KAFKA_ADMIN_OP_DELETEGROUPS,
    };
    exchange(
        client,
        operation,
        deadline,
        go_on,
        // SAFETY: the pointers are alive, the group is zero-terminated, and the lists outlive the call; librdkafka
        // copies what it is given before it returns.
        |asked| unsafe { send(asked, group, call) },
        // SAFETY: the event is alive, and it is the result of this call: nothing else uses the queue.
        |event| unsafe { outcome(event, call) },
    )
}

/// What every request needs; alive while an exchange lasts.
struct Asked {
    client: *mut native::rd_kafka_t,
    options: Owned<native::rd_kafka_AdminOptions_t>,
    queue: Owned<native::rd_kafka_queue_t>,
}

/// Enqueues a request with `send` and waits for its result until `deadline`, which `outcome` copies out. `go_on`
/// is called now and then meanwhile, and ends the wait when it says no.
fn exchange<C: ClientContext, T>(
    client: &Client<C>,
    operation: native::rd_kafka_admin_op_t,
    deadline: Instant,
    go_on: impl Fn() -> bool,
    send: impl FnOnce(&Asked) -> Option<()>,
    outcome: impl FnOnce(&Owned<native::rd_kafka_event_t>) -> Result<T, ErrorCode>,
) -> Result<T, ErrorCode> {
    let failed = || ErrorCode::from_rdkafka(RDKafkaErrorCode::Fail);
    let client = client.native_ptr();
    // SAFETY: the client lives until this function returns, and the queue is given back before.
    let queue = unsafe { native::rd_kafka_queue_new(client) };
    let queue = Owned::new(queue, native::rd_kafka_queue_destroy).ok_or_else(failed)?;
    let remaining = deadline.saturating_duration_since(Instant::now());
    let timeout_ms = c_int::try_from(remaining.as_millis())
        .unwrap_or(c_int::MAX)
        .max(1);
    let options = options(client, operation, timeout_ms).ok_or_else(failed)?;
    let asked = Asked {
        client,
        options,
        queue,
    };
    send(&asked).ok_or_else(failed)?;
    loop {
        // SAFETY: the queue is alive. What comes out of it belongs to the caller.
        let event = unsafe { native::rd_kafka_queue_poll(asked.queue.pointer, SLICE_MS) };
        if let Some(event) = Owned::new(event, native::rd_kafka_event_destroy) {
            return outcome(&event);
        }
        // librdkafka reports its own timeout as a result; this is for the case that it does not.
        if Instant::now() > deadline + std::time::Duration::from_secs(1) {
            return Err(ErrorCode::from_rdkafka(RDKafkaErrorCode::OperationTimedOut));
        }
        if !go_on() {
            return Err(ErrorCode::from_rdkafka(RDKafkaErrorCode::BrokerDestroy));
        }
    }
}

fn options(
    client: *mut native::rd_kafka_t,
    operation: native::rd_kafka_admin_op_t,
    timeout_ms: c_int,
) -> Option<Owned<native::rd_kafka_AdminOptions_t>> {
    // SAFETY: the client is alive; the options are given back by their owner.
    let options = unsafe { native::rd_kafka_AdminOptions_new(client, operation) };
    let options = Owned::new(options, native::rd_kafka_AdminOptions_destroy)?;
    // SAFETY: the options are alive, and no error text is wanted. A timeout out of range leaves the default.
    unsafe {
        native::rd_kafka_AdminOptions_set_request_timeout(
            options.pointer,
            timeout_ms,
            ptr::null_mut(),
            0,
        );
    }
    Some(options)
}

/// Enqueues the request.
///
/// # Safety
///
/// All pointers are alive during the call.
unsafe fn send(asked: &Asked, group: &CStr, call: &GroupCall) -> Option<()> {
    let (client, options, queue) = (asked.client, asked.options.pointer, asked.queue.pointer);
    let group = group.as_ptr();
    // SAFETY: as the caller promises; each request is given back at the end of its arm, after librdkafka has
    // copied it.
    unsafe {
        match call {
            GroupCall::ListOffsets => {
                let request = Owned::new(
                    native::rd_kafka_ListConsumerGroupOffsets_new(group, ptr::null()),
                    native::rd_kafka_ListConsumerGroupOffsets_destroy,
                )?;
                let mut requests = [request.pointer];
                native::rd_kafka_ListConsumerGroupOffsets(
                    client,
                    requests.as_mut_ptr(),
                    1,
                    options,
                    queue,
                );
            }
            GroupCall::AlterOffsets(offsets) => {
                let request = Owned::new(
                    native::rd_kafka_AlterConsumerGroupOffsets_new(group, offsets.ptr()),
                    native::rd_kafka_AlterConsumerGroupOffsets_destroy,
                )?;
                let mut requests = [request.pointer];
                native::rd_kafka_AlterConsumerGroupOffsets(
                    client,
                    requests.as_mut_ptr(),
                    1,
                    options,
                    queue,
                );
            }
            GroupCall::DeleteOffsets(partitions) => {
                let request = Owned::new(
                    native::rd_kafka_DeleteConsumerGroupOffsets_new(group, partitions.ptr()),
                    native::rd_kafka_DeleteConsumerGroupOffsets_destroy,
                )?;
                let mut requests = [request.pointer];
                native::rd_kafka_DeleteConsumerGroupOffsets(
                    client,
                    requests.as_mut_ptr(),
                    1,
                    options,
                    queue,
                );
            }
            GroupCall::DeleteGroup => {
                let request = Owned::new(
                    native::rd_kafka_DeleteGroup_new(group),
                    native::rd_kafka_DeleteGroup_destroy,
                )?;
                let mut requests = [request.pointer];
                native::rd_kafka_DeleteGroups(client, requests.as_mut_ptr(), 1, options, queue);
            }
        }
    }
    Some(())
}

/// Copies the result out of an event.
///
/// # Safety
///
/// The event is alive and the result of `call`.
unsafe fn outcome(
    event: &Owned<native::rd_kafka_event_t>,
    call: &GroupCall,
) -> Result<Vec<PartitionOutcome>, ErrorCode> {
    let mut count = 0_usize;
    // SAFETY: as the caller promises. An event of another kind than the function expects gives null. Results
    // live as long as their event.
    unsafe {
        let event = event.pointer;
        check(native::rd_kafka_event_error(event))?;
        let groups = match call {
            GroupCall::ListOffsets => {
                let result = native::rd_kafka_event_ListConsumerGroupOffsets_result(event);
                (!result.is_null()).then(|| {
                    native::rd_kafka_ListConsumerGroupOffsets_result_groups(result, &raw mut count)
                })
            }
            GroupCall::AlterOffsets(_) => {
                let result = native::rd_kafka_event_AlterConsumerGroupOffsets_result(event);
                (!result.is_null()).then(|| {
                    native::rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &raw mut count)
                })
            }
            GroupCall::DeleteOffsets(_) => {
                let result = native::rd_kafka_event_DeleteConsumerGroupOffsets_result(event);
                (!result.is_null()).then(|| {
                    native::rd_kafka_DeleteConsumerGroupOffsets_result_groups(
                        result,
                        &raw mut count,
                    )
                })
            }
            GroupCall::DeleteGroup => {
                let result = native::rd_kafka_event_DeleteGroups_result(event);
                (!result.is_null())
                    .then(|| native::rd_kafka_DeleteGroups_result_groups(result, &raw mut count))
            }
        };
        let group = match groups {
            Some(groups) if !groups.is_null() && count > 0 => *groups,
            _ => return Err(ErrorCode::from_rdkafka(RDKafkaErrorCode::BadMessage)),
        };
        let error = native::rd_kafka_group_result_error(group);
        if !error.is_null() {
            check(native::rd_kafka_error_code(error))?;
        }
        Ok(partitions(native::rd_kafka_group_result_partitions(group)))
    }
}

fn check(code: native::rd_kafka_resp_err_t) -> Result<(), ErrorCode> {
    match code as i32 {
        0 => Ok(()),
        number => Err(ErrorCode::new(number)),
    }
}

/// Copies a list; null is an empty one.
///
/// # Safety
///
/// The list is null or alive.
unsafe fn partitions(
    list: *const native::rd_kafka_topic_partition_list_t,
) -> Vec<PartitionOutcome> {
    // SAFETY: as the caller promises; `cnt` elements are there, each with a zero-terminated topic.
    unsafe {
        let Some(list) = list.as_ref() else {
            return Vec::new();
        };
        (0..usize::try_from(list.cnt).unwrap_or(0))
            .map(|index| {
                let element = list.elems.add(index);
                // As a number: a broker may know codes that this librdkafka has no name for.
                let code = (&raw const (*element).err).cast::<i32>().read();
                PartitionOutcome {
                    topic: CStr::from_ptr((*element).topic)
                        .to_string_lossy()
                        .into_owned(),
                    partition: (*element).partition,
                    offset: (*element).offset,
                    error: (code != 0).then(|| ErrorCode::new(code)),
                }
            })
            .collect()
    }
}
