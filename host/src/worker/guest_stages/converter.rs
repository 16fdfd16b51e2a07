//! Converters in a sandbox, for keys and values, and for headers.

use std::collections::HashMap;

use connect_data::batch::{
    BatchError, BytesBatch, BytesBatchEncoder, DataBatch, DataBatchEncoder, EntryPlace, SchemaCache,
};
use connect_data::{SchemaAndValue, SchemaRef, Value};

use super::waiting::{CALL_BYTES_MAX, CALL_RECORDS_MAX, Waiting};
use super::{class_of, failure_of, unencodable};
use crate::converter::{
    BatchConverter, Converter, ConverterError, ConverterFetchFuture, HeaderConverter,
    PrepareFuture, Serialized,
};
use crate::errors::Failure;
use crate::sandbox::{Conversion, ConverterInstance};
use crate::worker::task::guest_failure;

/// What a conversion came to.
#[derive(Clone)]
enum Converted {
    Bytes(Option<Vec<u8>>),
    Data(SchemaAndValue<'static>),
}

/// A converter of a task that is a guest, for keys or values.
pub(in crate::worker) struct GuestConverter {
    instance: ConverterInstance,
    data: DataBatchEncoder,
    bytes: BytesBatchEncoder,
    waiting: Waiting<Converted>,
    schemas: SchemaCache,
}

impl GuestConverter {
    /// A converter that was configured.
    pub fn new(instance: ConverterInstance) -> Self {
        Self {
            instance,
            data: DataBatchEncoder::new(),
            bytes: BytesBatchEncoder::new(),
            waiting: Waiting::default(),
            schemas: SchemaCache::new(),
        }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        // A task converts one way; the other one is for what its plugin reports, which comes alone.
        let (conversion, count, batch) = if self.data.is_empty() {
            let count = self.bytes.len();
            (Conversion::ToConnectData, count, self.bytes.finish())
        } else {
            let count = self.data.len();
            (Conversion::FromConnectData, count, self.data.finish())
        };
        let answer = if count == 0 {
            Vec::new()
        } else {
            let answer = self.instance.convert(conversion, &batch).await;
            answer.map_err(|error| guest_failure(&error))?
        };
        let read = match conversion {
            Conversion::FromConnectData => self.read_bytes(&answer, count),
            Conversion::ToConnectData => self.read_data(&answer, count),
        };
        read.map_err(|error| guest_failure(&self.instance.reject_answer(conversion, error)))
    }

    fn read_bytes(&mut self, answer: &[u8], count: usize) -> Result<(), String> {
        if count == 0 {
            return self
                .waiting
                .fill(|| Err("no entry was asked for".to_owned()));
        }
        let mut batch = BytesBatch::decode_answer(answer, count).map_err(told)?;
        self.waiting
            .fill(|| match batch.next_entry().map_err(told)? {
                Some((_, Ok(bytes))) => Ok(Ok(Converted::Bytes(bytes.map(<[u8]>::to_vec)))),
                Some((_, Err(failure))) => Ok(Err(failure_of(failure))),
                None => Err("fewer entries than were asked for".to_owned()),
            })?;
        batch.next_entry().map_err(told).map(drop)
    }

    fn read_data(&mut self, answer: &[u8], count: usize) -> Result<(), String> {
        if count == 0 {
            return self
                .waiting
                .fill(|| Err("no entry was asked for".to_owned()));
        }
        let decoded = DataBatch::decode_answer(answer, count, &mut self.schemas);
        let mut batch = decoded.map_err(told)?;
        self.waiting
            .fill(|| match batch.next_entry().map_err(told)? {
                Some((_, Ok(data))) => Ok(Ok(Converted::Data(data.into_owned()))),
                Some((_, Err(failure))) => Ok(Err(failure_of(failure))),
                None => Err("fewer entries than were asked for".to_owned()),
            })?;
        batch.next_entry().map_err(told).map(drop)
    }
}

#[expect(clippy::needless_pass_by_value, reason = "what map_err gives")]
fn told(error: BatchError) -> String {
    format!("an answer that is not as BATCH.md says: {error}")
}

/// The exception that stands for a failure of one record.
fn exception(failure: &Failure) -> ConverterError {
    let mut message = failure.message.clone();
    for line in &failure.frames {
        message.push('\n');
        message.push_str(line);
    }
    ConverterError::new(class_of(failure), message)
}

impl Converter for GuestConverter {
    fn from_connect_data(
        &mut self,
        topic: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        match self.waiting.take() {
            Some(Ok(Converted::Bytes(Some(bytes)))) => {
                out.extend_from_slice(&bytes);
                Ok(Serialized::Bytes)
            }
            Some(Ok(Converted::Bytes(None))) => Ok(Serialized::Null),
            Some(Err(failure)) => Err(exception(&failure)),
            Some(Ok(Converted::Data(_))) | None => {
                self.expect_data(self.waiting.position(), topic, None, schema, value);
                Err(ConverterError::unprepared())
            }
        }
    }

