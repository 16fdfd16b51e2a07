//! HoistField of values, as a guest: what the worker's own does, for comparison.

use connect_sdk::data::{SchemaBuilder, SchemaRef, Struct, Value};
use connect_sdk::{
    Applied, Config, ConfigDef, ConfigKey, ConnectError, Description, Record, Transformation,
};

/// Puts the value into a field of a struct.
pub struct Hoist {
    field: String,
    /// The last schema of values, and the struct made of it.
    schemas: Option<(SchemaRef, SchemaRef)>,
}

impl Transformation for Hoist {
    fn describe() -> Description {
        Description::new("connect.wasm.bench.Hoist", env!("CARGO_PKG_VERSION"))
            .doc("Puts the value into a field of a struct.")
    }

    fn config_def() -> ConfigDef {
        ConfigDef::new().key(ConfigKey::text("field").doc("The name of the field."))
    }

    fn configure(config: Config) -> Result<Self, ConnectError> {
        Ok(Self {
            field: config.text("field")?.to_owned(),
            schemas: None,
        })
    }

    fn apply(&mut self, record: &mut Record<'_>) -> Result<Applied, ConnectError> {
        let schema = record.value_schema().cloned();
        let value = record.take_value();
        let Some(schema) = schema else {
            let entry = (Value::from(self.field.clone()), value);
            record.set_value(None, vec![entry]);
            return Ok(Applied::Kept);
        };
        let hoisted = match &self.schemas {
            Some((last, hoisted)) if SchemaRef::ptr_eq(last, &schema) => hoisted.clone(),
            _ => {
                let builder = SchemaBuilder::structure();
                let hoisted = builder.field(&self.field, schema.clone()).build()?;
                self.schemas = Some((schema, hoisted.clone()));
                hoisted
            }
        };
        let mut fields = Struct::new(hoisted.clone())?;
        fields.put(&self.field, value)?;
        record.set_value(Some(hoisted), fields);
        Ok(Applied::Kept)
    }
}

connect_sdk::export_transformation!(Hoist);
