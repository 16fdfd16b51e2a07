//! The transformations of a connector in the order of its configuration.
//!
//! Owns making them from `transforms.*` and `predicates.*`, and when one is applied. Must not know
//! what happens to records that fail. Kafka counterparts: ConnectorConfig.transformationStages,
//! TransformationStage, TransformationChain.

use std::collections::HashMap;

use connect_data::ConnectRecord;

use super::resolve_class;
use super::{
    Applied, BatchPredicate, BatchTransformation, Batched, Condition, Work, create_predicate,
    create_transformation,
};
use crate::config::def::{ConfigError, java_trim, split_list};
use crate::config::{ConfigMap, with_prefix_stripped};
use crate::errors::{CONFIG_EXCEPTION, Failure};

/// The transformations of one task.
#[derive(Default)]
pub struct TransformationChain {
    stages: Vec<ChainStage>,
}

/// One transformation with its predicate.
pub struct ChainStage {
    /// Its name in the configuration.
    pub alias: String,
    /// Its class, which reports of failures name.
    pub class: String,
    /// Which records it is applied to, and whether that is turned around; all if there is none.
    pub predicate: Option<(Condition, bool)>,
    /// What it does.
    pub work: Work,
}

/// What of a chain is not built in, ready to be used.
#[derive(Default)]
pub struct BatchStages {
    /// Transformations by their alias, with their classes.
    pub transformations: HashMap<String, (String, Box<dyn BatchTransformation>)>,
    /// Predicates by the alias of the transformation that each is for.
    pub predicates: HashMap<String, Box<dyn BatchPredicate>>,
}

impl TransformationChain {
    /// The transformations that a connector's configuration names.
    ///
    /// # Errors
    ///
    /// What the JVM's task fails with at its start.
    pub fn create(config: &ConfigMap) -> Result<Self, Failure> {
        Self::create_with(config, BatchStages::default())
    }

    /// As `create`, with what is not built in.
    ///
    /// # Errors
    ///
    /// As `create`.
    pub fn create_with(config: &ConfigMap, others: BatchStages) -> Result<Self, Failure> {
        let mut others = others;
        let aliases = config.get("transforms").map(|list| split_list(list));
        let stages = aliases
            .unwrap_or_default()
            .into_iter()
            .map(|alias| ChainStage::create(alias, config, &mut others))
            .collect::<Result<_, _>>()?;
        Ok(Self { stages })
    }

    /// Whether records stay as they are.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty()
    }

    /// Whether a transformation or predicate works on many records at once.
    pub fn works_on_batches(&self) -> bool {
        self.stages.iter().any(ChainStage::works_on_batches)
    }

    /// The transformations, to be applied one after the other.
    pub fn stages(&mut self) -> &mut [ChainStage] {
        &mut self.stages
    }
}

impl ChainStage {
    fn create(
        alias: String,
        config: &ConfigMap,
        others: &mut BatchStages,
    ) -> Result<Self, Failure> {
        let settings = with_prefix_stripped(config, &format!("transforms.{alias}."));
        let class = class(&settings, "transforms", &alias)?;
        let (class, work) = match others.transformations.remove(&alias) {
            Some((class, work)) => (class, Work::Batch(work)),
            None => {
                let work = create_transformation(class, &settings)?;
                let class = resolve_class(class).unwrap_or(class).to_owned();
                (class, Work::Native(work))
            }
        };
        let predicate = match settings.get("predicate") {
            Some(name) => {
                let negate = (settings.get("negate"))
                    .is_some_and(|negate| java_trim(negate).eq_ignore_ascii_case("true"));
                let condition = match others.predicates.remove(&alias) {
                    Some(predicate) => Condition::Batch(predicate),
                    None => Condition::Native(predicate(name, config)?),
                };
                Some((condition, negate))
            }
            None => None,
        };
        Ok(Self {
            alias,
            class,
            predicate,
            work,
        })
    }

    /// Applies the transformation if its predicate lets it.
    ///
    /// # Errors
    ///
    /// What the transformation or the predicate fails with.
    #[inline]
    pub fn apply(&mut self, record: &mut ConnectRecord<'_>) -> Result<Applied, Failure> {
        if self.is_wanted(record)? {
            self.work.apply(record)
        } else {
            Ok(Applied::Kept)
        }
    }

    /// Whether the predicate lets a record be transformed.
    ///
    /// # Errors
    ///
    /// What the predicate fails with.
    #[inline]
    pub fn is_wanted(&mut self, record: &ConnectRecord<'_>) -> Result<bool, Failure> {
        match &mut self.predicate {
            Some((predicate, negate)) => Ok(predicate.test(record)? != *negate),
            None => Ok(true),
        }
    }

    fn works_on_batches(&self) -> bool {
        matches!(self.work, Work::Batch(_))
            || matches!(self.predicate, Some((Condition::Batch(_), _)))
    }

    /// What of it works on many records at once: predicate, then transformation.
    pub fn batched(&mut self) -> impl Iterator<Item = &mut dyn Batched> {
        let predicate = match &mut self.predicate {
            Some((Condition::Batch(predicate), _)) => Some(&mut **predicate as &mut dyn Batched),
            _ => None,
        };
        let work = match &mut self.work {
            Work::Batch(work) => Some(&mut **work as &mut dyn Batched),
            Work::Native(_) => None,
        };
        predicate.into_iter().chain(work)
    }
}

fn predicate(alias: &str, config: &ConfigMap) -> Result<Box<dyn super::Predicate>, Failure> {
    let listed = config.get("predicates").map(|list| split_list(list));
    if !listed
        .unwrap_or_default()
        .iter()
        .any(|listed| listed == java_trim(alias))
    {
        // COMPAT: Kafka accepts the alias and then misses the keys that only listed ones have.
        let message = format!("Unknown configuration 'predicates.{alias}.plugin.version'");
        let unknown = Failure::wrapped(Failure::new(CONFIG_EXCEPTION, message));
        return Err(Failure::wrapped(unknown));
    }
    let alias = java_trim(alias);
    let settings = with_prefix_stripped(config, &format!("predicates.{alias}."));
    let class = class(&settings, "predicates", alias)?;
    create_predicate(class, &settings)
}

fn class<'s>(settings: &'s ConfigMap, kind: &str, alias: &str) -> Result<&'s str, Failure> {
    match settings.get("type") {
        Some(class) => Ok(java_trim(class)),
        None => {
            let key = format!("{kind}.{alias}.type");
            let missing = ConfigError::Missing { key }.to_string();
            Err(Failure::new(CONFIG_EXCEPTION, missing))
        }
    }
}
