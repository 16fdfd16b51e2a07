//! The connector. Modes of its own: `<harm>-in-connector-start`, `-in-task-configs`,
//! `-in-monitor`, `-in-connector-stop`, `-in-validate`; `raise-error` (in its first monitor),
//! `reconfigure` (its first monitor asks for new task configs, which then have a key
//! `reconfigured`), `no-tasks`, `too-many-tasks`.

use connect_sdk::{
    AlteredOffset, Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext,
    Description, Grant, Importance, Recommendation, SourceConnector, Support,
};

use crate::harm::harm;

/// The connector.
pub struct MisbehavingSourceConnector {
    context: Box<dyn ConnectorContext>,
    config: Config,
    monitored: bool,
}

impl MisbehavingSourceConnector {
    fn mode(&self) -> &str {
        self.config.get("mode").unwrap_or_default()
    }
}

impl SourceConnector for MisbehavingSourceConnector {
    fn describe() -> Description {
        Description::new(
            "connect.wasm.test.MisbehavingSourceConnector",
            env!("CARGO_PKG_VERSION"),
        )
        .alias("connect.wasm.test.OldMisbehavingSource")
        .doc("Does harm.")
    }

    fn config_def() -> ConfigDef {
        let low = Importance::Low;
        ConfigDef::new()
            .key(ConfigKey::text("topic").doc("Where records go"))
            .key(
                ConfigKey::text("mode")
                    .default_value("")
                    .recommender()
                    .doc("What harm to do"),
            )
            .key(
                ConfigKey::int("times")
                    .default_value(3)
                    .doc("How often, for some modes"),
            )
            .key(
                ConfigKey::text("file")
                    .default_null()
                    .importance(low)
                    .doc("A file or folder that may be read")
                    .grants(Grant::PathRead),
            )
            .key(
                ConfigKey::text("file.write")
                    .default_null()
                    .importance(low)
                    .doc("A file or folder that may be written")
                    .grants(Grant::PathWrite),
            )
            .key(
                ConfigKey::list("probes")
                    .default_value("")
                    .importance(low)
                    .doc("For mode `probe`: what to try; each gives a record with its outcome"),
            )
    }

    fn validate(config: &Config) -> Result<Vec<ConfigIssue>, ConnectError> {
        let mode = config.get("mode").unwrap_or_default();
        harm(mode, "validate")?;
        if mode == "unknown" {
            return Ok(vec![ConfigIssue {
                name: "mode".to_owned(),
                message: "There is no such mode".to_owned(),
            }]);
        }
        Ok(Vec::new())
    }

    fn recommend(_: &Config) -> Result<Vec<Recommendation>, ConnectError> {
        Ok(vec![Recommendation {
            name: "mode".to_owned(),
            values: vec!["panic-in-poll".to_owned(), "spin-in-poll".to_owned()],
            visible: true,
        }])
    }

    fn exactly_once_support(config: &Config) -> Result<Support, ConnectError> {
        harm(
            config.get("mode").unwrap_or_default(),
            "exactly-once-support",
        )?;
        Ok(Support::Unknown)
    }

    fn alter_offsets(config: &Config, _: &[AlteredOffset]) -> Result<bool, ConnectError> {
        harm(config.get("mode").unwrap_or_default(), "alter-offsets")?;
        Ok(false)
    }

    fn start(context: Box<dyn ConnectorContext>, config: Config) -> Result<Self, ConnectError> {
        let config = Self::config_def().complete(config)?;
        harm(config.text("mode")?, "connector-start")?;
        Ok(Self {
            context,
            config,
            monitored: false,
        })
    }

    fn task_configs(&mut self, max_tasks: u32) -> Result<Vec<Config>, ConnectError> {
        harm(self.mode(), "task-configs")?;
        let mut config = self.config.clone();
        if self.mode() == "reconfigure" && self.monitored {
            config.set("reconfigured", "true");
        }
        let tasks = match self.mode() {
            "no-tasks" => 0,
            "too-many-tasks" => max_tasks + 1,
            _ => 1,
        };
        Ok(vec![config; tasks as usize])
    }

    fn monitor(&mut self) -> Result<(), ConnectError> {
        harm(self.mode(), "monitor")?;
        if std::mem::replace(&mut self.monitored, true) {
            return Ok(());
        }
        match self.mode() {
            "raise-error" => self.context.raise_error("this is the raised error"),
            "reconfigure" => self.context.request_task_reconfiguration(),
            _ => {}
        }
        Ok(())
    }

    fn stop(&mut self) -> Result<(), ConnectError> {
        harm(self.mode(), "connector-stop")
    }
}
