//! Checks of source tasks.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::reader::{Reader, Seen};
use super::restart::{self, empty_store};
use super::{Fault, Findings, PROMPT, Subject, Verdict, answered, failed, kinds, skipped};
use crate::config::ConfigMap;
use crate::sandbox::{CommittedRecord, RecordMetadata};

/// LIMIT: polls without records for which a rate is told; fewer say nothing.
const IDLE_POLLS_MIN: u32 = 50;
/// LIMIT: a poll without records waits this long on average, or the task spins.
const IDLE_POLL_MIN: Duration = Duration::from_millis(2);
/// LIMIT: polls, and time, over which memory is watched.
const MEMORY_POLLS: u32 = 1000;
const MEMORY_TIME: Duration = Duration::from_secs(5);
/// LIMIT: what a task may gain behind its first polls: buffers that grow to the size of a batch.
const MEMORY_GROWTH_MAX: u64 = 16 << 20;
/// How long a slow worker waits between polls, and how often.
const SLOW_PAUSE: Duration = Duration::from_millis(300);
const SLOW_POLLS: u32 = 5;
/// Time for a poll to begin waiting before it is wanted back.
const BEFORE_STOPPING: Duration = Duration::from_millis(50);

/// Checks the task.
pub(super) async fn examine(subject: &Subject, config: &ConfigMap, findings: &mut Findings) {
    let started = findings
        .need(&kinds::TASK_START, async {
            Reader::start(subject, config, empty_store())
                .await?
                .stop()
                .await
        })
        .await;
    if !started {
        let rest: Vec<&'static kinds::Kind> = kinds::OF_SOURCE_TASKS
            .into_iter()
            .filter(|kind| ![&kinds::TASK_START, &kinds::WRONG_CONFIG].contains(kind))
            .collect();
        findings.skip_all(&rest, "the task does not start");
        return;
    }
    let mut whole = Vec::new();
    // Restarts are compared with what came here.
    if [&kinds::TASK_RECORDS, &kinds::TASK_RESTART]
        .into_iter()
        .any(|kind| findings.is_asked_for(kind))
    {
        findings
            .need(&kinds::TASK_RECORDS, records(subject, config, &mut whole))
            .await;
    }
    findings
        .make(&kinds::TASK_PROMPT, prompt(subject, config))
        .await;
    findings
        .make(&kinds::TASK_IDLE, idle(subject, config))
        .await;
    findings
        .make(
            &kinds::TASK_RESTART,
            restart::check(subject, config, &whole),
        )
        .await;
    findings
        .make(&kinds::TASK_COMMIT, commit(subject, config))
        .await;
    findings
        .make(&kinds::TASK_INTERRUPT, interrupt(subject, config))
        .await;
    findings
        .make(&kinds::TASK_MEMORY, memory(subject, config))
        .await;
    findings
        .make(&kinds::TASK_SLOW_HOST, slow_host(subject, config))
        .await;
}

async fn reader(subject: &Subject, config: &ConfigMap) -> Result<Reader, Fault> {
    Reader::start(subject, config, empty_store()).await
}

/// Reads the records that the restarts are compared with.
async fn records(subject: &Subject, config: &ConfigMap, whole: &mut Vec<Seen>) -> Verdict {
    let mut reader = reader(subject, config).await?;
    *whole = reader.read(subject, subject.settings.count).await?;
    whole.truncate(subject.settings.count);
    reader.stop().await?;
    if whole.is_empty() {
        let waited = subject.settings.wait.as_millis();
        return skipped(format!(
            "no record came within {waited} ms; give the sample configuration something to read \
             (file.<name> and wait.ms of check.properties)"
        ));
    }
    Ok(())
}

/// Polls until the source is silent, or for a while, and looks at the longest.
async fn prompt(subject: &Subject, config: &ConfigMap) -> Verdict {
    let reader = polled_for_a_while(subject, config).await?;
    let slowest = reader.slowest;
    reader.stop().await?;
    if slowest > PROMPT {
        return failed(format!("a poll took {} ms", slowest.as_millis()));
    }
    Ok(())
}

