//! The checks: what each is called, what it finds out, and what to do when it fails.

/// A check.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::cli::plugin) struct Kind {
    /// Its name, in reports and in `skip.<name>`.
    pub(in crate::cli::plugin) id: &'static str,
    /// What is so when it is passed.
    pub(in crate::cli::plugin) about: &'static str,
    /// What to do when it fails.
    pub(in crate::cli::plugin) advice: &'static str,
}

macro_rules! kinds {
    ($($name:ident: $id:literal, $about:literal, $advice:literal;)*) => {
        $(pub(super) static $name: Kind = Kind { id: $id, about: $about, advice: $advice };)*
        /// All checks, in no order.
        pub(in crate::cli::plugin) static ALL: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    LOAD: "load", "the file is a component for this WIT version, and describe answers",
        "Build for wasm32-wasip2 with this version's SDK; describe and config-def may depend on nothing.";
    CLASS: "describe.class", "class and task class are qualified names",
        "Name classes like com.example.PriceSourceConnector.";
    VERSION: "describe.version", "the version can be compared",
        "Use env!(\"CARGO_PKG_VERSION\"), or another version that begins with a digit.";
    ABOUT: "describe.documentation", "there is a sentence about the connector",
        "Add .doc(\"...\") to the Description.";
    CONFIG_DEF: "config-def", "keys occur once, defaults parse and pass their own validators",
        "Correct the key that the message names.";
    NAMES: "config-def.names", "key names are plain, and none is the worker's own",
        "Rename the key; name, connector.class, tasks.max, topics and the like are the worker's.";
    DOCUMENTED: "config-def.documentation", "every key has documentation",
        "Add .doc(\"...\") to the key.";
    GROUPS: "config-def.groups", "places in groups are told apart",
        "Give each key of a group a place of its own.";
    DEPENDENTS: "config-def.dependents", "dependents are other keys of this plugin",
        "Name keys that exist, and not the key itself.";
    GRANTS: "config-def.grants", "types of keys with grants can name what is granted",
        "Make such keys texts, lists or passwords, and those for standard input and output optional.";
    SECRETS: "config-def.secrets", "keys for secrets have the type PASSWORD",
        "Use ConfigKey::password, so that no log and no answer shows the value.";
    VALIDATE_SAMPLE: "validate.sample", "the sample configuration is valid",
        "Correct config.properties, or name another by --config.";
    VALIDATE_EMPTY: "validate.empty", "validate answers to an empty configuration",
        "validate may be called with anything; return issues or an error, and do not unwrap.";
    VALIDATE_BAD: "validate.bad", "validate answers to values that no key takes",
        "validate may be called with anything; return issues or an error, and do not unwrap.";
    RECOMMEND: "recommend", "recommend answers, and only about its keys",
        "recommend may be called with anything; name only keys with a recommender.";
    CONNECTOR_START: "connector.start", "the connector starts with the sample configuration",
        "Correct the connector's start, or the sample configuration.";
    TASK_CLASS: "connector.task-class", "task-class answers what describe said",
        "Name the same task class in both.";
    TASK_CONFIGS: "connector.task-configs", "at most as many task configurations as asked for, the same each time",
        "Return at most max_tasks configurations that depend on nothing but the outside system.";
    MONITOR: "connector.monitor", "monitor comes back without an error",
        "Return an error from monitor only when the connector is to become FAILED.";
    ALTER_OFFSETS: "connector.alter-offsets", "alter-offsets answers to offsets that it does not know",
        "Refuse unknown partitions and offsets with an error, and do not unwrap.";
    CONNECTOR_STOP: "connector.stop", "the connector stops in time",
        "Let stop come back within sandbox.stop.timeout.ms.";
    WRONG_CONFIG: "config.wrong", "a wrong configuration is an error of kind config",
        "Return ConnectError::config from start for values that are missing or wrong; ConfigDef::complete does.";
    TASK_START: "task.start", "the task starts, and stops right after it",
        "Correct the task's start and stop.";
    TASK_RECORDS: "task.records", "polls return batches with topics, within the limits of BATCH.md",
        "Push records with a topic; at most 100,000 and 64 MiB in a batch.";
    TASK_PROMPT: "task.poll", "a poll comes back within a second",
        "Wait with stopping::wait for at most a second, then return without records.";
    TASK_IDLE: "task.idle", "a poll without records waits for some",
        "Wait with stopping::wait before returning without records; the worker polls again at once.";
    TASK_RESTART: "task.restart", "after a restart from stored offsets no record is missing and none comes twice",
        "Give each record the offset from which reading goes on behind it, and start there.";
    TASK_COMMIT: "task.commit", "commit and commit-records leave the task in order",
        "commit and commit-records may return errors, but may not panic.";
    TASK_INTERRUPT: "task.stopping", "a waiting poll comes back when the worker wants it, and the task stops",
        "Wait with stopping::wait, which ends then, and let stop come back in time.";
    TASK_MEMORY: "task.memory", "memory stays bounded over many polls",
        "Keep no record behind its poll; bound every buffer.";
    TASK_SLOW_HOST: "task.back-pressure", "batches stay bounded when the worker polls slowly",
        "Bound a batch by records and bytes, however much is waiting in the outside system.";
    SINK_START: "task.start", "the task starts, and stops right after it",
        "Correct the task's start and stop.";
    SINK_LIFE: "task.order", "open, put, pre-commit, flush, close and stop succeed in the worker's order",
        "Correct the call that the message names.";
    SINK_EMPTY: "task.put-empty", "put takes an empty batch",
        "put is also called without records, so that a task can flush by time.";
    SINK_AGAIN: "task.put-again", "put takes the same batch again",
        "Records come again after an error or a restart; write them once more, or recognise them.";
    SINK_OFFSETS: "task.pre-commit", "pre-commit never answers with more than was put",
        "Answer with offsets of assigned partitions, at most the ones that were asked about.";
    SINK_ODD: "task.odd-records", "records of unusual form are taken or refused with an error",
        "Match on the value and return ConnectError::data for what cannot be written.";
    SINK_MEMORY: "task.memory", "memory stays bounded over many puts",
        "Write or flush what was put before more piles up.";
    DENIED: "grants.denied", "without its grants the plugin says so, and neither traps nor spins",
        "Return an error that names the file or address when it cannot be opened.";
}

/// Those that need a task of a source.
pub(super) static OF_SOURCE_TASKS: [&Kind; 10] = [
    &TASK_START,
    &TASK_RECORDS,
    &TASK_PROMPT,
    &TASK_IDLE,
    &TASK_RESTART,
    &TASK_COMMIT,
    &TASK_INTERRUPT,
    &TASK_MEMORY,
    &TASK_SLOW_HOST,
    &WRONG_CONFIG,
];

/// Those that need a task of a sink.
pub(super) static OF_SINK_TASKS: [&Kind; 8] = [
    &SINK_START,
    &SINK_LIFE,
    &SINK_EMPTY,
    &SINK_AGAIN,
    &SINK_OFFSETS,
    &SINK_ODD,
    &SINK_MEMORY,
    &WRONG_CONFIG,
];
