//! Source offsets: read from the connector's store, changed in it.
//!
//! Owns what a partition and an offset of a request become before they are stored. Knows no Kafka client.
//! Kafka's counterparts: `Worker.sourceConnectorOffsets`, `modifySourceConnectorOffsets` and
//! `normalizeSourceConnectorOffsets`.

use connect_data::{OffsetMap, OffsetValue};

use crate::config::ConfigMap;
use crate::ids::ConnectorName;
use crate::sandbox::{ConnectorInstance, SourceOffsetChange};
use crate::storage::offset::{OffsetStorageReader, alter_offsets, normalized};

use super::change::{ConnectorOffset, JsonObject, JsonValue, OffsetEntry, OffsetsChange};
use super::{ModifyRequest, OFFSETS_TIMEOUT, OffsetsError, logged};
use crate::worker::LocalWorker;

impl LocalWorker {
    /// The stored offsets of a source connector. Partitions without a map are left out, as Kafka does.
    pub(super) async fn source_offsets(
        &self,
        name: &ConnectorName,
    ) -> Result<Vec<ConnectorOffset>, OffsetsError> {
        let stored =
            self.stored_offsets(name).all().await.map_err(|error| {
                logged(OffsetsError::ReadSource(name.clone()), &error.to_string())
            })?;
        Ok(stored
            .into_iter()
            .filter_map(|(partition, offset)| {
                let partition = partition?;
                Some(ConnectorOffset { partition, offset })
            })
            .collect())
    }

    /// Changes the stored offsets of a source connector once the connector has agreed; says whether it
    /// knows about them.
    pub(super) async fn modify_source_offsets(
        &self,
        request: ModifyRequest<'_>,
        change: &OffsetsChange,
    ) -> Result<bool, OffsetsError> {
        let name = request.name;
        let changes = match change {
            OffsetsChange::Alter(entries) => source_changes(entries)?,
            OffsetsChange::Reset => {
                let stored = self.stored_offsets(name).all().await;
                let stored = stored.map_err(|error| request.failed(&error.to_string()))?;
                stored
                    .into_iter()
                    .map(|(partition, _)| (partition, None))
                    .collect()
            }
        };
        let asked = changes.clone();
        let ask = move |mut connector: ConnectorInstance, config: ConfigMap| async move {
            connector.alter_source_offsets(&config, &asked).await
        };
        let connector_knows = self.ask_connector(request, ask).await?;
        if changes.is_empty() {
            tracing::info!(
                "No offsets found for source connector {name}: they were reset before, or it has \
                 not committed any yet"
            );
            return Ok(connector_knows);
        }
        let stored = alter_offsets(&*self.parts.offsets, name.as_str(), changes);
        match tokio::time::timeout(OFFSETS_TIMEOUT, stored).await {
            Ok(Ok(())) => Ok(connector_knows),
            Ok(Err(error)) => Err(request.failed(&error.to_string())),
            Err(_) => Err(OffsetsError::StoreTimeout(name.clone())),
        }
    }

    fn stored_offsets(&self, name: &ConnectorName) -> OffsetStorageReader {
        OffsetStorageReader::new(name.as_str(), self.parts.offsets.clone())
    }
}

/// What is to be stored: each partition once, in the form in which tasks will read it back.
fn source_changes(entries: &[OffsetEntry]) -> Result<Vec<SourceOffsetChange>, OffsetsError> {
    let mut changes: Vec<SourceOffsetChange> = Vec::with_capacity(entries.len());
    let mut places = std::collections::HashMap::new();
    for (partition, offset) in entries {
        let partition = partition.as_ref().map(primitive_map).transpose()?;
        let offset = offset.as_ref().map(primitive_map).transpose()?;
        match places.get(&partition) {
            Some(place) => {
                let place: usize = *place;
                changes[place].1 = offset;
            }
            None => {
                places.insert(partition.clone(), changes.len());
                changes.push((partition, offset));
            }
        }
    }
    Ok(changes)
}

fn primitive_map(object: &JsonObject) -> Result<OffsetMap<'static>, OffsetsError> {
    let mut map = OffsetMap::new();
    for (field, value) in object {
        let refused = |found| OffsetsError::NotPrimitive {
            field: field.clone(),
            found,
        };
        let value = match value {
            JsonValue::Null => OffsetValue::Null,
            JsonValue::Boolean(value) => OffsetValue::Boolean(*value),
            JsonValue::Integer(number) => OffsetValue::Integer(*number),
            JsonValue::Double(number) => OffsetValue::Float(*number),
            JsonValue::Text(text) => OffsetValue::from(text.clone()),
            JsonValue::BigInteger(_) => return Err(refused("class java.math.BigInteger")),
            JsonValue::List(_) => return Err(refused("ARRAY")),
            JsonValue::Map(_) => return Err(refused("MAP")),
        };
        map.insert(field.clone(), value);
    }
    Ok(normalized(&map))
}

#[cfg(test)]
mod tests;
