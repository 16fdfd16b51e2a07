//! What hostile guests do, and how each is to end. The modes are those of the guests in
//! `tests/guests`; `{dir}` in a value is the worker's folder.

pub(super) const SOURCE: &str = "connect.wasm.test.MisbehavingSourceConnector";
pub(super) const SINK: &str = "connect.wasm.test.MisbehavingSinkConnector";

/// A hostile guest.
pub(super) struct Case {
    /// Says what it does; the connector is named after it.
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) mode: &'static str,
    /// Further settings of the connector.
    pub(super) config: &'static [(&'static str, &'static str)],
    pub(super) end: End,
}

/// How a hostile guest ends.
pub(super) enum End {
    /// It cannot be created: this status, and these parts in the answer.
    Refused(u16, &'static [&'static str]),
    /// The connector is FAILED, with these parts in its trace.
    ConnectorFailed(&'static [&'static str]),
    /// The task is FAILED, with these parts in its trace.
    TaskFailed(&'static [&'static str]),
    /// It runs on, and these parts are in the log lines that name it.
    RunsOn(&'static [&'static str]),
    /// It runs on; what it tried first was done for it, what it tried then was not.
    Tried(&'static [&'static str], &'static [&'static str]),
}

const fn source(mode: &'static str, end: End) -> Case {
    Case {
        name: mode,
        class: SOURCE,
        mode,
        config: &[],
        end,
    }
}

const fn sink(mode: &'static str, end: End) -> Case {
    Case {
        name: mode,
        class: SINK,
        mode,
        config: &[],
        end,
    }
}

/// With further settings.
const fn with(case: Case, config: &'static [(&'static str, &'static str)]) -> Case {
    Case { config, ..case }
}

/// A source that tries things out and logs how they went.
const fn probe(
    name: &'static str,
    config: &'static [(&'static str, &'static str)],
    end: End,
) -> Case {
    Case {
        name,
        class: SOURCE,
        mode: "probe",
        config,
        end,
    }
}

pub(super) const SPINNING: &[Case] = &[
    source(
        "spin-in-validate",
        End::Refused(
            500,
            &["validate", "within 2000 ms", "sandbox.call.timeout.ms"],
        ),
    ),
    source(
        "spin-in-connector-start",
        End::ConnectorFailed(&["start", "within 2000 ms", "sandbox.start.timeout.ms"]),
    ),
    source(
        "spin-in-monitor",
        End::ConnectorFailed(&["monitor", "within 2000 ms", "sandbox.call.timeout.ms"]),
    ),
    source(
        "spin-in-start",
        End::TaskFailed(&["start", "within 2000 ms", "sandbox.start.timeout.ms"]),
    ),
    source(
        "spin-in-poll",
        End::TaskFailed(&["poll", "within 2000 ms", "sandbox.poll.timeout.ms"]),
    ),
    source(
        "spin-in-commit",
        End::TaskFailed(&["commit", "within 2000 ms", "sandbox.call.timeout.ms"]),
    ),
    source(
        "spin-in-commit-records",
        End::TaskFailed(&[
            "commit-records",
            "within 2000 ms",
            "sandbox.call.timeout.ms",
        ]),
    ),
    source("spin-in-stop", End::RunsOn(&[])),
    source("spin-in-connector-stop", End::RunsOn(&[])),
    sink(
        "spin-in-start",
        End::TaskFailed(&["start", "within 2000 ms", "sandbox.start.timeout.ms"]),
    ),
    sink(
        "spin-in-open",
        End::TaskFailed(&["open", "within 2000 ms", "sandbox.call.timeout.ms"]),
    ),
    sink(
        "spin-in-put",
        End::TaskFailed(&["put", "within 2000 ms", "sandbox.put.timeout.ms"]),
    ),
    sink(
        "spin-in-pre-commit",
        End::TaskFailed(&["pre-commit", "within 2000 ms", "sandbox.put.timeout.ms"]),
    ),
    sink(
        "spin-in-flush",
        End::TaskFailed(&["flush", "within 2000 ms", "sandbox.put.timeout.ms"]),
    ),
    sink("spin-in-close", End::RunsOn(&[])),
    sink("spin-in-stop", End::RunsOn(&[])),
];

pub(super) const BLOCKING: &[Case] = &[
    source(
        "block-in-connector-start",
        End::ConnectorFailed(&["start", "within 2000 ms", "sandbox.start.timeout.ms"]),
    ),
    source(
        "block-in-poll",
        End::TaskFailed(&["poll", "within 2000 ms", "sandbox.poll.timeout.ms"]),
    ),
    source("block-in-stop", End::RunsOn(&[])),
    source(
        "late-in-poll",
        End::TaskFailed(&["poll", "within 2000 ms", "sandbox.poll.timeout.ms"]),
    ),
    sink(
        "block-in-put",
        End::TaskFailed(&["put", "within 2000 ms", "sandbox.put.timeout.ms"]),
    ),
    sink("block-in-stop", End::RunsOn(&[])),
];

