use super::columns::Columns;
use super::fault::Fault;
use super::record::Record;
use crate::Example;

/// The example that a row holds; `class` gives the number of a class by its name.
pub(super) fn example(
    record: &Record,
    columns: &Columns,
    class: impl FnOnce(String) -> u32,
) -> Result<Example, Fault> {
    Ok(match columns {
        Columns::Tuple {
            anchor,
            positive,
            negatives,
        } => Example::Tuple {
            anchor: record.text(anchor)?,
            positives: vec![record.text(positive)?],
            negatives: negatives
                .iter()
                .map(|column| record.text(column))
                .collect::<Result<_, _>>()?,
        },
        Columns::Lists { query, pos, neg } => {
            let positives = record.list(pos)?;
            if positives.is_empty() {
                return Err(Fault::cell(&pos.name, "at least one text", "none"));
            }
            Example::Tuple {
                anchor: record.text(query)?,
                positives,
                negatives: record.list(neg)?,
            }
        }
        Columns::Labelled { text, label } => Example::Labelled {
            text: record.text(text)?,
            class: class(record.label(label)?),
        },
        Columns::Scored { a, b, score } => Example::Scored {
            a: record.text(a)?,
            b: record.text(b)?,
            score: record.number(score)?,
        },
    })
}
