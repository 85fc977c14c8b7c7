use super::cell::ReadCell;
use super::columns::{Column, Columns};
use super::fault::Fault;
use super::record::Record;
use crate::{Example, ScoreRange};

/// The example that a row holds. Scores are brought to `[0, 1]` where their range is known; `class` gives the number of
/// a class by its name.
pub(super) fn example<R: ReadCell>(
    record: &Record,
    columns: &Columns,
    scores: Option<ScoreRange>,
    read: &mut R,
    class: impl FnOnce(String) -> u32,
) -> Result<Example<R::Cell>, Fault> {
    let mut one = |column: &Column| {
        let text = record.cell(column, R::NUMBERS)?;
        read.cell(column, text)
    };
    Ok(match columns {
        Columns::Tuple {
            anchor,
            positive,
            negatives,
        } => Example::Tuple {
            anchor: one(anchor)?,
            positives: vec![one(positive)?],
            negatives: negatives.iter().map(one).collect::<Result<_, _>>()?,
        },
        Columns::Lists { query, pos, neg } => {
            let anchor = one(query)?;
            let positives = list(record, pos, read)?;
            if positives.is_empty() {
                return Err(Fault::cell(&pos.name, "at least one text", "none"));
            }
            Example::Tuple {
                anchor,
                positives,
                negatives: list(record, neg, read)?,
            }
        }
        Columns::Labelled { text, label } => Example::Labelled {
            text: one(text)?,
            class: class(record.label(label)?),
        },
        Columns::Scored { a, b, score } => Example::Scored {
            a: one(a)?,
            b: one(b)?,
            score: unit(record.number(score)?, score, scores)?,
        },
        Columns::Judged { a, b, same } => Example::Judged {
            a: one(a)?,
            b: one(b)?,
            same: record.truth(same)?,
        },
    })
}

fn list<R: ReadCell>(
    record: &Record,
    column: &Column,
    read: &mut R,
) -> Result<Vec<R::Cell>, Fault> {
    let texts = record.cells(column, R::NUMBERS)?.into_iter();
    texts.map(|text| read.cell(column, text)).collect()
}

/// A score of a range brought to `[0, 1]`, or as it is where none is known.
fn unit(score: f64, column: &Column, range: Option<ScoreRange>) -> Result<f64, Fault> {
    let Some(range) = range else { return Ok(score) };
    range.unit(score).ok_or_else(|| {
        let wanted = format!("a score in {range}; data.score_range says which scores a file has");
        Fault::cell(&column.name, wanted, score.to_string())
    })
}
