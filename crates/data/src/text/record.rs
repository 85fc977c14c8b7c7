use csv::{ByteRecord, StringRecord};
use serde_json::{Map, Value};

use super::columns::Column;
use super::fault::Fault;
use super::format::Format;
use crate::Split;

/// One row, as fields.
#[derive(Debug)]
pub(crate) enum Record {
    /// Of a JSON file: by name.
    Object(Map<String, Value>),
    /// Of a table: by place.
    Fields(StringRecord),
}

const TEXT: &str = "a text that is not empty";
const TEXTS: &str = "a list of texts that are not empty";

impl Record {
    /// The row that these bytes hold, of any format: what [`Texts::row`](super::Texts::row) reads.
    pub(crate) fn of(format: Format, bytes: &[u8]) -> Result<Self, Fault> {
        if format != Format::Csv {
            // Blank lines may follow.
            let line = bytes.split(|&byte| byte == b'\n').next();
            return Self::of_line(format, line.unwrap_or_default());
        }
        // The line end in front keeps the reader from taking a first character U+FEFF for the mark
        // of a file's beginning.
        let framed = [b"\n", bytes].concat();
        let mut record = ByteRecord::new();
        let read = csv_reader(framed.as_slice()).read_byte_record(&mut record);
        read.map_err(of_csv)?;
        Self::of_bytes(record)
    }

    /// A line of any format but `.csv`, with its line end or without.
    pub(crate) fn of_line(format: Format, line: &[u8]) -> Result<Self, Fault> {
        let line = std::str::from_utf8(line).map_err(|_| Fault::Utf8)?;
        let line = line.trim_end_matches(['\r', '\n']);
        if format == Format::Json {
            return serde_json::from_str(line)
                .map(Self::Object)
                .map_err(Fault::Json);
        }
        let between = if format == Format::Bars { '|' } else { '\t' };
        Ok(Self::Fields(line.split(between).collect()))
    }

    /// A record of a `.csv` file.
    pub(crate) fn of_bytes(record: ByteRecord) -> Result<Self, Fault> {
        let fields = StringRecord::from_byte_record(record);
        fields.map(Self::Fields).map_err(|_| Fault::Utf8)
    }

    /// The names of the columns: the fields of a header, the keys of an object.
    pub(crate) fn names(&self) -> Vec<String> {
        match self {
            Self::Object(object) => object.keys().cloned().collect(),
            Self::Fields(fields) => fields.iter().map(|name| name.trim().to_owned()).collect(),
        }
    }

    /// A table's rows are as wide as its header.
    pub(crate) fn check_width(&self, wanted: usize) -> Result<(), Fault> {
        match self {
            Self::Fields(fields) if fields.len() != wanted => Err(Fault::Fields {
                wanted,
                given: fields.len(),
            }),
            _ => Ok(()),
        }
    }

    /// An object has no key that the first one has not.
    pub(crate) fn check_keys(&self, known: &[String]) -> Result<(), Fault> {
        let Self::Object(object) = self else {
            return Ok(());
        };
        match object.keys().find(|key| !known.contains(key)) {
            None => Ok(()),
            Some(key) => {
                let wanted = "no column that the first row has not";
                Err(Fault::cell(key, wanted, named(object.get(key))))
            }
        }
    }

    /// A text that is more than blanks, as it stands there.
    pub(crate) fn text(&self, column: &Column) -> Result<String, Fault> {
        let cell = |given| Fault::cell(&column.name, TEXT, given);
        match self {
            Self::Fields(fields) => {
                filled(fields.get(column.place)).ok_or_else(|| cell("nothing".to_owned()))
            }
            Self::Object(object) => {
                let value = object.get(&column.name);
                filled(value.and_then(Value::as_str)).ok_or_else(|| cell(named(value)))
            }
        }
    }

    /// A text of a JSON file that may be empty, and may be missing.
    pub(crate) fn any_text(&self, column: &Column) -> Result<String, Fault> {
        match self {
            Self::Object(object) => match object.get(&column.name) {
                None | Some(Value::Null) => Ok(String::new()),
                Some(Value::String(text)) => Ok(text.clone()),
                other => Err(Fault::cell(&column.name, "a text", named(other))),
            },
            Self::Fields(_) => self.text(column),
        }
    }

    /// The name of a class: a text, in JSON also a whole number or a truth value.
    pub(crate) fn label(&self, column: &Column) -> Result<String, Fault> {
        if let Self::Object(object) = self {
            match object.get(&column.name) {
                Some(Value::Number(number)) if !number.is_f64() => return Ok(number.to_string()),
                Some(Value::Bool(truth)) => return Ok(truth.to_string()),
                _ => {}
            }
        }
        self.text(column).map(|label| label.trim().to_owned())
    }

