use connect_sdk::{
    Config, ConfigDef, ConnectError, ConnectorContext, Description, SourceConnector,
};

struct Connector;

impl SourceConnector for Connector {
    fn describe() -> Description {
        Description::new("com.example.Connector", "1.0.0")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new()
    }

    fn start(_: Box<dyn ConnectorContext>, _: Config) -> Result<Self, ConnectError> {
        Ok(Self)
    }

    fn task_configs(&mut self, _: u32) -> Result<Vec<Config>, ConnectError> {
        Ok(Vec::new())
    }
}

struct NotATask;

connect_sdk::export_source!(Connector, NotATask);

fn main() {}
