//! Rates with JsonConverter, schemas and chains of transformations.

use connect_harness::Flavor;

use crate::table::Table;
use crate::throughput::{Bench, Given, Goals, JSON_CONVERTER, Measured};

/// A topic that a sink reads: what the source with transformations has written.
const STRUCTS_TOPIC: &str = "structs";

const JSON: [(&str, &str); 2] = [
    ("value.converter", JSON_CONVERTER),
    ("value.converter.schemas.enable", "true"),
];

/// A line becomes a struct with a constant and the topic, under another name.
const SOURCE_CHAIN: [(&str, &str); 9] = [
    ("transforms", "hoist,insert,replace"),
    (
        "transforms.hoist.type",
        "org.apache.kafka.connect.transforms.HoistField$Value",
    ),
    ("transforms.hoist.field", "line"),
    (
        "transforms.insert.type",
        "org.apache.kafka.connect.transforms.InsertField$Value",
    ),
    ("transforms.insert.static.field", "origin"),
    ("transforms.insert.static.value", "bench"),
    ("transforms.insert.topic.field", "topic"),
    (
        "transforms.replace.type",
        "org.apache.kafka.connect.transforms.ReplaceField$Value",
    ),
    ("transforms.replace.renames", "line:text"),
];

/// The struct gets its offset, and then only its line is left, which the sink writes.
const SINK_CHAIN: [(&str, &str); 5] = [
    ("transforms", "insert,extract"),
    (
        "transforms.insert.type",
        "org.apache.kafka.connect.transforms.InsertField$Value",
    ),
    ("transforms.insert.offset.field", "offset"),
    (
        "transforms.extract.type",
        "org.apache.kafka.connect.transforms.ExtractField$Value",
    ),
    ("transforms.extract.field", "text"),
];

const SOURCE: Given<'_> = Given {
    worker: &JSON,
    connector: &SOURCE_CHAIN,
};

const SINK: Given<'_> = Given {
    worker: &JSON,
    connector: &SINK_CHAIN,
};

impl Bench<'_> {
    /// FileStreamSource with HoistField, InsertField, ReplaceField and JsonConverter with schemas.
    pub fn source_transforms(&self, table: &mut Table) -> anyhow::Result<()> {
        let run =
            |flavor, name: &str, round| self.source(flavor, &format!("{name}-{round}"), SOURCE);
        let measured = Measured {
            kcat: None,
            jvm: self.jvm(|round| run(Flavor::Jvm, "chain-jvm", round))?,
            ours: self.rounds(|round| run(Flavor::Wasm, "chain-ours", round))?,
        };
        let goals = Goals {
            rate: "at least 5x the JVM",
            cpu: "",
            peak: "under 150",
        };
        let what = "source, JsonConverter with schemas, Hoist + Insert + Replace";
        measured.report(what, &goals, table);
        Ok(())
    }

    /// FileStreamSink with JsonConverter with schemas, InsertField and ExtractField.
    pub fn sink_transforms(&self, table: &mut Table) -> anyhow::Result<()> {
        // Nothing is measured here: the topic is filled.
        self.source(Flavor::Wasm, STRUCTS_TOPIC, SOURCE)?;
        let run = |flavor, name: &str, round| {
            self.sink(flavor, &format!("{name}-{round}"), STRUCTS_TOPIC, SINK)
        };
        let measured = Measured {
            kcat: None,
            jvm: self.jvm(|round| run(Flavor::Jvm, "unchain-jvm", round))?,
            ours: self.rounds(|round| run(Flavor::Wasm, "unchain-ours", round))?,
        };
        let goals = Goals {
            rate: "at least 4x the JVM",
            cpu: "",
            peak: "under 150",
        };
        let what = "sink, JsonConverter with schemas, Extract + Insert";
        measured.report(what, &goals, table);
        Ok(())
    }
}