    /// As [`Record::label`], or none where nothing stands there.
    pub(crate) fn optional(&self, column: &Column) -> Result<Option<String>, Fault> {
        let bare = match self {
            Self::Fields(fields) => {
                let field = fields.get(column.place);
                field.unwrap_or_default().trim().is_empty()
            }
            Self::Object(object) => match object.get(&column.name) {
                None | Some(Value::Null) => true,
                Some(value) => value.as_str().is_some_and(|text| text.trim().is_empty()),
            },
        };
        match bare {
            true => Ok(None),
            false => self.label(column).map(Some),
        }
    }

    /// What a class or a picture is for.
    pub(crate) fn split(&self, column: &Column) -> Result<Split, Fault> {
        let given = self.optional(column)?;
        match given.as_deref() {
            Some("train") => Ok(Split::Train),
            Some("validation" | "val") => Ok(Split::Validation),
            Some("test") => Ok(Split::Test),
            other => {
                let wanted = "train, validation (or val) or test";
                Err(Fault::cell(
                    &column.name,
                    wanted,
                    other.unwrap_or("nothing"),
                ))
            }
        }
    }

    /// A finite number.
    pub(crate) fn number(&self, column: &Column) -> Result<f64, Fault> {
        let (number, given) = match self {
            Self::Fields(fields) => {
                let field = fields.get(column.place).unwrap_or_default().trim();
                (field.parse().ok(), shortened(field))
            }
            Self::Object(object) => {
                let value = object.get(&column.name);
                (value.and_then(Value::as_f64), named(value))
            }
        };
        let finite = number.filter(|number: &f64| number.is_finite());
        finite.ok_or_else(|| Fault::cell(&column.name, "a finite number", given))
    }

    /// Whether two things are the same: 1 or 0, true or false.
    pub(crate) fn truth(&self, column: &Column) -> Result<bool, Fault> {
        let given = match self {
            Self::Fields(fields) => fields
                .get(column.place)
                .unwrap_or_default()
                .trim()
                .to_owned(),
            Self::Object(object) => match object.get(&column.name) {
                Some(Value::String(text)) => text.trim().to_owned(),
                value => named(value),
            },
        };
        match given.to_ascii_lowercase().as_str() {
            "1" | "true" => Ok(true),
            "0" | "false" => Ok(false),
            _ => {
                let wanted = "1 or 0, true or false";
                Err(Fault::cell(&column.name, wanted, shortened(&given)))
            }
        }
    }

    /// What a cell is made of: a text that is more than blanks or, with `numbers`, also a whole number of a JSON file.
    pub(crate) fn cell(&self, column: &Column, numbers: bool) -> Result<String, Fault> {
        if let Self::Object(object) = self
            && let Some(number) = object
                .get(&column.name)
                .and_then(|value| whole(value, numbers))
        {
            return Ok(number);
        }
        self.text(column)
    }

    /// Whether a list of a JSON file stands there.
    pub(crate) fn is_list(&self, column: &Column) -> bool {
        match self {
            Self::Object(object) => object.get(&column.name).is_some_and(Value::is_array),
            Self::Fields(_) => false,
        }
    }

    /// A list of texts; none where the column is missing.
    pub(crate) fn list(&self, column: &Column) -> Result<Vec<String>, Fault> {
        self.cells(column, false)
    }

    /// A list of cells; none where the column is missing.
    pub(crate) fn cells(&self, column: &Column, numbers: bool) -> Result<Vec<String>, Fault> {
        let Self::Object(object) = self else {
            return Ok(Vec::new());
        };
        let value = object.get(&column.name);
        let one = |value: &Value| whole(value, numbers).or_else(|| filled(value.as_str()));
        let list = match value {
            None => Some(Vec::new()),
            Some(Value::Array(list)) => list.iter().map(one).collect(),
            Some(_) => None,
        };
        list.ok_or_else(|| Fault::cell(&column.name, TEXTS, named(value)))
    }
}

/// A reader of rows without a header, of any width.
pub(crate) fn csv_reader<R: std::io::Read>(from: R) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(from)
}

/// Whether a quoted field at the end of these rows has ended: only then a line after them is a row of
/// its own.
pub(crate) fn is_closed(rows: &[u8]) -> bool {
    let framed = [b"\n", rows, b"\nx"].concat();
    let last = csv_reader(framed.as_slice()).into_byte_records().last();
    last.is_some_and(|record| record.is_ok_and(|record| record == vec!["x"]))
}

/// With any width and bytes for text, nothing but reading can fail.
pub(crate) fn of_csv(error: csv::Error) -> Fault {
    Fault::Read(std::io::Error::from(error))
}

/// A whole number as a text, where numbers are asked for.
fn whole(value: &Value, numbers: bool) -> Option<String> {
    let number = value.as_u64().filter(|_| numbers);
    number.map(|number| number.to_string())
}

fn filled(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
        .map(str::to_owned)
}

/// What stands in a cell, in a few words.
fn named(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(value) => shortened(&value.to_string()),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        None if text.is_empty() => "nothing".to_owned(),
        None => text.to_owned(),
        Some((end, _)) => format!("{}..", &text[..end]),
    }
}
