//! Many clients at once: they create, change, restart, pause, stop and delete the same connectors.
//! Nothing hangs, every answer is one that the JVM worker can give, and when everything is deleted
//! the worker is as small as before.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use connect_harness::{
    Flavor, Rest, ScratchDir, Usage, Worker, WorkerSpec, eventually, seeded_random, throughout,
};
use serde_json::{Value, json};

use crate::operations::{ALL, Operation};
use crate::setup::{LATER, alone, append, flavor, topics, unique, worker};

/// Clients and connectors. The JVM worker stops to answer under what ours has to bear, and after a
/// while under much less, too.
fn load() -> (usize, usize) {
    match flavor() {
        Flavor::Wasm => (64, 200),
        Flavor::Jvm => (2, 10),
    }
}

/// Input files, and topics.
const LINES: usize = 8;
const WARM_UP: Duration = Duration::from_secs(20);
const ROUND: Duration = Duration::from_secs(60);

/// The connectors that clients fight over.
pub struct Field {
    dir: String,
    topics: Vec<String>,
    prefix: String,
    count: usize,
}

impl Field {
    fn new(dir: &Path, count: usize) -> Field {
        let topics_of_test: Vec<String> = (0..LINES).map(|_| unique("stress")).collect();
        for (number, topic) in topics_of_test.iter().enumerate() {
            topics().create(topic, 2);
            append(&dir.join(format!("in-{number}.txt")), "the first line");
        }
        Field {
            dir: dir.display().to_string(),
            topics: topics_of_test,
            prefix: unique("stress-connector"),
            count,
        }
    }

    /// Every other connector is a sink.
    pub fn name(&self, number: usize) -> String {
        format!("{}-{number}", self.prefix)
    }

    /// A configuration; `variant` makes it another one.
    pub fn config(&self, number: usize, variant: usize) -> Value {
        let (dir, line) = (&self.dir, number % LINES);
        let topic = &self.topics[line];
        let tasks = (variant % 2 + 1).to_string();
        if number.is_multiple_of(2) {
            json!({"connector.class": "FileStreamSource", "tasks.max": tasks, "topic": topic,
                "file": format!("{dir}/in-{line}.txt"), "batch.size": (100 + variant).to_string()})
        } else {
            json!({"connector.class": "FileStreamSink", "tasks.max": tasks, "topics": topic,
                "file": format!("{dir}/out-{number}-{}.txt", variant % 2)})
        }
    }

    /// An offset for a partition of that connector.
    pub fn offset(&self, number: usize) -> Value {
        let line = number % LINES;
        if number.is_multiple_of(2) {
            let file = format!("{}/in-{line}.txt", self.dir);
            json!({"partition": {"filename": file}, "offset": {"position": 0}})
        } else {
            let partition = json!({"kafka_topic": self.topics[line], "kafka_partition": 0});
            json!({"partition": partition, "offset": {"kafka_offset": 0}})
        }
    }
}

/// Begins what is no possible answer.
const UNKNOWN: &str = "not an answer that there is: ";

/// What was answered, and how often.
type Answers = BTreeMap<(Operation, u16, String), u64>;

/// One client at its work until `stop`.
fn client(rest: &Rest, field: &Field, seed: u64, stop: &AtomicBool) -> Answers {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut answers = Answers::new();
    while !stop.load(Ordering::Relaxed) {
        let number = random.usize(..field.count);
        let operation = Operation::choose(&mut random);
        let variant = random.usize(..4);
        if random.usize(..50) == 0 {
            let file = format!("{}/in-{}.txt", field.dir, number % LINES);
            append(Path::new(&file), "a line");
        }
        let began = Instant::now();
        let answer = operation.send(rest, field, number, variant);
        let (status, judged) = match answer {
            Ok(answer) => (answer.status, operation.judge(&field.name(number), &answer)),
            Err(error) => (0, Err(format!("{error} after {:?}", began.elapsed()))),
        };
        let shape = judged.unwrap_or_else(|what| format!("{UNKNOWN}{what}"));
        *answers.entry((operation, status, shape)).or_default() += 1;
    }
    answers
}

/// All clients at work for a while.
fn round(rest: &Rest, field: &Field, period: Duration) -> Answers {
    let mut random = seeded_random("stress");
    let stop = AtomicBool::new(false);
    let mut answers = Answers::new();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..load().0)
            .map(|_| {
                let (seed, stop) = (random.u64(..), &stop);
                scope.spawn(move || client(rest, field, seed, stop))
            })
            .collect();
        throughout("all clients are at work", period, || {
            if clients.iter().any(thread::ScopedJoinHandle::is_finished) {
                stop.store(true, Ordering::Relaxed);
                return Err("a client has ended; its reason stands above".to_owned());
            }
            Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            for (key, count) in client.join().expect("a client that ends well") {
                *answers.entry(key).or_default() += count;
            }
        }
    });
    answers
}

