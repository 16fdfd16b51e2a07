//! Reading. See the Java Object Serialization Specification, chapter 6.

use super::{
    BYTE_ARRAY, FIRST_HANDLE, HASH_MAP, JavaObjectError, JavaObjectErrorKind, MAGIC, TC_ARRAY,
    TC_BLOCKDATA, TC_CLASSDESC, TC_ENDBLOCKDATA, TC_NULL, TC_OBJECT, TC_REFERENCE, TC_STRING,
};

/// An entry of the map, borrowed from the input. A null value is a tombstone.
pub(in super::super) type Entry<'a> = (&'a [u8], Option<&'a [u8]>);

/// The entries of a serialized map, in the order of the stream.
pub(in super::super) fn read_map(bytes: &[u8]) -> Result<Vec<Entry<'_>>, JavaObjectError> {
    let mut stream = Stream {
        bytes,
        position: 0,
        handles: Vec::new(),
    };
    stream.header()?;
    let size = stream.map_header()?;
    let mut entries = Vec::new();
    for _ in 0..size {
        let position = stream.position;
        let Some(key) = stream.byte_array("a key")? else {
            return Err(JavaObjectError {
                position,
                kind: JavaObjectErrorKind::NullKey,
            });
        };
        entries.push((key, stream.byte_array("a value")?));
    }
    stream.expect(TC_ENDBLOCKDATA, "the end of the map")?;
    match bytes.len() - stream.position {
        0 => Ok(entries),
        rest => Err(stream.error(JavaObjectErrorKind::Trailing(rest))),
    }
}

/// What a back-reference may point at.
enum Handle<'a> {
    ByteArrayClass,
    OtherClass,
    Bytes(&'a [u8]),
    OtherObject,
}

struct Stream<'a> {
    bytes: &'a [u8],
    position: usize,
    handles: Vec<Handle<'a>>,
}

impl<'a> Stream<'a> {
    fn error(&self, kind: JavaObjectErrorKind) -> JavaObjectError {
        JavaObjectError {
            position: self.position,
            kind,
        }
    }

