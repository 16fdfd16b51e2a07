//! Which settings Kafka's Java clients define, and of what type.
//!
//! Owns the table `settings.txt`. Connectors override such settings, and validation shows them with
//! these definitions. Must not know what a setting does: documentation is left to Kafka's own.
//! Kafka's counterparts: ProducerConfig.configDef, ConsumerConfig.configDef,
//! AdminClientConfig.configDef (4.3.1).

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::config::def::{ConfigKey, ConfigType, DefaultValue, Importance};

/// One of the clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// Writes records.
    Producer,
    /// Reads records.
    Consumer,
    /// Creates topics and changes offsets.
    Admin,
}

impl Client {
    /// Its letter in the table.
    fn letter(self) -> char {
        match self {
            Self::Producer => 'P',
            Self::Consumer => 'C',
            Self::Admin => 'A',
        }
    }

    fn documentation(self) -> &'static str {
        match self {
            Self::Producer => "A setting of Kafka producers.",
            Self::Consumer => "A setting of Kafka consumers.",
            Self::Admin => "A setting of Kafka admin clients.",
        }
    }

    /// The client's definition of a setting; nothing when it does not know it.
    pub fn setting(self, name: &str) -> Option<&'static ConfigKey> {
        SETTINGS.get(&self)?.get(name)
    }

    /// How many settings the client defines.
    #[cfg(test)]
    pub(super) fn settings_count(self) -> usize {
        SETTINGS[&self].len()
    }
}

static SETTINGS: LazyLock<HashMap<Client, HashMap<&'static str, ConfigKey>>> =
    LazyLock::new(|| {
        [Client::Producer, Client::Consumer, Client::Admin]
            .into_iter()
            .map(|client| (client, settings_of(client)))
            .collect()
    });

fn settings_of(client: Client) -> HashMap<&'static str, ConfigKey> {
    include_str!("settings.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split('|').collect::<Vec<_>>())
        .filter_map(|columns| match columns[..] {
            [
                name,
                config_type,
                importance,
                default,
                clients,
                ref rest @ ..,
            ] if clients.contains(client.letter()) => {
                let mut key = ConfigKey::new(
                    name,
                    parse_type(config_type),
                    parse_default(default),
                    parse_importance(importance),
                    client.documentation(),
                );
                key.group = rest.first().map(|&group| group.to_owned());
                Some((name, key))
            }
            _ => None,
        })
        .collect()
}

fn parse_type(text: &str) -> ConfigType {
    match text {
        "BOOLEAN" => ConfigType::Boolean,
        "INT" => ConfigType::Int,
        "SHORT" => ConfigType::Short,
        "LONG" => ConfigType::Long,
        "DOUBLE" => ConfigType::Double,
        "LIST" => ConfigType::List,
        "CLASS" => ConfigType::Class,
        "PASSWORD" => ConfigType::Password,
        _ => ConfigType::String,
    }
}

fn parse_importance(text: &str) -> Importance {
    match text {
        "HIGH" => Importance::High,
        "MEDIUM" => Importance::Medium,
        _ => Importance::Low,
    }
}

fn parse_default(text: &str) -> DefaultValue {
    match text.strip_prefix('=') {
        Some(value) => DefaultValue::Value(value.to_owned()),
        None if text == "-" => DefaultValue::Required,
        None => DefaultValue::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_define_what_those_of_4_3_1_do() {
        assert_eq!(Client::Producer.settings_count(), 113);
        assert_eq!(Client::Consumer.settings_count(), 116);
        assert_eq!(Client::Admin.settings_count(), 91);
        let key = |client: Client, name: &str| {
            let key = client.setting(name).unwrap();
            (
                key.config_type.name(),
                key.importance.name(),
                key.default_text(),
            )
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            key(Client::Producer, "acks"),
            ("STRING", "LOW", text("all"))
        );
        assert_eq!(
            key(Client::Consumer, "connections.max.idle.ms"),
            ("LONG", "MEDIUM", text("540000"))
        );
        assert_eq!(
            key(Client::Admin, "connections.max.idle.ms"),
            ("LONG", "MEDIUM", text("300000"))
        );
        assert_eq!(
            key(Client::Admin, "ssl.key.password"),
            ("PASSWORD", "HIGH", None)
        );
        assert!(
            Client::Producer
                .setting("bootstrap.servers")
                .unwrap()
                .is_required()
        );
        assert!(Client::Admin.setting("acks").is_none());
    }

    #[test]
    fn each_line_of_the_table_is_understood() {
        for line in include_str!("settings.txt").lines() {
            if line.starts_with('#') {
                continue;
            }
            let columns: Vec<&str> = line.split('|').collect();
            assert!([5, 6].contains(&columns.len()), "{line}");
            assert_eq!(parse_type(columns[1]).name(), columns[1], "{line}");
            assert_eq!(parse_importance(columns[2]).name(), columns[2], "{line}");
            assert!(columns[3].starts_with(['-', '~', '=']), "{line}");
            assert!(
                columns[4].chars().all(|letter| "PCA".contains(letter)),
                "{line}"
            );
        }
    }
}