    fn to_connect_data<'a>(
        &mut self,
        topic: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        match self.waiting.take() {
            Some(Ok(Converted::Data(data))) => Ok(data),
            Some(Err(failure)) => Err(exception(&failure)),
            Some(Ok(Converted::Bytes(_))) | None => {
                self.expect_bytes(self.waiting.position(), topic, None, bytes);
                Err(ConverterError::unprepared())
            }
        }
    }

    fn prepare(&mut self) -> PrepareFuture<'_> {
        Box::pin(async { self.ask().await.map_err(|failure| exception(&failure)) })
    }

    fn as_batch(&mut self) -> Option<&mut dyn BatchConverter> {
        Some(self)
    }
}

impl BatchConverter for GuestConverter {
    fn expect_data(
        &mut self,
        position: u32,
        topic: &str,
        header: Option<&str>,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> bool {
        if self.data.len() >= CALL_RECORDS_MAX || self.data.byte_len() >= CALL_BYTES_MAX {
            return false;
        }
        let topic = Some(topic);
        match self.data.push(EntryPlace { topic, header }, schema, value) {
            Ok(()) => self.waiting.announce(position),
            Err(error) if error.is_full() && !self.data.is_empty() => return false,
            Err(error) => self.waiting.refuse(position, unencodable(&error)),
        }
        true
    }

    fn expect_bytes(
        &mut self,
        position: u32,
        topic: &str,
        header: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> bool {
        if self.bytes.len() >= CALL_RECORDS_MAX || self.bytes.byte_len() >= CALL_BYTES_MAX {
            return false;
        }
        let topic = Some(topic);
        match self.bytes.push(EntryPlace { topic, header }, bytes) {
            Ok(()) => self.waiting.announce(position),
            Err(error) if error.is_full() && !self.bytes.is_empty() => return false,
            Err(error) => self.waiting.refuse(position, unencodable(&error)),
        }
        true
    }

    fn fetch(&mut self) -> ConverterFetchFuture<'_> {
        Box::pin(self.ask())
    }

    fn at(&mut self, position: u32) {
        self.waiting.at(position);
    }

    fn begin(&mut self) {
        self.waiting.begin();
        self.data.clear();
        self.bytes.clear();
    }

    fn close(&mut self) -> ConverterFetchFuture<'_> {
        Box::pin(async {
            let closed = self.instance.close().await;
            closed.map_err(|error| guest_failure(&error))
        })
    }
}

/// LIMIT: headers whose conversion is remembered; then all are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// A converter of a task that is a guest, for headers. What it makes of a header is remembered by
/// the header's content: records often have the same ones, and a record that comes again has them
/// all again.
pub(in crate::worker) struct GuestHeaderConverter {
    guest: GuestConverter,
    remembered: HashMap<Vec<u8>, Result<Converted, Failure>>,
    /// What was asked for, in order.
    asked: Vec<Vec<u8>>,
}

impl GuestHeaderConverter {
    /// A converter that was configured.
    pub fn new(instance: ConverterInstance) -> Self {
        Self {
            guest: GuestConverter::new(instance),
            remembered: HashMap::new(),
            asked: Vec::new(),
        }
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        self.guest.ask().await?;
        if self.remembered.len() + self.asked.len() > REMEMBERED_MAX {
            self.remembered.clear();
        }
        for (position, content) in (0..).zip(self.asked.drain(..)) {
            self.guest.waiting.at(position);
            if let Some(answer) = self.guest.waiting.take() {
                self.remembered.insert(content, answer);
            }
        }
        self.guest.begin();
        Ok(())
    }

    /// What was made of a header; a failure that may pass is forgotten.
    fn remembered(&mut self, content: &[u8]) -> Option<Result<Converted, ConverterError>> {
        match self.remembered.get(content)? {
            Ok(converted) => Some(Ok(converted.clone())),
            Err(failure) => {
                let error = exception(failure);
                if failure.retriable() {
                    self.remembered.remove(content);
                }
                Some(Err(error))
            }
        }
    }

