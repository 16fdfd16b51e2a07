//! The task: asks when it is time, tells the server what it has already, and backs off while the
//! server fails.

use std::borrow::Cow;
use std::time::Duration;

use connect_sdk::data::{OffsetMap, OffsetValue, Schema, SourceRecord, Value};
use connect_sdk::http::{HttpError, HttpErrorReason, Request, Response};
use connect_sdk::{
    Config, ConnectError, SourceBatch, SourceConnector as _, SourceTask, SourceTaskContext, clock,
    stopping,
};

use crate::connector::{
    AUTHORIZATION, BACKOFF_MAX, HttpSourceConnector, INTERVAL, TIMEOUT, TOPIC, URL,
};

/// LIMIT: a poll comes back within a second, unless an answer takes longer.
const POLL_WAIT_MAX: Duration = Duration::from_millis(900);

/// The first wait after a failure; it doubles with each one that follows.
const BACKOFF_MIN: Duration = Duration::from_secs(1);

/// The task.
pub struct HttpSourceTask {
    url: String,
    topic: String,
    authorization: Option<String>,
    interval: Duration,
    timeout: Duration,
    backoff_max: Duration,
    /// What the last answer had: sent along, so that the server answers only with what is new.
    seen: Seen,
    /// By the monotonic clock.
    next_request: Duration,
    failures: u32,
}

/// What is stored of the last answer.
#[derive(Default)]
struct Seen {
    etag: Option<String>,
    last_modified: Option<String>,
    /// Of the body, for servers that send no ETag.
    hash: Option<i64>,
}

impl SourceTask for HttpSourceTask {
    fn start(context: SourceTaskContext, config: Config) -> Result<Self, ConnectError> {
        let config = HttpSourceConnector::config_def().complete(config)?;
        let milliseconds = |key| {
            let number = config.int(key)?;
            Ok::<_, ConnectError>(Duration::from_millis(number.unsigned_abs().into()))
        };
        let url = config.text(URL)?.to_owned();
        let stored = context.offset_reader.offset(&partition_of(&url))?;
        Ok(Self {
            topic: config.text(TOPIC)?.to_owned(),
            authorization: config.non_empty(AUTHORIZATION).map(str::to_owned),
            interval: milliseconds(INTERVAL)?,
            timeout: milliseconds(TIMEOUT)?,
            backoff_max: milliseconds(BACKOFF_MAX)?,
            seen: stored.map(|offset| Seen::of(&offset)).unwrap_or_default(),
            next_request: clock::monotonic(),
            failures: 0,
            url,
        })
    }

    fn poll(&mut self, records: &mut SourceBatch) -> Result<(), ConnectError> {
        let left = self.next_request.saturating_sub(clock::monotonic());
        if !left.is_zero() && (stopping::wait(left.min(POLL_WAIT_MAX)) || left > POLL_WAIT_MAX) {
            return Ok(());
        }
        match self.request().send() {
            Ok(response) => self.answered(&response, records),
            Err(error) => self.failed(error),
        }
    }
}

impl HttpSourceTask {
    fn request(&self) -> Request {
        let mut request = Request::get(self.url.as_str()).timeout(self.timeout);
        if let Some(authorization) = &self.authorization {
            request = request.with_header("Authorization", authorization);
        }
        if let Some(etag) = &self.seen.etag {
            request = request.with_header("If-None-Match", etag);
        } else if let Some(date) = &self.seen.last_modified {
            request = request.with_header("If-Modified-Since", date);
        }
        request
    }

    fn answered(
        &mut self,
        response: &Response,
        records: &mut SourceBatch,
    ) -> Result<(), ConnectError> {
        let status = response.status();
        match status {
            200 => self.new_answer(response, records)?,
            304 => {}
            408 | 425 | 429 | 500.. => {
                let seconds = response
                    .header("Retry-After")
                    .and_then(|it| it.parse().ok());
                self.back_off(
                    &format!("status {status}"),
                    seconds.map(Duration::from_secs),
                );
                return Ok(());
            }
            _ => {
                let place = match response.header("Location") {
                    Some(place) if (300..400).contains(&status) => format!("; it is at {place}"),
                    _ => String::new(),
                };
                return Err(ConnectError::fatal(format!(
                    "{} ('{URL}') answers with status {status}, expected 200{place}",
                    self.url
                )));
            }
        }
        self.failures = 0;
        self.next_request = clock::monotonic() + self.interval;
        Ok(())
    }

    fn new_answer(
        &mut self,
        response: &Response,
        records: &mut SourceBatch,
    ) -> Result<(), ConnectError> {
        let hash = hash_of(response.body());
        let text = |name| response.header(name).map(str::to_owned);
        let same = self.seen.hash == Some(hash);
        self.seen = Seen {
            etag: text("ETag"),
            last_modified: text("Last-Modified"),
            hash: Some(hash),
        };
        if same {
            return Ok(());
        }
        let (schema, value) = match response.text() {
            Ok(text) => (Schema::string(), Value::from(text)),
            Err(_) => (
                Schema::bytes(),
                Value::Bytes(Cow::Borrowed(response.body())),
            ),
        };
        let mut record = SourceRecord::new(
            Some(partition_of(&self.url)),
            Some(self.seen.offset()),
            self.topic.as_str(),
            Some(schema),
            value,
        );
        record.key_schema = Some(Schema::string());
        record.key = Value::from(self.url.as_str());
        record.timestamp = Some(clock::now_ms());
        records.push(&record)
    }

    fn failed(&mut self, error: HttpError) -> Result<(), ConnectError> {
        match error.reason() {
            HttpErrorReason::Stopping => {}
            HttpErrorReason::Timeout | HttpErrorReason::Failed(_) => {
                self.back_off(&error.to_string(), None);
            }
            HttpErrorReason::Denied
            | HttpErrorReason::Invalid(_)
            | HttpErrorReason::TooLarge(_) => return Err(error.into()),
        }
        Ok(())
    }

    /// The server is to be left alone for a while: as long as it says, or longer each time.
    fn back_off(&mut self, problem: &str, wanted: Option<Duration>) {
        let doubled = BACKOFF_MIN * 2_u32.saturating_pow(self.failures.min(20));
        let wait = wanted.unwrap_or(doubled).min(self.backoff_max);
        self.failures += 1;
        self.next_request = clock::monotonic() + wait;
        connect_sdk::warn!(
            "{problem}; the next request to {} is made in {} ms",
            self.url,
            wait.as_millis()
        );
    }
}

impl Seen {
    fn of(offset: &OffsetMap<'_>) -> Self {
        let text = |key| {
            offset
                .get(key)
                .and_then(OffsetValue::as_str)
                .map(str::to_owned)
        };
        Self {
            etag: text("etag"),
            last_modified: text("last-modified"),
            hash: offset.get("hash").and_then(OffsetValue::as_integer),
        }
    }

    fn offset(&self) -> OffsetMap<'static> {
        let mut offset = OffsetMap::new();
        if let Some(etag) = &self.etag {
            offset.insert("etag", etag.clone());
        }
        if let Some(date) = &self.last_modified {
            offset.insert("last-modified", date.clone());
        }
        if let Some(hash) = self.hash {
            offset.insert("hash", hash);
        }
        offset
    }
}

fn partition_of(url: &str) -> OffsetMap<'static> {
    OffsetMap::of("url", url.to_owned())
}

/// FNV-1a: tells answers apart, and is the same in every version of this connector.
fn hash_of(bytes: &[u8]) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash as i64
}

#[cfg(test)]
mod tests;
