//! Loggers of plugins: one for each class, as in the JVM.
//!
//! The `tracing` macros fix a line's target when the worker is compiled, and the classes of plugins
//! are known only when they are loaded; so the callsites are made here. One is kept for each class
//! and level for as long as the process lives, which the number of plugins bounds.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{LazyLock, Mutex, OnceLock, PoisonError};

use tracing::{Event, Level};
use tracing_core::callsite::{self, Callsite, Identifier};
use tracing_core::field::{self, FieldSet, Value};
use tracing_core::subscriber::Interest;
use tracing_core::{Kind, Metadata, dispatcher};

/// What the targets of all plugins begin with.
const TARGET: &str = "connect_wasm::guest";
const FIELDS: &[&str] = &["message", "instance"];

/// The target of the lines of a class; an empty one is not known yet.
pub(super) fn target(class: &str) -> String {
    if class.is_empty() {
        TARGET.to_owned()
    } else {
        format!("{TARGET}::{class}")
    }
}

/// The class of a target, if it is one of these.
pub(super) fn class_of(target: &str) -> Option<&str> {
    target.strip_prefix(TARGET)?.strip_prefix("::")
}

/// The logger of a class. Its lines have the field `instance`.
pub struct GuestLogger {
    /// By `index`.
    sites: [Site; 5],
}

/// A place that lines of one class and level come from.
struct Site {
    /// Set right after the site is made: it names the site itself.
    metadata: OnceLock<Metadata<'static>>,
    interest: AtomicU8,
}

const NEVER: u8 = 0;
const SOMETIMES: u8 = 1;
const ALWAYS: u8 = 2;

static LOGGERS: LazyLock<Mutex<HashMap<String, &'static GuestLogger>>> =
    LazyLock::new(Mutex::default);

fn index(level: Level) -> usize {
    match level {
        Level::TRACE => 0,
        Level::DEBUG => 1,
        Level::INFO => 2,
        Level::WARN => 3,
        Level::ERROR => 4,
    }
}

impl GuestLogger {
    /// The logger of the class; of plugins whose class is not known yet when that is empty.
    pub fn of_class(class: &str) -> &'static Self {
        let mut loggers = LOGGERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(logger) = loggers.get(class) {
            return logger;
        }
        let logger = Self::leaked(class);
        loggers.insert(class.to_owned(), logger);
        logger
    }

    fn leaked(class: &str) -> &'static Self {
        let target: &'static str = Box::leak(target(class).into_boxed_str());
        let logger: &'static Self = Box::leak(Box::new(Self {
            sites: std::array::from_fn(|_| Site {
                metadata: OnceLock::new(),
                interest: AtomicU8::new(SOMETIMES),
            }),
        }));
        let levels = [
            Level::TRACE,
            Level::DEBUG,
            Level::INFO,
            Level::WARN,
            Level::ERROR,
        ];
        for level in levels {
            let site = &logger.sites[index(level)];
            site.metadata.get_or_init(|| {
                Metadata::new(
                    "plugin line",
                    target,
                    level,
                    None,
                    None,
                    None,
                    FieldSet::new(FIELDS, Identifier(site)),
                    Kind::EVENT,
                )
            });
            callsite::register(site);
        }
        logger
    }

    /// Whether a line of this level would appear.
    pub fn enabled(&'static self, level: Level) -> bool {
        let site = &self.sites[index(level)];
        match site.interest.load(Ordering::Relaxed) {
            NEVER => false,
            ALWAYS => true,
            _ => dispatcher::get_default(|log| log.enabled(site.metadata())),
        }
    }

    /// Writes a line about an instance.
    pub fn line(&'static self, level: Level, instance: &str, text: &str) {
        if !self.enabled(level) {
            return;
        }
        let metadata = self.sites[index(level)].metadata();
        let fields = metadata.fields();
        let (Some(message_field), Some(instance_field)) =
            (fields.field("message"), fields.field("instance"))
        else {
            return;
        };
        let message = format_args!("{text}");
        let instance = field::display(instance);
        let values: [(&field::Field, Option<&dyn Value>); 2] = [
            (&message_field, Some(&message)),
            (&instance_field, Some(&instance)),
        ];
        Event::dispatch(metadata, &fields.value_set(&values));
    }
}

impl fmt::Debug for GuestLogger {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("GuestLogger")
            .field(&self.sites[0].metadata().target())
            .finish()
    }
}

impl Callsite for Site {
    fn set_interest(&self, interest: Interest) {
        let interest = if interest.is_always() {
            ALWAYS
        } else if interest.is_never() {
            NEVER
        } else {
            SOMETIMES
        };
        self.interest.store(interest, Ordering::Relaxed);
    }

    fn metadata(&self) -> &Metadata<'_> {
        self.metadata
            .get()
            .expect("a site's metadata is set before anybody sees the site")
    }
}
