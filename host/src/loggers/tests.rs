use std::fmt::Write as _;

use tracing::Event;
use tracing::field::{Field, Visit};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::{Registry, registry};

use super::*;

/// The lines that pass, as `target message`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        struct Message(String);
        impl Visit for Message {
            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                if field.name() == "message" {
                    let _ = write!(self.0, "{value:?}");
                }
            }
        }
        let metadata = event.metadata();
        let mut message = Message(format!("{} ", metadata.target()));
        event.record(&mut message);
        self.0.lock().unwrap().push(message.0);
    }
}

impl Lines {
    fn take(&self) -> Vec<String> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        lines
            .into_iter()
            .filter(|line| !line.starts_with("connect_wasm::loggers "))
            .collect()
    }
}

/// A log with loggers, for this thread.
fn log(directives: &str) -> (Arc<Loggers>, Lines, tracing::subscriber::DefaultGuard) {
    let (loggers, filter) = Loggers::new(directives).unwrap();
    let lines = Lines::default();
    let subscriber = registry().with(filter).with(lines.clone());
    (loggers, lines, tracing::subscriber::set_default(subscriber))
}

fn loggers(directives: &str) -> Arc<Loggers> {
    Loggers::new::<Registry>(directives).unwrap().0
}

fn sink_task_line() {
    tracing::debug!(target: "connect_wasm::worker::sink_task::delivery", "sink");
}

fn source_task_line() {
    tracing::debug!(target: "connect_wasm::worker::source_task", "source");
}

fn librdkafka_line() {
    tracing::debug!(target: "librdkafka", "client");
}

const SINK_TASK: &str = "org.apache.kafka.connect.runtime.WorkerSinkTask";
const SOURCE_TASK: &str = "org.apache.kafka.connect.runtime.WorkerSourceTask";

#[test]
fn levels_are_read_as_log4j_reads_them() {
    for (text, level) in [
        ("debug", LoggerLevel::Debug),
        (" Trace ", LoggerLevel::Trace),
        ("ALL", LoggerLevel::All),
        ("fatal", LoggerLevel::Fatal),
        ("Off", LoggerLevel::Off),
    ] {
        assert_eq!(LoggerLevel::parse(text), Some(level));
        assert_eq!(level.to_string(), text.trim().to_uppercase());
    }
    for text in ["", "foo", "5", "WARNING"] {
        assert_eq!(LoggerLevel::parse(text), None);
    }
}

#[test]
fn a_change_is_seen_in_the_log_at_once() {
    let (loggers, lines, _guard) = log("info");
    let all = || {
        sink_task_line();
        source_task_line();
        librdkafka_line();
    };
    all();
    assert_eq!(lines.take(), Vec::<String>::new());
    loggers.set_level(SINK_TASK, LoggerLevel::Debug);
    all();
    let sink = "connect_wasm::worker::sink_task::delivery sink";
    assert_eq!(lines.take(), [sink]);
    loggers.set_level("org.apache.kafka.connect", LoggerLevel::Debug);
    all();
    let source = "connect_wasm::worker::source_task source";
    assert_eq!(lines.take(), [sink, source]);
    loggers.set_level("root", LoggerLevel::Debug);
    all();
    assert_eq!(lines.take(), [sink, source, "librdkafka client"]);
    loggers.set_level("ROOT", LoggerLevel::Fatal);
    all();
    tracing::error!(target: "connect_wasm::worker::sink_task", "error");
    assert_eq!(lines.take(), Vec::<String>::new());
}

#[test]
fn asking_for_a_level_first_loses_no_line() {
    let (loggers, lines, _guard) = log("info");
    loggers.set_level("org.apache.kafka.clients", LoggerLevel::Debug);
    assert!(!tracing::enabled!(target: "librdkafka", tracing::Level::TRACE));
    librdkafka_line();
    assert_eq!(lines.take(), ["librdkafka client"]);
}

#[test]
fn plugins_have_the_level_of_their_class() {
    let (loggers, lines, _guard) = log("info");
    let (mine, other) = (
        GuestLogger::of_class("test.Mine"),
        GuestLogger::of_class("test.Other"),
    );
    loggers.add(["test.Mine", "test.Other"]);
    let say = || {
        for logger in [mine, other] {
            logger.line(tracing::Level::DEBUG, "[c|task-0]", "debug");
            logger.line(tracing::Level::WARN, "[c|task-0]", "warn");
        }
    };
    say();
    let warn = |class: &str| format!("connect_wasm::guest::{class} warn");
    assert_eq!(lines.take(), [warn("test.Mine"), warn("test.Other")]);
    loggers.set_level("test.Mine", LoggerLevel::Debug);
    assert!(mine.enabled(tracing::Level::DEBUG));
    assert!(!other.enabled(tracing::Level::DEBUG));
    loggers.set_level("test.Other", LoggerLevel::Off);
    say();
    let debug = "connect_wasm::guest::test.Mine debug".to_owned();
    assert_eq!(lines.take(), [debug, warn("test.Mine")]);
    // A class that is seen later has the level of the names above it.
    loggers.set_level("test.pack", LoggerLevel::Error);
    loggers.add(["test.pack.Late"]);
    assert_eq!(
        loggers.get("test.pack.Late").map(|logger| logger.level),
        Some(LoggerLevel::Error)
    );
}