async fn polled_for_a_while(subject: &Subject, config: &ConfigMap) -> Result<Reader, Fault> {
    let mut reader = reader(subject, config).await?;
    let began = Instant::now();
    while began.elapsed() < PROMPT {
        reader.poll().await?;
        tokio::task::yield_now().await;
    }
    Ok(reader)
}

/// Polls without records must not come one after the other.
async fn idle(subject: &Subject, config: &ConfigMap) -> Verdict {
    let reader = polled_for_a_while(subject, config).await?;
    let (polls, time) = reader.idle;
    reader.stop().await?;
    if polls >= IDLE_POLLS_MIN && time < IDLE_POLL_MIN * polls {
        return failed(format!(
            "{polls} polls without records took {} ms in all",
            time.as_millis()
        ));
    }
    Ok(())
}

async fn commit(subject: &Subject, config: &ConfigMap) -> Verdict {
    let mut reader = reader(subject, config).await?;
    let seen = reader.read(subject, 1).await?;
    if reader.options.wants_commit_records && reader.batches > 0 {
        let committed: Vec<CommittedRecord> = (0_u32..)
            .zip(&seen)
            .map(|(index, _)| CommittedRecord {
                batch: 0,
                index,
                // The first record of each ten was dropped.
                metadata: (index % 10 != 0).then(|| RecordMetadata {
                    topic: "t".to_owned(),
                    partition: 0,
                    offset: i64::from(index),
                }),
            })
            .collect();
        answered(reader.instance.commit_records(&committed).await)?;
    }
    answered(reader.instance.commit().await)?;
    reader.poll().await?;
    reader.stop().await
}

/// A poll that waits, or is about to, is wanted back.
async fn interrupt(subject: &Subject, config: &ConfigMap) -> Verdict {
    let mut reader = reader(subject, config).await?;
    // What there is to read is read first, so that the poll below waits for more.
    reader.read(subject, subject.settings.count).await?;
    let signal = reader.signal.clone();
    let raise = async {
        tokio::time::sleep(BEFORE_STOPPING).await;
        signal.raise();
        Instant::now()
    };
    let (polled, raised) = tokio::join!(
        async {
            let outcome = reader.poll().await;
            (outcome, Instant::now())
        },
        raise
    );
    let (outcome, ended) = polled;
    outcome?;
    let took = ended.saturating_duration_since(raised);
    if took > PROMPT {
        return failed(format!("the poll came back after {} ms", took.as_millis()));
    }
    reader.stop().await
}

/// Memory behind the first quarter of the polls against memory at the end.
async fn memory(subject: &Subject, config: &ConfigMap) -> Verdict {
    let mut reader = reader(subject, config).await?;
    let began = Instant::now();
    let mut early = 0;
    for poll in 0..MEMORY_POLLS {
        // A poll that waits for records gains nothing meanwhile.
        let Some(left) = MEMORY_TIME.checked_sub(began.elapsed()) else {
            break;
        };
        match timeout(left, reader.poll()).await {
            Ok(polled) => polled?,
            Err(_) => break,
        };
        if poll < MEMORY_POLLS / 4 && began.elapsed() < MEMORY_TIME / 4 {
            early = reader.instance.usage().memory_now();
        }
        tokio::task::yield_now().await;
    }
    bounded(early, reader.instance.usage().memory_peak())
}

/// Whether memory at the end is what it was early on, give or take buffers.
pub(super) fn bounded(early: u64, end: u64) -> Verdict {
    if end
        > early
            .saturating_mul(2)
            .max(early.saturating_add(MEMORY_GROWTH_MAX))
    {
        let mebibytes = |bytes: u64| bytes >> 20;
        return failed(format!(
            "memory grew from {} MiB to {} MiB",
            mebibytes(early),
            mebibytes(end)
        ));
    }
    Ok(())
}

/// A worker whose producer is full polls seldom; each batch has to keep the limits all the same.
async fn slow_host(subject: &Subject, config: &ConfigMap) -> Verdict {
    let mut reader = reader(subject, config).await?;
    reader.poll().await?;
    let early = reader.instance.usage().memory_now();
    for _ in 0..SLOW_POLLS {
        tokio::time::sleep(SLOW_PAUSE).await;
        reader.poll().await?;
    }
    let end = reader.instance.usage().memory_peak();
    reader.stop().await?;
    bounded(early, end)
}