    fn take(&mut self, length: usize, what: &'static str) -> Result<&'a [u8], JavaObjectError> {
        let rest = &self.bytes[self.position..];
        match rest.get(..length) {
            Some(taken) => {
                self.position += length;
                Ok(taken)
            }
            None => Err(self.error(JavaObjectErrorKind::Truncated(what))),
        }
    }

    fn byte(&mut self, what: &'static str) -> Result<u8, JavaObjectError> {
        Ok(self.take(1, what)?[0])
    }

    fn int(&mut self, what: &'static str) -> Result<i32, JavaObjectError> {
        let bytes = self.take(4, what)?;
        Ok(i32::from_be_bytes(
            bytes.try_into().expect("four bytes were taken"),
        ))
    }

    /// A count or length, which cannot be negative.
    fn length(&mut self, what: &'static str) -> Result<usize, JavaObjectError> {
        let number = self.int(what)?;
        usize::try_from(number).map_err(|_| {
            self.error(JavaObjectErrorKind::Impossible {
                what,
                number: i64::from(number),
            })
        })
    }

    fn text(&mut self, what: &'static str) -> Result<String, JavaObjectError> {
        let length = self.take(2, what)?;
        let length = usize::from(u16::from_be_bytes([length[0], length[1]]));
        // Names of classes and fields; Java's modified UTF-8 differs for none that matter.
        Ok(String::from_utf8_lossy(self.take(length, what)?).into_owned())
    }

    fn unexpected(&self, expected: &'static str, found: u8) -> JavaObjectError {
        let found = match found {
            TC_NULL => "null".to_owned(),
            TC_REFERENCE => "a back-reference".to_owned(),
            TC_CLASSDESC => "a class".to_owned(),
            TC_OBJECT => "an object".to_owned(),
            TC_STRING => "a string".to_owned(),
            TC_ARRAY => "an array".to_owned(),
            TC_BLOCKDATA => "block data".to_owned(),
            TC_ENDBLOCKDATA => "the end of an object".to_owned(),
            other => format!("the byte 0x{other:02x}"),
        };
        JavaObjectError {
            position: self.position - 1,
            kind: JavaObjectErrorKind::Unexpected { expected, found },
        }
    }

    fn expect(&mut self, tag: u8, expected: &'static str) -> Result<(), JavaObjectError> {
        match self.byte(expected)? {
            found if found == tag => Ok(()),
            found => Err(self.unexpected(expected, found)),
        }
    }

    fn header(&mut self) -> Result<(), JavaObjectError> {
        let length = self.bytes.len().min(MAGIC.len());
        if self.bytes[..length] != MAGIC[..length] {
            return Err(self.error(JavaObjectErrorKind::NotAStream));
        }
        self.take(MAGIC.len(), "the header").map(drop)
    }

    /// Reads up to the first entry and returns how many entries there are.
    fn map_header(&mut self) -> Result<usize, JavaObjectError> {
        match self.byte("the object")? {
            TC_OBJECT => {}
            TC_ARRAY => {
                let (class, _) = self.class()?;
                return Err(self.error(JavaObjectErrorKind::OtherClass(class)));
            }
            TC_STRING => {
                let class = "java.lang.String".to_owned();
                return Err(self.error(JavaObjectErrorKind::OtherClass(class)));
            }
            found => return Err(self.unexpected("an object", found)),
        }
        let (class, fields) = self.class()?;
        if class != HASH_MAP {
            return Err(self.error(JavaObjectErrorKind::OtherClass(class)));
        }
        self.handles.push(Handle::OtherObject);
        // loadFactor and threshold, which only matter to the JVM that wrote them.
        self.take(fields, "the fields of the map")?;
        self.expect(TC_BLOCKDATA, "the size of the map")?;
        let block = self.byte("the size of the map")?;
        if block != 8 {
            return Err(self.error(JavaObjectErrorKind::Impossible {
                what: "the length of the map's own data",
                number: i64::from(block),
            }));
        }
        self.int("the number of buckets")?;
        self.length("the number of entries")
    }

    /// Reads a class descriptor: its name, and how many bytes its fields take.
    fn class(&mut self) -> Result<(String, usize), JavaObjectError> {
        self.expect(TC_CLASSDESC, "a class")?;
        let name = self.text("the name of a class")?;
        self.take(8, "the version of a class")?;
        self.handles.push(if name == BYTE_ARRAY {
            Handle::ByteArrayClass
        } else {
            Handle::OtherClass
        });
        if name != HASH_MAP && name != BYTE_ARRAY {
            // Its fields may be of any kind; the name is all that is needed for the error.
            return Ok((name, 0));
        }
        self.byte("the flags of a class")?;
        let count = self.take(2, "the fields of a class")?;
        let count = u16::from_be_bytes([count[0], count[1]]);
        let mut size = 0;
        for _ in 0..count {
            let kind = self.byte("the type of a field")?;
            size += match kind {
                b'B' | b'Z' => 1,
                b'C' | b'S' => 2,
                b'I' | b'F' => 4,
                b'J' | b'D' => 8,
                found => return Err(self.unexpected("a field that is a number", found)),
            };
            self.text("the name of a field")?;
        }
        self.expect(TC_ENDBLOCKDATA, "the end of a class")?;
        self.expect(TC_NULL, "no superclass")?;
        Ok((name, size))
    }

    /// Reads null, a new array of bytes, or a back-reference to one.
    fn byte_array(&mut self, what: &'static str) -> Result<Option<&'a [u8]>, JavaObjectError> {
        match self.byte(what)? {
            TC_NULL => Ok(None),
            TC_ARRAY => self.new_byte_array(what).map(Some),
            TC_REFERENCE => match self.reference()? {
                Handle::Bytes(bytes) => {
                    let bytes = *bytes;
                    Ok(Some(bytes))
                }
                _ => Err(self.wrong_reference("an array of bytes")),
            },
            found => Err(self.unexpected("an array of bytes", found)),
        }
    }

    fn new_byte_array(&mut self, what: &'static str) -> Result<&'a [u8], JavaObjectError> {
        match self.bytes.get(self.position) {
            Some(&TC_REFERENCE) => {
                self.position += 1;
                if !matches!(self.reference()?, Handle::ByteArrayClass) {
                    return Err(self.wrong_reference("the class of an array of bytes"));
                }
            }
            _ => {
                let (class, _) = self.class()?;
                if class != BYTE_ARRAY {
                    return Err(self.error(JavaObjectErrorKind::Unexpected {
                        expected: "an array of bytes",
                        found: format!("an object of class {class}"),
                    }));
                }
            }
        }
        let length = self.length("the length of an array")?;
        let bytes = self.take(length, what)?;
        self.handles.push(Handle::Bytes(bytes));
        Ok(bytes)
    }

    fn reference(&mut self) -> Result<&Handle<'a>, JavaObjectError> {
        let handle = self.int("a back-reference")?.cast_unsigned();
        let index = handle
            .checked_sub(FIRST_HANDLE)
            .and_then(|index| usize::try_from(index).ok())
            .filter(|&index| index < self.handles.len());
        match index {
            Some(index) => Ok(&self.handles[index]),
            None => Err(self.error(JavaObjectErrorKind::Impossible {
                what: "a back-reference",
                number: i64::from(handle),
            })),
        }
    }

    fn wrong_reference(&self, expected: &'static str) -> JavaObjectError {
        self.error(JavaObjectErrorKind::Unexpected {
            expected,
            found: "a back-reference to something else".to_owned(),
        })
    }
}