    /// Asks for a header, unless that was done: whether there is room.
    fn expect(
        &mut self,
        content: Vec<u8>,
        push: impl FnOnce(&mut GuestConverter, u32) -> bool,
    ) -> bool {
        if self.remembered.contains_key(&content) || self.asked.contains(&content) {
            return true;
        }
        let position = u32::try_from(self.asked.len()).unwrap_or(u32::MAX);
        let room = push(&mut self.guest, position);
        if room {
            self.asked.push(content);
        }
        room
    }
}

/// A header as the key of what is remembered; none when it cannot cross to a guest.
fn content_of_data(
    key: &str,
    schema: Option<&SchemaRef>,
    value: &Value<'_>,
) -> Result<Vec<u8>, BatchError> {
    let mut encoder = DataBatchEncoder::new();
    let place = EntryPlace {
        topic: None,
        header: Some(key),
    };
    encoder.push(place, schema, value)?;
    Ok(encoder.finish())
}

fn content_of_bytes(key: &str, bytes: Option<&[u8]>) -> Result<Vec<u8>, BatchError> {
    let mut encoder = BytesBatchEncoder::new();
    let place = EntryPlace {
        topic: None,
        header: Some(key),
    };
    encoder.push(place, bytes)?;
    Ok(encoder.finish())
}

fn unconvertible(error: &BatchError) -> ConverterError {
    exception(&unencodable(error))
}

impl HeaderConverter for GuestHeaderConverter {
    fn from_connect_header(
        &mut self,
        topic: &str,
        key: &str,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Serialized, ConverterError> {
        let content = content_of_data(key, schema, value).map_err(|error| unconvertible(&error))?;
        match self.remembered(&content) {
            Some(Ok(Converted::Bytes(Some(bytes)))) => {
                out.extend_from_slice(&bytes);
                Ok(Serialized::Bytes)
            }
            Some(Ok(Converted::Bytes(None))) => Ok(Serialized::Null),
            Some(Err(error)) => Err(error),
            Some(Ok(Converted::Data(_))) | None => {
                self.expect(content, |guest, position| {
                    guest.expect_data(position, topic, Some(key), schema, value)
                });
                Err(ConverterError::unprepared())
            }
        }
    }

    fn to_connect_header<'a>(
        &mut self,
        topic: &str,
        key: &str,
        bytes: Option<&'a [u8]>,
    ) -> Result<SchemaAndValue<'a>, ConverterError> {
        let content = content_of_bytes(key, bytes).map_err(|error| unconvertible(&error))?;
        match self.remembered(&content) {
            Some(Ok(Converted::Data(data))) => Ok(data),
            Some(Err(error)) => Err(error),
            Some(Ok(Converted::Bytes(_))) | None => {
                self.expect(content, |guest, position| {
                    guest.expect_bytes(position, topic, Some(key), bytes)
                });
                Err(ConverterError::unprepared())
            }
        }
    }

    fn prepare(&mut self) -> PrepareFuture<'_> {
        Box::pin(async { self.ask().await.map_err(|failure| exception(&failure)) })
    }

    fn as_batch(&mut self) -> Option<&mut dyn BatchConverter> {
        Some(self)
    }
}

impl BatchConverter for GuestHeaderConverter {
    fn expect_data(
        &mut self,
        _: u32,
        topic: &str,
        header: Option<&str>,
        schema: Option<&SchemaRef>,
        value: &Value<'_>,
    ) -> bool {
        let Ok(content) = content_of_data(header.unwrap_or_default(), schema, value) else {
            // Its conversion says why.
            return true;
        };
        self.expect(content, |guest, position| {
            guest.expect_data(position, topic, header, schema, value)
        })
    }

    fn expect_bytes(
        &mut self,
        _: u32,
        topic: &str,
        header: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> bool {
        let Ok(content) = content_of_bytes(header.unwrap_or_default(), bytes) else {
            return true;
        };
        self.expect(content, |guest, position| {
            guest.expect_bytes(position, topic, header, bytes)
        })
    }

    fn fetch(&mut self) -> ConverterFetchFuture<'_> {
        Box::pin(self.ask())
    }

    fn at(&mut self, _: u32) {}

    fn begin(&mut self) {
        self.guest.begin();
        self.asked.clear();
    }

    fn close(&mut self) -> ConverterFetchFuture<'_> {
        self.guest.close()
    }
}
