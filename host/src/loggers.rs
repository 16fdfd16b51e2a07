//! Log levels by the names of Kafka Connect's Java loggers, and the live filter that they make.
//!
//! Owns what `/admin/loggers` shows and changes: which loggers there are, which level each has, and
//! which of our log targets a logger stands for ([`table`]). Only this module and `cli/logging.rs`
//! know that the filter can be exchanged while the worker runs. Must not know how lines look or who
//! changes levels. Kafka's counterpart: `runtime.Loggers`.
//!
//! A target follows the most talkative of its loggers. What `RUST_LOG` says about a target holds
//! until a logger that stands for it is changed.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::reload;

use crate::clock;

mod guest;
mod table;

#[cfg(test)]
mod tests;

pub use self::guest::GuestLogger;

/// The name of the logger above all others.
pub const ROOT: &str = "root";

/// The levels of log4j, from all lines to none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoggerLevel {
    /// Everything.
    All,
    /// Everything that is ever written.
    Trace,
    /// What a developer wants to see.
    Debug,
    /// What an operator wants to see.
    Info,
    /// What may become a trouble.
    Warn,
    /// What went wrong.
    Error,
    /// What ends a JVM; nothing here has this level, so that it is as quiet as [`Self::Off`].
    Fatal,
    /// Nothing.
    Off,
}

impl LoggerLevel {
    const ALL: [Self; 8] = [
        Self::All,
        Self::Trace,
        Self::Debug,
        Self::Info,
        Self::Warn,
        Self::Error,
        Self::Fatal,
        Self::Off,
    ];

    /// Reads a level as log4j does: in any case, with spaces around it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|level| level.name().eq_ignore_ascii_case(text))
    }

    /// log4j's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Trace => "TRACE",
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
            Self::Fatal => "FATAL",
            Self::Off => "OFF",
        }
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::All | Self::Trace => LevelFilter::TRACE,
            Self::Debug => LevelFilter::DEBUG,
            Self::Info => LevelFilter::INFO,
            Self::Warn => LevelFilter::WARN,
            Self::Error => LevelFilter::ERROR,
            Self::Fatal | Self::Off => LevelFilter::OFF,
        }
    }

    fn of_filter(filter: LevelFilter) -> Self {
        match filter {
            LevelFilter::TRACE => Self::Trace,
            LevelFilter::DEBUG => Self::Debug,
            LevelFilter::INFO => Self::Info,
            LevelFilter::WARN => Self::Warn,
            LevelFilter::ERROR => Self::Error,
            LevelFilter::OFF => Self::Off,
        }
    }
}

impl fmt::Display for LoggerLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A logger as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoggerState {
    /// Its own level, or the one that it has from the names above it.
    pub level: LoggerLevel,
    /// When this API changed it last, in milliseconds since 1970; none if it never did.
    pub last_modified: Option<i64>,
}

#[derive(Clone, Copy, Default)]
struct Logger {
    /// None: that of the next name above.
    own_level: Option<LoggerLevel>,
    last_modified: Option<i64>,
}

struct Levels {
    root: LoggerState,
    loggers: BTreeMap<String, Logger>,
    /// What `RUST_LOG` says about targets that no logger stands for exactly.
    directives: Vec<(String, LevelFilter)>,
}

/// All loggers of this process.
pub struct Loggers {
    levels: Mutex<Levels>,
    apply: Box<dyn Fn(Targets) + Send + Sync>,
}

/// The filter of the whole log, which the [`Loggers`] made with it exchange.
pub type LiveFilter<S> = reload::Layer<Targets, S>;

impl Loggers {
    /// The loggers that filter as `directives` says (the syntax of `RUST_LOG`: `level` and
    /// `target=level`, separated by commas), and their filter.
    ///
    /// # Errors
    ///
    /// What is wrong with `directives`.
    pub fn new<S: Subscriber + 'static>(
        directives: &str,
    ) -> Result<(Arc<Self>, LiveFilter<S>), String> {
        let targets: Targets = directives
            .parse()
            .map_err(|error: tracing_subscriber::filter::ParseError| error.to_string())?;
        let levels = Levels::new(targets);
        let (layer, handle) = reload::Layer::new(levels.filter());
        let apply = move |filter| {
            // It fails when there is no log, and then there is nothing to filter.
            if handle.reload(filter).is_ok() {
                // Libraries that speak through the `log` crate ask it first.
                log::set_max_level(log_level(LevelFilter::current()));
            }
        };
        let loggers = Self {
            levels: Mutex::new(levels),
            apply: Box::new(apply),
        };
        Ok((Arc::new(loggers), layer))
    }

    /// Loggers at INFO with no log behind them.
    #[cfg(test)]
    pub(crate) fn without_log() -> Arc<Self> {
        let made = Self::new::<tracing_subscriber::Registry>("info");
        made.expect("a level is a directive").0
    }

    /// Adds loggers that have no level of their own: the classes of plugins.
    pub fn add<N: Into<String>>(&self, names: impl IntoIterator<Item = N>) {
        let mut levels = self.lock();
        for name in names {
            levels.loggers.entry(name.into()).or_default();
        }
        (self.apply)(levels.filter());
    }

    /// All loggers by name, root among them.
    pub fn all(&self) -> BTreeMap<String, LoggerState> {
        let levels = self.lock();
        let names = levels.loggers.keys();
        let mut all: BTreeMap<String, LoggerState> = names
            .map(|name| (name.clone(), levels.state(name)))
            .collect();
        all.insert(ROOT.to_owned(), levels.root);
        all
    }

    /// The logger of that name; none if there is no such logger.
    pub fn get(&self, name: &str) -> Option<LoggerState> {
        let levels = self.lock();
        if is_root(name) {
            return Some(levels.root);
        }
        levels
            .loggers
            .contains_key(name)
            .then(|| levels.state(name))
    }

    /// Sets the level of a logger, which is made if it is not there, and of all whose names begin
    /// with its name. Returns the names of those that had another level before, sorted.
    pub fn set_level(&self, namespace: &str, level: LoggerLevel) -> Vec<String> {
        tracing::info!("Setting level of namespace {namespace} and children to {level}");
        let mut levels = self.lock();
        let changed = levels.set(namespace, level, clock::epoch_ms());
        (self.apply)(levels.filter());
        changed
    }

    fn lock(&self) -> MutexGuard<'_, Levels> {
        self.levels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_root(name: &str) -> bool {
    name.eq_ignore_ascii_case(ROOT)
}

