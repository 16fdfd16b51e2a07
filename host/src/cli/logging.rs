//! Log lines on standard error: readable at a terminal, or one JSON object a line.
//!
//! Owns the look of a line. Every line about a connector or task carries its
//! `[connector|task-n]`, taken from the field `instance` of the event or of a span around it, as
//! Kafka's `connector.context` does. Knows nothing about what is logged.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;

use crate::loggers::Loggers;

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// `[time] LEVEL [connector|task-n] message (target)`.
    Text,
    /// One JSON object: timestamp, level, connector_context, message, target, and other fields.
    Json,
}

/// Installs the log; the loggers returned change its levels. `directives` is the text of RUST_LOG
/// if that is set; `level` counts where it says nothing.
///
/// # Errors
///
/// The text that could not be understood, when `directives` or `level` is not a valid filter.
pub fn install(
    format: LogFormat,
    level: &str,
    directives: Option<&str>,
) -> Result<Arc<Loggers>, String> {
    // The embedded broker and the JIT compiler speak to their own developers; only their warnings
    // are of use to an operator.
    let base = format!(
        "{level},librdkafka=warn,wasmtime=warn,cranelift=warn,nisshi=error,rama=error,\
         libsql=error,hyper=warn"
    );
    let text = match directives {
        Some(directives) if !directives.trim().is_empty() => format!("{base},{directives}"),
        _ => base,
    };
    let (loggers, filter) = Loggers::new(&text)
        .map_err(|error| format!("The log filter '{text}' cannot be understood: {error}"))?;
    let layer = LogLayer {
        format,
        colour: format == LogFormat::Text && std::io::stderr().is_terminal(),
    };
    // The filter is a layer of its own: as a filter of one layer it keeps, for each thread, what it
    // decided last, and an `enabled!` without an event after it makes it drop the next line.
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .try_init()
        .map_err(|error| format!("The log is installed already: {error}"))?;
    Ok(loggers)
}

struct LogLayer {
    format: LogFormat,
    colour: bool,
}

/// The `[connector|task-n]` of a span, kept in the span's extensions.
struct InstanceContext(String);

#[derive(Default)]
struct Fields {
    message: String,
    instance: Option<String>,
    others: Vec<(&'static str, String)>,
}

impl Fields {
    fn set(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            "instance" => self.instance = Some(text),
            // The `log` crate's records repeat what the line shows anyway.
            name if name.starts_with("log.") => {}
            name => self.others.push((name, text)),
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}

impl<S> Layer<S> for LogLayer
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_new_span(
        &self,
        attributes: &tracing::span::Attributes<'_>,
        id: &tracing::span::Id,
        context: Context<'_, S>,
    ) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let (Some(instance), Some(span)) = (fields.instance, context.span(id)) {
            span.extensions_mut().insert(InstanceContext(instance));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        if fields.instance.is_none() {
            fields.instance = context.event_scope(event).and_then(|scope| {
                scope.into_iter().find_map(|span| {
                    span.extensions()
                        .get::<InstanceContext>()
                        .map(|instance| instance.0.clone())
                })
            });
        }
        let metadata = event.metadata();
        let line = match self.format {
            LogFormat::Text => self.text_line(*metadata.level(), metadata.target(), &fields),
            LogFormat::Json => json_line(*metadata.level(), metadata.target(), &fields),
        };
        // A log that cannot be written has nowhere to say so.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

impl LogLayer {
    fn text_line(&self, level: Level, target: &str, fields: &Fields) -> String {
        let time = jiff::Zoned::now()
            .strftime("%Y-%m-%d %H:%M:%S,%3f")
            .to_string();
        let mut line = String::with_capacity(160);
        let (start, end) = if self.colour {
            (colour_of(level), "\u{1b}[0m")
        } else {
            ("", "")
        };
        let _ = write!(line, "[{time}] {start}{level}{end} ");
        if let Some(instance) = &fields.instance {
            let _ = write!(line, "{instance} ");
        }
        line.push_str(&fields.message);
        for (name, value) in &fields.others {
            let _ = write!(line, " {name}={value}");
        }
        let _ = writeln!(line, " ({target})");
        line
    }
}

fn colour_of(level: Level) -> &'static str {
    match level {
        Level::ERROR => "\u{1b}[31m",
        Level::WARN => "\u{1b}[33m",
        Level::INFO => "\u{1b}[32m",
        Level::DEBUG | Level::TRACE => "\u{1b}[2m",
    }
}

fn json_line(level: Level, target: &str, fields: &Fields) -> String {
    let mut object = serde_json::Map::new();
    object.insert(
        "timestamp".into(),
        jiff::Timestamp::now().to_string().into(),
    );
    object.insert("level".into(), level.as_str().into());
    if let Some(instance) = &fields.instance {
        object.insert("connector_context".into(), instance.as_str().into());
    }
    object.insert("message".into(), fields.message.as_str().into());
    object.insert("target".into(), target.into());
    for (name, value) in &fields.others {
        object.insert((*name).into(), value.as_str().into());
    }
    let mut line = serde_json::Value::Object(object).to_string();
    line.push('\n');
    line
}