#[test]
fn any_logger_of_the_kafka_clients_makes_librdkafka_speak() {
    let (loggers, lines, _guard) = log("info,librdkafka=warn");
    librdkafka_line();
    let coordinator = "org.apache.kafka.clients.consumer.internals.ConsumerCoordinator";
    loggers.set_level(coordinator, LoggerLevel::Debug);
    librdkafka_line();
    assert_eq!(lines.take(), ["librdkafka client"]);
    loggers.set_level(coordinator, LoggerLevel::Info);
    librdkafka_line();
    assert_eq!(lines.take(), Vec::<String>::new());
}

#[test]
fn what_is_said_about_a_module_holds_until_its_logger_changes() {
    let text =
        "warn,connect_wasm::worker::sink_task::delivery=trace,mine=debug,connect_wasm::rest=debug";
    let (loggers, lines, _guard) = log(text);
    sink_task_line();
    tracing::debug!(target: "mine", "mine");
    assert_eq!(lines.take().len(), 2);
    let level = |name: &str| loggers.get(name).map(|logger| logger.level);
    assert_eq!(level(ROOT), Some(LoggerLevel::Warn));
    assert_eq!(level(SINK_TASK), Some(LoggerLevel::Warn));
    let rest = "org.apache.kafka.connect.runtime.rest.RestServer";
    assert_eq!(level(rest), Some(LoggerLevel::Debug));
    loggers.set_level(SINK_TASK, LoggerLevel::Info);
    sink_task_line();
    tracing::debug!(target: "mine", "mine");
    assert_eq!(lines.take(), ["mine mine"]);
    loggers.set_level(ROOT, LoggerLevel::Info);
    tracing::debug!(target: "mine", "mine");
    assert_eq!(lines.take(), Vec::<String>::new());
}

#[test]
fn names_and_times_are_those_of_the_jvm() {
    let loggers = loggers("info");
    let state = |name: &str| loggers.get(name);
    let unchanged = LoggerState {
        level: LoggerLevel::Info,
        last_modified: None,
    };
    assert_eq!(state("root"), Some(unchanged));
    assert_eq!(state("Root"), Some(unchanged));
    // Packages are no loggers until somebody sets their level.
    for name in ["org.apache.kafka.connect", "no.such.logger", ""] {
        assert_eq!(state(name), None);
    }
    let info = LoggerLevel::Info;
    assert_eq!(loggers.set_level("some.new", info), Vec::<String>::new());
    assert_eq!(state("some.new"), Some(unchanged));
    assert_eq!(state("some.new.child"), None);
    // Names are compared letter by letter, not package by package.
    let prefix = "org.apache.kafka.connect.runtime.WorkerSo";
    let changed = loggers.set_level(prefix, LoggerLevel::Warn);
    assert_eq!(changed, [prefix, SOURCE_TASK]);
    let before = state(SOURCE_TASK).unwrap();
    assert!(before.last_modified.unwrap() > 0);
    let again = loggers.set_level(SOURCE_TASK, LoggerLevel::Warn);
    assert_eq!(again, Vec::<String>::new());
    assert_eq!(state(SOURCE_TASK), Some(before));
    let changed = loggers.set_level("root", LoggerLevel::Error);
    let all: Vec<String> = loggers.all().into_keys().collect();
    assert_eq!(changed, all);
    assert!(changed.contains(&"root".to_owned()) && changed.contains(&"some.new".to_owned()));
    assert_eq!(state("root").unwrap().level, LoggerLevel::Error);
}

#[test]
fn wrong_directives_are_refused() {
    let error = Loggers::new::<Registry>("connect_wasm=loud").err().unwrap();
    assert!(!error.is_empty());
}

#[test]
fn every_row_is_a_module_or_a_library() {
    for (target, names) in table::TARGETS {
        assert!(!names.is_empty(), "{target}");
        let Some(module) = target.strip_prefix("connect_wasm::") else {
            continue;
        };
        if module == "guest" {
            continue;
        }
        let file = format!(
            "{}/src/{}.rs",
            env!("CARGO_MANIFEST_DIR"),
            module.replace("::", "/")
        );
        assert!(std::path::Path::new(&file).exists(), "{file}");
    }
}
