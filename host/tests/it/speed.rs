//! What a call costs. The bounds are loose, so that they hold on a busy machine; the figures are
//! printed. `bench/` measures closely.

use std::time::Instant;

use connect_wasm::sandbox::{SinkTaskInstance, SourceTaskInstance};

use crate::guests;

/// Nanoseconds for a record, in batches of `size`.
async fn poll_cost_ns(size: u32) -> u128 {
    let plugin = guests::plugin(guests::COUNTING).await;
    let mut task = SourceTaskInstance::new(guests::task(&plugin))
        .await
        .unwrap();
    let size_text = size.to_string();
    let entries = [
        ("topic", "numbers"),
        ("rate", "0"),
        ("batch.size", &size_text),
    ];
    let config = guests::task_config(&plugin, &entries).await;
    task.start(&config).await.unwrap();
    let calls = 200_000 / size;
    let begun = Instant::now();
    let mut bytes = 0;
    for _ in 0..calls {
        bytes += task
            .poll()
            .await
            .unwrap()
            .expect("there are always records")
            .len();
    }
    let cost = begun.elapsed().as_nanos() / u128::from(calls * size);
    eprintln!(
        "poll, batches of {size}: {cost} ns a record, {} bytes a batch",
        bytes / calls as usize
    );
    cost
}

#[tokio::test]
async fn a_call_costs_microseconds_and_a_record_of_a_batch_nanoseconds() {
    assert!(poll_cost_ns(1).await < 100_000);
    assert!(poll_cost_ns(1000).await < 2_000);
}

#[tokio::test]
async fn a_batch_of_bytes_crosses_in_microseconds() {
    const CALLS: u32 = 100_000;
    let plugin = guests::plugin(guests::SOURCE_ZOO).await;
    let config = guests::task_config(&plugin, &[("topic", "t"), ("mode", "corrupt-batch")]).await;
    let mut task = SourceTaskInstance::new(guests::task(&plugin))
        .await
        .unwrap();
    task.start(&config).await.unwrap();
    let begun = Instant::now();
    for _ in 0..CALLS {
        task.poll().await.unwrap();
    }
    let poll = begun.elapsed() / CALLS;

    let plugin = guests::plugin(guests::RECORDING).await;
    let config = guests::task_config(&plugin, &[]).await;
    let mut task = SinkTaskInstance::new(guests::task(&plugin)).await.unwrap();
    task.start(&config).await.unwrap();
    let batch = connect_data::batch::SinkBatchEncoder::new().finish();
    let begun = Instant::now();
    for _ in 0..CALLS {
        task.put(&batch).await.unwrap();
    }
    let put = begun.elapsed() / CALLS;
    eprintln!("a call: poll of 1,000 bytes {poll:?}, put of an empty batch {put:?}");
    assert!(poll.as_micros() < 100 && put.as_micros() < 100);
}
