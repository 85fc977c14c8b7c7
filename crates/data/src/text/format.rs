use std::path::Path;

use crate::Error;

/// How rows are written, by the end of the file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `.jsonl`, `.ndjson`: one JSON object per line.
    Json,
    /// `.csv`: a header and comma-separated fields; a quoted field may hold commas and line ends.
    Csv,
    /// `.tsv`: a header and fields between tabs; a quote is a character like any other.
    Tsv,
    /// A header and fields between bars, in one published file; a quote is a character like any other.
    Bars,
}

impl Format {
    pub(crate) fn of(path: &Path) -> Result<Self, Error> {
        let end = path.extension().map(|end| end.to_string_lossy());
        let end = end.unwrap_or_default().to_ascii_lowercase();
        match end.as_str() {
            "jsonl" | "ndjson" => Ok(Self::Json),
            "csv" => Ok(Self::Csv),
            "tsv" => Ok(Self::Tsv),
            _ => Err(Error::Extension {
                path: path.to_owned(),
                given: if end.is_empty() {
                    "no ending".to_owned()
                } else {
                    format!(".{end}")
                },
            }),
        }
    }
}
