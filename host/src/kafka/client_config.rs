//! Java client settings to librdkafka's.

use super::KafkaError;

/// Which client settings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientRole {
    /// A producer.
    Producer,
    /// A consumer.
    Consumer,
    /// An admin client.
    Admin,
}

/// Settings that librdkafka understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TranslatedClient {
    /// librdkafka's settings, in order of name.
    pub settings: Vec<(String, String)>,
    /// What the user should know; at most one line names the settings without a counterpart.
    pub warnings: Vec<String>,
}

/// Translates Java settings, given in order; a later value of a key wins.
pub fn translate(
    role: ClientRole,
    java: &[(String, String)],
) -> Result<TranslatedClient, KafkaError> {
    let _ = (role, java);
    todo!()
}
