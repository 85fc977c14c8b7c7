use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use csv::ByteRecord;

use super::fault::Fault;
use super::format::Format;
use super::record::{Record, csv_reader, of_csv};
use crate::Error;

/// Every row of a file, in order, the header of a table among them, each with the byte where it
/// begins.
pub(crate) enum Walk<R = File> {
    Lines {
        format: Format,
        file: BufReader<R>,
        offset: u64,
        line: Vec<u8>,
    },
    Records(csv::Reader<R>),
}

/// Some programs put it before the first character of a file.
const MARK: &[u8] = b"\xEF\xBB\xBF";

/// A row or what is wrong with it, and where it begins.
pub(crate) type Step = (u64, Result<Record, Fault>);

impl<R: Read> Walk<R> {
    pub(crate) fn new(format: Format, file: R) -> Self {
        match format {
            Format::Csv => Self::Records(csv_reader(file)),
            Format::Json | Format::Tsv | Format::Bars => Self::Lines {
                format,
                file: BufReader::with_capacity(1 << 16, file),
                offset: 0,
                line: Vec::new(),
            },
        }
    }
}

/// Goes through a file and makes something of every row of it; what `each` finds wrong is told with its line.
pub(crate) fn walk(
    path: &Path,
    format: Format,
    each: impl FnMut(Record) -> Result<(), Fault>,
) -> Result<(), Error> {
    follow(path, Walk::new(format, open(path)?), each)
}

/// As [`walk`], for the rows that are left.
pub(crate) fn follow(
    path: &Path,
    rows: Walk,
    mut each: impl FnMut(Record) -> Result<(), Fault>,
) -> Result<(), Error> {
    for (begin, record) in rows {
        record
            .and_then(&mut each)
            .map_err(|fault| fault.at(path, begin))?;
    }
    Ok(())
}

/// The first row, and where it begins.
pub(crate) fn head(path: &Path, rows: &mut Walk) -> Result<(u64, Record), Error> {
    let (begin, head) = rows.next().ok_or_else(|| no_rows(path))?;
    Ok((begin, head.map_err(|fault| fault.at(path, begin))?))
}

pub(crate) fn no_rows(path: &Path) -> Error {
    Error::NoRows {
        path: path.to_owned(),
    }
}

pub(crate) fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|source| match source.kind() {
        ErrorKind::NotFound => Error::Missing {
            path: path.to_owned(),
            wanted: "file",
        },
        _ => Error::Read {
            path: path.to_owned(),
            source,
        },
    })
}

impl<R: Read> Iterator for Walk<R> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        match self {
            Self::Records(reader) => next_record(reader),
            Self::Lines {
                format,
                file,
                offset,
                line,
            } => next_line(*format, file, offset, line),
        }
    }
}

fn next_record<R: Read>(reader: &mut csv::Reader<R>) -> Option<Step> {
    let begin = reader.position().byte();
    let mut record = ByteRecord::new();
    match reader.read_byte_record(&mut record) {
        Ok(false) => None,
        Ok(true) => Some((begin, Record::of_bytes(record))),
        Err(error) => Some((begin, Err(of_csv(error)))),
    }
}

/// The next line that is not blank.
fn next_line<R: Read>(
    format: Format,
    file: &mut BufReader<R>,
    offset: &mut u64,
    line: &mut Vec<u8>,
) -> Option<Step> {
    loop {
        line.clear();
        let mut begin = *offset;
        match file.read_until(b'\n', line) {
            Ok(0) => return None,
            Ok(length) => *offset += length as u64,
            Err(error) => return Some((begin, Err(Fault::Read(error)))),
        }
        if begin == 0 && line.starts_with(MARK) {
            line.drain(..MARK.len());
            begin = MARK.len() as u64;
        }
        if !is_blank(format, line) {
            return Some((begin, Record::of_line(format, line)));
        }
    }
}

/// Whether a line is no row. Blanks may be the fields of a row that is wrong.
fn is_blank(format: Format, line: &[u8]) -> bool {
    match format {
        Format::Json => line.trim_ascii().is_empty(),
        Format::Csv | Format::Tsv | Format::Bars => line.iter().all(|byte| b"\r\n".contains(byte)),
    }
}