pub(super) const GREEDY: &[Case] = &[
    source(
        "allocate-in-poll",
        End::TaskFailed(&["poll", "limit", "sandbox.memory.max.bytes"]),
    ),
    source(
        "allocate-in-connector-start",
        End::ConnectorFailed(&["start", "limit", "sandbox.memory.max.bytes"]),
    ),
    sink(
        "allocate-in-put",
        End::TaskFailed(&["put", "limit", "sandbox.memory.max.bytes"]),
    ),
    source(
        "overflow-stack-in-poll",
        End::TaskFailed(&["poll", "trapped", "stack"]),
    ),
    source("flood-log-in-poll", End::RunsOn(&["dropped"])),
    source("flood-stderr-in-poll", End::RunsOn(&["dropped"])),
    source("long-line-in-poll", End::RunsOn(&["longlong"])),
    with(
        source(
            "leak-files",
            End::TaskFailed(&["poll", "limit", "sandbox.handles.max"]),
        ),
        &[
            ("file", "{dir}/granted/file.txt"),
            ("sandbox.handles.max", "100"),
        ],
    ),
    with(
        source("write-much", End::TaskFailed(&["poll", "cannot write"])),
        &[
            ("file.write", "{dir}/granted/much.txt"),
            ("sandbox.disk.max.bytes", "10485760"),
        ],
    ),
    with(
        source(
            "large-payload-in-poll",
            End::TaskFailed(&["poll", "limit", "sandbox.payload.max.bytes"]),
        ),
        &[("sandbox.payload.max.bytes", "1048576")],
    ),
    with(
        source(
            "large-tables",
            End::Refused(500, &["sandbox.table.max.elements"]),
        ),
        &[("sandbox.table.max.elements", "3")],
    ),
    with(
        source(
            "looser-limit",
            End::Refused(400, &["sandbox.memory.max.bytes", "67108865", "67108864"]),
        ),
        &[("sandbox.memory.max.bytes", "67108865")],
    ),
    source("tiny-polls", End::RunsOn(&[])),
    source("many-metrics-in-poll", End::RunsOn(&["names of metrics"])),
];

pub(super) const LYING: &[Case] = &[
    source(
        "panic-in-poll",
        End::TaskFailed(&["0.1.0", "poll", "trapped", "misbehaving_source"]),
    ),
    source("panic-in-stop", End::RunsOn(&[])),
    source(
        "exit-in-poll",
        End::TaskFailed(&["poll", "misbehaving_source"]),
    ),
    sink(
        "panic-in-put",
        End::TaskFailed(&["0.1.0", "put", "trapped", "misbehaving_sink"]),
    ),
    source("corrupt-batch", End::TaskFailed(&["poll", "wrong result"])),
    source(
        "truncated-batch",
        End::TaskFailed(&["poll", "wrong result"]),
    ),
    source("huge-count", End::TaskFailed(&["poll", "wrong result"])),
    source(
        "deep-batch",
        End::TaskFailed(&["poll", "wrong result", "deeper than 128"]),
    ),
    source(
        "wrong-variant-in-poll",
        End::TaskFailed(&["poll", "trapped", "discriminant"]),
    ),
    source(
        "wrong-text-in-poll",
        End::TaskFailed(&["poll", "trapped", "utf-8"]),
    ),
    source(
        "return-wrong-text-in-poll",
        End::TaskFailed(&["poll", "trapped", "utf-8"]),
    ),
    source("drop-panic", End::RunsOn(&[])),
    source("lie-about-offsets", End::RunsOn(&[])),
    source(
        "too-many-tasks",
        End::ConnectorFailed(&["TooManyTasksException", "2 tasks"]),
    ),
    sink("lie-about-offsets", End::RunsOn(&["not-assigned-7"])),
    sink("pause-others", End::RunsOn(&[])),
];

pub(super) const REACHING: &[Case] = &[
    probe(
        "parent-folder",
        &[
            ("file", "{dir}/granted/file.txt"),
            (
                "probes",
                "open:{dir}/granted/file.txt,open:{dir}/granted/../secret.txt,readdir:{dir}",
            ),
        ],
        End::Tried(
            &["open:{dir}/granted/file.txt"],
            &["open:{dir}/granted/../secret.txt", "readdir:{dir}"],
        ),
    ),
    probe(
        "absolute-path",
        &[
            ("file", "{dir}/granted/file.txt"),
            (
                "probes",
                "open:{dir}/granted/file.txt,open:/etc/passwd,open:{dir}/secret.txt,open:/proc/self/environ,env:PATH",
            ),
        ],
        End::Tried(
            &["open:{dir}/granted/file.txt"],
            &[
                "open:/etc/passwd",
                "open:{dir}/secret.txt",
                "open:/proc/self/environ",
                "env:PATH",
            ],
        ),
    ),
    probe(
        "rename-across-the-grant",
        &[
            ("file.write", "{dir}/granted"),
            (
                "probes",
                "create:{dir}/granted/own.txt,rename:{dir}/granted/own.txt>{dir}/stolen.txt,rename:{dir}/secret.txt>{dir}/granted/secret.txt",
            ),
        ],
        End::Tried(
            &["create:{dir}/granted/own.txt"],
            &[
                "rename:{dir}/granted/own.txt>{dir}/stolen.txt",
                "rename:{dir}/secret.txt>{dir}/granted/secret.txt",
            ],
        ),
    ),
    probe(
        "symlink-out",
        &[
            ("file.write", "{dir}/granted"),
            (
                "probes",
                "create:{dir}/granted/own.txt,symlink:{dir}/secret.txt>{dir}/granted/absolute,open:{dir}/granted/absolute,symlink:../secret.txt>{dir}/granted/relative,open:{dir}/granted/relative",
            ),
        ],
        End::Tried(
            &["create:{dir}/granted/own.txt"],
            &[
                "symlink:{dir}/secret.txt>{dir}/granted/absolute",
                "open:{dir}/granted/absolute",
                "open:{dir}/granted/relative",
            ],
        ),
    ),
    Case {
        name: "file-outside",
        class: SOURCE,
        mode: "probe",
        config: &[("file", "{dir}/secret.txt")],
        end: End::Refused(400, &["file", "secret.txt", "sandbox.fs.allow"]),
    },
    Case {
        name: "file-by-parent-folder",
        class: SOURCE,
        mode: "probe",
        config: &[("file", "{dir}/granted/../secret.txt")],
        end: End::Refused(400, &["file", "secret.txt", "sandbox.fs.allow"]),
    },
];