fn log_level(filter: LevelFilter) -> log::LevelFilter {
    match filter {
        LevelFilter::TRACE => log::LevelFilter::Trace,
        LevelFilter::DEBUG => log::LevelFilter::Debug,
        LevelFilter::INFO => log::LevelFilter::Info,
        LevelFilter::WARN => log::LevelFilter::Warn,
        LevelFilter::ERROR => log::LevelFilter::Error,
        LevelFilter::OFF => log::LevelFilter::Off,
    }
}

/// What `targets` lets through for `target`.
fn level_of(targets: &Targets, target: &str) -> LevelFilter {
    let levels = [
        tracing::Level::TRACE,
        tracing::Level::DEBUG,
        tracing::Level::INFO,
        tracing::Level::WARN,
        tracing::Level::ERROR,
    ];
    levels
        .into_iter()
        .find(|level| targets.would_enable(target, level))
        .map_or(LevelFilter::OFF, LevelFilter::from_level)
}

impl Levels {
    fn new(targets: Targets) -> Self {
        let root = targets.default_level().unwrap_or(LevelFilter::ERROR);
        let mut loggers: BTreeMap<String, Logger> = BTreeMap::new();
        for (target, names) in table::TARGETS {
            let level = level_of(&targets, target);
            for name in *names {
                let logger = loggers.entry((*name).to_owned()).or_default();
                if level != root {
                    // Of several targets the most talkative counts, as everywhere.
                    let level = LoggerLevel::of_filter(level);
                    let own = logger.own_level.map_or(level, |own| own.min(level));
                    logger.own_level = Some(own);
                }
            }
        }
        let is_in_table = |target: &str| table::TARGETS.iter().any(|(known, _)| *known == target);
        Self {
            root: LoggerState {
                level: LoggerLevel::of_filter(root),
                last_modified: None,
            },
            loggers,
            directives: targets
                .into_iter()
                .filter(|(target, _)| !target.is_empty() && !is_in_table(target))
                .collect(),
        }
    }

    fn state(&self, name: &str) -> LoggerState {
        LoggerState {
            level: self.level(name),
            last_modified: self
                .loggers
                .get(name)
                .and_then(|logger| logger.last_modified),
        }
    }

    /// The level that a logger of that name has, whether it is there or not.
    fn level(&self, name: &str) -> LoggerLevel {
        let mut name = name;
        loop {
            let own = self.loggers.get(name).and_then(|logger| logger.own_level);
            if let Some(level) = own {
                return level;
            }
            match name.rsplit_once('.') {
                Some((above, _)) => name = above,
                None => return self.root.level,
            }
        }
    }

    fn set(&mut self, namespace: &str, level: LoggerLevel, now: i64) -> Vec<String> {
        let everything = is_root(namespace);
        if !everything {
            self.loggers.entry(namespace.to_owned()).or_default();
        }
        // What was asked for replaces what RUST_LOG says about the same targets.
        self.directives
            .retain(|(target, _)| !everything && !table::stands_for(namespace, target));
        let mut changed: Vec<String> = self
            .loggers
            .keys()
            .filter(|name| everything || name.starts_with(namespace))
            .filter(|name| self.level(name) != level)
            .cloned()
            .collect();
        for name in &changed {
            let logger = Logger {
                own_level: Some(level),
                last_modified: Some(now),
            };
            self.loggers.insert(name.clone(), logger);
        }
        if everything && self.root.level != level {
            self.root = LoggerState {
                level,
                last_modified: Some(now),
            };
            changed.push(ROOT.to_owned());
            changed.sort();
        }
        changed
    }

    fn filter(&self) -> Targets {
        let targets = table::TARGETS
            .iter()
            .map(|(target, names)| ((*target).to_owned(), self.target_level(target, names)));
        // Any other logger may be a plugin's class.
        let guests = self
            .loggers
            .keys()
            .filter(|name| !table::is_named(name))
            .map(|name| (guest::target(name), self.level(name).filter()));
        Targets::new()
            .with_default(self.root.level.filter())
            .with_targets(targets)
            .with_targets(guests)
            .with_targets(self.directives.iter().cloned())
    }

    fn target_level(&self, target: &str, names: &[&str]) -> LevelFilter {
        let named = names.iter().map(|name| self.level(name));
        let packages = table::packages(target);
        let in_packages = self
            .loggers
            .iter()
            .filter(|(name, _)| packages.iter().any(|package| name.starts_with(package)))
            .filter_map(|(_, logger)| logger.own_level);
        named
            .chain(in_packages)
            .min()
            .unwrap_or(self.root.level)
            .filter()
    }
}
