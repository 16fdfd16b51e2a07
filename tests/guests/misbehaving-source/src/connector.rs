//! The connector. Modes of its own: `<harm>-in-connector-start`, `-in-task-configs`,
//! `-in-monitor`, `-in-connector-stop`, `-in-validate`, `-in-recommend`; `raise-error` (in its first
//! monitor), `reconfigure` (its first monitor asks for new task configs, which then have a key
//! `reconfigured`), `no-tasks`, `too-many-tasks`; `unknown` (validate tells that there is no such
//! mode), `unknown-key-in-validate`, `unknown-key-in-recommend`, `flood-in-validate`,
//! `flood-in-recommend`. What `config_def` does wrong stands in [`CONFIG_DEF_HARM`].

use connect_sdk::{
    AlteredOffset, Config, ConfigDef, ConfigIssue, ConfigKey, ConnectError, ConnectorContext,
    Description, Grant, Importance, Recommendation, SourceConnector, Support, Validator,
};

use crate::harm::harm;

/// More answers than anybody reads.
const FLOOD: usize = 100_000;

/// What `config_def` does wrong, filled up with dots. It is called without a configuration, so
/// that tests change this text in the component's bytes.
static CONFIG_DEF_HARM: [u8; 32] = *b"harm-in-config-def:.............";

fn config_def_harm() -> String {
    // The compiler must not take the text for granted.
    let text = std::hint::black_box(&CONFIG_DEF_HARM);
    let text = String::from_utf8_lossy(text);
    let (_, harm) = text.split_once(':').unwrap_or_default();
    harm.trim_end_matches('.').to_owned()
}

fn harmful(mode: &str) -> ConfigDef {
    harm(&format!("{mode}-in-config-def"), "config-def").expect("to be harmful");
    let key = |name: &str| ConfigKey::text(name).default_null();
    match mode {
        "twice" => ConfigDef::new().key(key("twice")).key(key("twice")),
        "bad-default" => {
            let regex = ConfigKey::text("regex").validator(Validator::Regex);
            ConfigDef::new().key(regex.default_value("["))
        }
        _ => ConfigDef::new(),
    }
}

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
        harmful(&config_def_harm())
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
        let issue = |name: &str| ConfigIssue {
            name: name.to_owned(),
            message: "There is no such mode".to_owned(),
        };
        Ok(match mode {
            "unknown" => vec![issue("mode")],
            "unknown-key-in-validate" => vec![issue("mood")],
            "flood-in-validate" => vec![issue("mode"); FLOOD],
            _ => Vec::new(),
        })
    }

    fn recommend(config: &Config) -> Result<Vec<Recommendation>, ConnectError> {
        let mode = config.get("mode").unwrap_or_default();
        harm(mode, "recommend")?;
        let recommendation = |name: &str, values: Vec<String>| Recommendation {
            name: name.to_owned(),
            values,
            visible: true,
        };
        let modes = vec!["panic-in-poll".to_owned(), "spin-in-poll".to_owned()];
        Ok(match mode {
            "unknown-key-in-recommend" => vec![recommendation("times", modes)],
            "flood-in-recommend" => vec![recommendation("mode", vec![String::new(); FLOOD])],
            _ => vec![recommendation("mode", modes)],
        })
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
