//! The connector, with its modes.

use std::cell::Cell;

use connect_sdk::{
    AlteredOffset, Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext,
    Description, Grant, Recommendation, SourceConnector,
};

use crate::harm::harm;

thread_local! {
    /// Set by a start in mode `task-class`.
    static OTHER_TASK_CLASS: Cell<bool> = const { Cell::new(false) };
}

/// The connector.
pub struct CarelessSourceConnector {
    config: Config,
    calls: u32,
}

impl CarelessSourceConnector {
    fn mode(&self) -> &str {
        self.config.get("mode").unwrap_or_default()
    }
}

impl SourceConnector for CarelessSourceConnector {
    fn describe() -> Description {
        let description = Description::new(
            "connect.wasm.test.CarelessSourceConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .doc("Breaks rules.");
        if OTHER_TASK_CLASS.get() {
            return description.task_class("connect.wasm.test.AnotherTask");
        }
        description
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
            .key(
                ConfigKey::text("mode")
                    .recommender()
                    .doc("Which rule to break."),
            )
            .key(ConfigKey::text("topic").doc("Where records go."))
            .key(
                ConfigKey::text("file")
                    .default_null()
                    .doc("What to read.")
                    .grants(Grant::PathRead),
            )
            .key(
                ConfigKey::text("plain.password")
                    .default_null()
                    .doc("A secret that is not hidden."),
            )
            .key(ConfigKey::text("silent").default_null())
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        let mode = config.get("mode").expect("a mode");
        let issue = ConfigIssue {
            name: "mode".to_owned(),
            message: "There is no such mode".to_owned(),
        };
        assert!(!mode.contains('\u{1F980}'), "no crab is expected");
        Ok(if mode == "invalid" {
            vec![issue]
        } else {
            Vec::new()
        })
    }

    fn recommend(config: &Config) -> Result<Vec<Recommendation>, ConnectError> {
        config.get("mode").expect("a mode");
        Ok(Vec::new())
    }

    fn alter_offsets(_: &Config, offsets: &[AlteredOffset]) -> Result<bool, ConnectError> {
        let (partition, _) = &offsets[0];
        partition.as_ref().expect("a partition");
        Ok(true)
    }

    fn start(_: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let mode = config.get("mode").unwrap_or_default().to_owned();
        harm(&mode, "connector-start")?;
        OTHER_TASK_CLASS.set(mode == "task-class");
        let complete = Self::config_def().complete(config.clone());
        let config = match (mode.as_str(), complete) {
            (_, Ok(config)) => config,
            ("vague-config", Err(_)) => return Err(ConnectError::fatal("Something is missing.")),
            ("no-config-check", Err(_)) => config,
            (_, Err(error)) => return Err(error),
        };
        Ok(Self { config, calls: 0 })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        harm(self.mode(), "task-configs")?;
        self.calls += 1;
        let mut config = self.config.clone();
        if self.mode() == "other-configs" {
            config.set("call", self.calls.to_string());
        }
        let tasks = match self.mode() {
            "too-many" => max_tasks + 1,
            _ => 1,
        };
        Ok(vec![config; tasks as usize])
    }

    fn monitor(&mut self) -> Result<(), ConnectError> {
        harm(self.mode(), "monitor")
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        harm(self.mode(), "connector-stop")
    }
}
