use std::path::Path;

use super::columns::Column;
use super::fault::Fault;
use super::format::Format;
use super::walk::{no_rows, walk};
use crate::{Error, Example, ScoreRange};

/// The columns of the benchmark, which its files do not name.
const COLUMNS: usize = 7;

/// The score of two sentences that mean the same.
const LARGEST: f64 = 5.0;

/// STSbenchmark as its authors publish it: `sts-train.csv`, `sts-dev.csv`, `sts-test.csv`.
///
/// In spite of the name, fields stand between tabs, without quotes and without a header: genre, file name,
/// year, number, score in 0 to 5, two sentences, and on some lines where these are from, which is left out. The rows are
/// [`Example::Scored`], in the order of the file, with the score brought to `[0, 1]`: a fifth of it. (GLUE's STS-B has a header: [`Texts`](crate::Texts) reads its
/// `train.tsv` and `dev.tsv`.)
///
/// Source: Cer et al., SemEval-2017 Task 1, doi:10.18653/v1/S17-2001.
///
/// # Errors
///
/// [`Error::Missing`], [`Error::Read`], [`Error::NoRows`]; for a line [`Error::Utf8`], [`Error::Fields`] for
/// fewer than seven fields, [`Error::Cell`] for an empty sentence or a score that is no number in 0 to 5.
///
/// ```
/// use tercet_data::{Example, sts_benchmark};
/// let folder = tempfile::tempdir().expect("a place to write");
/// let path = folder.path().join("sts-dev.csv");
/// std::fs::write(&path, "main-news\theadlines\t2015\t0003\t4.600\tA \"b\".\tC.\n").expect("room");
/// let rows = sts_benchmark(&path)?;
/// let (a, b) = ("A \"b\".".to_owned(), "C.".to_owned());
/// assert_eq!(rows, [Example::Scored { a, b, score: 4.6 / 5.0 }]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn sts_benchmark(path: impl AsRef<Path>) -> Result<Vec<Example>, Error> {
    let path = path.as_ref();
    let score = Column::new("score", 4);
    let sentences = [Column::new("sentence1", 5), Column::new("sentence2", 6)];
    let range = ScoreRange::new(0.0, LARGEST)?;
    let mut rows = Vec::new();
    walk(path, Format::Tsv, |record| {
        let given = record.names().len();
        if given < COLUMNS {
            let wanted = COLUMNS;
            return Err(Fault::Fields { wanted, given });
        }
        let given = record.number(&score)?;
        let unit = range.unit(given);
        rows.push(Example::Scored {
            a: record.text(&sentences[0])?,
            b: record.text(&sentences[1])?,
            score: unit
                .ok_or_else(|| Fault::cell(&score.name, "a score in 0 to 5", given.to_string()))?,
        });
        Ok(())
    })?;
    match rows.is_empty() {
        true => Err(no_rows(path)),
        false => Ok(rows),
    }
}
