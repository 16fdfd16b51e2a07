"""Source batches in the format of wit/BATCH.md, as far as a simple source needs them: keys and
values of the schemas STRING and INT64, source partitions and offsets of texts and integers."""

import struct

INT64, STRING = 3, 7  # Types of schemas.
_SAME_TOPIC, _SAME_PARTITION, _SAME_SCHEMAS, _OFFSET, _TIMESTAMP, _KEY = 1, 2, 4, 8, 32, 128


def _varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _zigzag(number):
    return _varint((number << 1 ^ number >> 63) & 0xFFFF_FFFF_FFFF_FFFF)


def _bytes(data):
    return _varint(len(data)) + data


def _text(text):
    return _bytes(text.encode())


def _value(value):
    if value is None:
        return b"\x00"
    if isinstance(value, str):
        return b"\x09" + _text(value)
    return b"\x06" + struct.pack("<q", value)


def _offset_map(entries):
    written = [_text(key) + _value(value) for key, value in entries.items()]
    return _varint(len(entries)) + b"".join(written)


def _schema_type(value):
    return STRING if isinstance(value, str) else INT64


class _Table:
    """Entries, each once, in the order in which they came."""

    def __init__(self):
        self.entries = {}

    def index(self, entry):
        return self.entries.setdefault(entry, len(self.entries))

    def written(self):
        return b"".join(self.entries)


class SourceBatch:
    def __init__(self):
        self._schemas, self._topics, self._partitions = _Table(), _Table(), _Table()
        self._records = bytearray()
        self._count = 0
        self._last = (None, None, None)
        self._timestamp = 0

    def push(self, topic, partition, offset, value, key=None, timestamp=None):
        """Adds a record: topic, source partition and source offset (dicts), value, key."""
        topic_index = self._topics.index(_text(topic))
        partition_index = self._partitions.index(_bytes(_offset_map(partition)))
        # A reference is the index plus one; zero stands for no schema.
        key_schema = 0 if key is None else self._schema(key)
        schemas = (key_schema, self._schema(value))
        flags, parts = _OFFSET, []
        for flag, now, last, written in (
            (_SAME_TOPIC, topic_index, self._last[0], _varint(topic_index + 1)),
            (_SAME_PARTITION, partition_index, self._last[1], _varint(partition_index + 1)),
            (_SAME_SCHEMAS, schemas, self._last[2], b"".join(map(_varint, schemas))),
        ):
            if now == last:
                flags |= flag
            else:
                parts.append(written)
        parts.append(_bytes(_offset_map(offset)))
        if timestamp is not None:
            flags |= _TIMESTAMP
            parts.append(_zigzag(timestamp - self._timestamp))
            self._timestamp = timestamp
        if key is not None:
            flags |= _KEY
            parts.append(_value(key))
        parts.append(_value(value))
        self._records += bytes([flags]) + b"".join(parts)
        self._last = (topic_index, partition_index, schemas)
        self._count += 1

    def _schema(self, value):
        return self._schemas.index(bytes([_schema_type(value), 0])) + 1

    def finish(self):
        """The bytes for `poll`, none when there is no record."""
        if self._count == 0:
            return None
        schemas = self._schemas.written()
        return b"".join(
            [
                b"\x01\x01",
                _varint(len(self._schemas.entries)) + _bytes(schemas)
                if schemas
                else b"\x00\x00",
                _varint(len(self._topics.entries)) + self._topics.written(),
                _varint(len(self._partitions.entries)) + self._partitions.written(),
                _varint(self._count),
                bytes(self._records),
            ]
        )