/// Deletes everything, and waits until the worker has come to rest.
fn clear(worker: &Worker, field: &Field) -> Usage {
    let rest = worker.rest();
    for number in 0..field.count {
        let name = field.name(number);
        let answer = rest.delete(&format!("/connectors/{name}"));
        assert!(
            matches!(answer.status, 204 | 404),
            "deleting {name}: {} {}",
            answer.status,
            answer.body
        );
        rest.get(&format!("/connectors/{name}/status")).expect(404);
    }
    assert_eq!(rest.get("/connectors").expect(200).body, "[]");
    // Clients close their connections in the background, and a pool keeps idle threads for 10 s.
    let mut last: Option<Usage> = None;
    eventually("threads and files stay the same", LATER, || {
        throughout("the worker runs", Duration::from_secs(12), || Ok(()));
        let usage = worker.process().usage().expect("the worker runs");
        let before = last.replace(usage);
        match before {
            Some(before) if before.threads == usage.threads && before.files == usage.files => {
                Ok(usage)
            }
            _ => Err(format!("{usage:?}, before {before:?}")),
        }
    })
}

/// Shows what was answered; panics when something is not what a worker can answer.
fn expect_possible(answers: &Answers) {
    for ((operation, status, shape), count) in answers {
        println!("{count:>7} {operation:?} {status} {shape}");
    }
    let unknown = answers
        .keys()
        .find(|(_, _, shape)| shape.starts_with(UNKNOWN));
    assert!(unknown.is_none(), "{unknown:?}");
}

fn stress_worker(dir: &Path) -> WorkerSpec {
    worker(dir)
        .set("sandbox.fs.allow", dir.display().to_string())
        // Deletion of a group that is joining is slow with the JVM's default.
        .set("task.shutdown.graceful.timeout.ms", "5000")
}

#[test]
fn many_clients_at_the_same_connectors_leave_nothing_behind() {
    let _alone = alone();
    let dir = ScratchDir::new("stress");
    let field = Field::new(dir.path(), load().1);
    let mut started = stress_worker(dir.path()).start();
    expect_possible(&round(started.rest(), &field, WARM_UP));
    let warm = clear(&started, &field);
    let answers = round(started.rest(), &field, ROUND);
    expect_possible(&answers);
    let busy = started.process().usage().expect("the worker runs");
    let after = clear(&started, &field);
    println!("after the warm-up: {warm:?}\nat work: {busy:?}\nafter: {after:?}");
    let succeeded: BTreeSet<Operation> = answers
        .keys()
        .filter(|(_, status, _)| (200..300).contains(status))
        .map(|(operation, _, _)| *operation)
        .collect();
    for operation in ALL {
        assert!(
            succeeded.contains(&operation),
            "{operation:?} never succeeded"
        );
    }
    expect_as_small(&warm, &after);
    let log = started.log();
    for bad in ["panicked", "bug of the worker", "left behind", "given up"] {
        let line = log.lines().find(|line| line.contains(bad));
        assert!(line.is_none(), "in the log: {line:?}");
    }
    started.stop_cleanly();
}

/// Threads and files are counted exactly, but for what the runtime and a pool of connections keep
/// for a while; memory is what the allocator keeps, too, which differs with the order of requests.
fn expect_as_small(warm: &Usage, after: &Usage) {
    const FEW: u64 = 4;
    const MEMORY: u64 = 32 << 20;
    assert!(
        after.threads <= warm.threads + FEW,
        "threads: {} after the warm-up, {} at the end",
        warm.threads,
        after.threads
    );
    assert!(
        after.files <= warm.files + FEW,
        "open files: {} after the warm-up, {} at the end",
        warm.files,
        after.files
    );
    assert!(
        after.resident <= warm.resident + MEMORY,
        "memory: {} bytes after the warm-up, {} at the end",
        warm.resident,
        after.resident
    );
}

#[test]
fn a_worker_stops_in_the_middle_of_it() {
    let _alone = alone();
    let dir = ScratchDir::new("stress-stop");
    let field = Field::new(dir.path(), 50);
    let mut started = stress_worker(dir.path()).start();
    round(started.rest(), &field, Duration::from_secs(10));
    let rest = started.rest().clone();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        for seed in 0..16 {
            let (rest, field, stop) = (&rest, &field, &stop);
            scope.spawn(move || {
                let mut random = fastrand::Rng::with_seed(seed);
                while !stop.load(Ordering::Relaxed) {
                    let number = random.usize(..field.count);
                    let operation = Operation::choose(&mut random);
                    // Any answer, or none: the worker may be gone.
                    let _ = operation.send(rest, field, number, 0);
                }
            });
        }
        throughout("clients are at work", Duration::from_secs(2), || Ok(()));
        started.stop_cleanly();
        stop.store(true, Ordering::Relaxed);
    });
    let log = started.log();
    for bad in ["panicked", "bug of the worker"] {
        assert!(!log.contains(bad), "{bad:?} is in the log:\n{log}");
    }
}
