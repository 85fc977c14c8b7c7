//! How rows belong together, as files say it: classes, sets, places in a hierarchy, tuples, scores.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{bail, ensure};
use clap::ValueEnum;
use serde::Serialize;
use tercet::data::{Array, label_paths, label_sets, read_labels};
use tercet::kernels::{Labels, Paths, Relation, Sets, Tuples};

/// What a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Are {
    /// A class; equal ones are positives
    #[default]
    Classes,
    /// A set of labels `a,b`; sets that share one are positives
    Sets,
    /// A place in a hierarchy `a/b/c`; equal ones are positives
    Paths,
    /// A tuple: of its rows the first is the anchor, the second its positive, the others its negatives
    Tuples,
    /// A score in [0, 1], one for each pair: of n pairs, row i is the first of pair i and row n + i the second
    Scores,
}

/// The labels of a file: as they were written, and what they mean.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) written: Vec<String>,
    meant: Meant,
}

#[derive(Debug)]
enum Meant {
    Classes(Vec<i64>),
    Sets(Sets),
    Paths(Paths),
    /// The rows of each, as many of all.
    Tuples(Vec<Vec<usize>>),
    Scores(Vec<f64>),
}

/// Labels and the rows they are of, both as files and how many rows there are.
pub(super) type Of<'a> = (&'a Path, &'a Path, usize);

impl Read {
    /// Reads files of labels, whose names mean the same in all of them: arrays of whole numbers, or texts with a label
    /// per line.
    pub(super) fn open(files: &[Of<'_>], are: Are) -> anyhow::Result<Vec<Self>> {
        let mut all = Vec::new();
        for &(path, rows, count) in files {
            all.push(written(path, (rows, count), are)?);
        }
        let names: Vec<String> = all.concat();
        let numbers: Vec<Vec<i64>> = match are {
            Are::Classes => classes(&names)
                .into_iter()
                .map(|class| vec![class])
                .collect(),
            Are::Sets => split(label_sets, &names, (files, &all))?,
            Are::Paths => split(label_paths, &names, (files, &all))?,
            Are::Tuples | Are::Scores => vec![Vec::new(); names.len()],
        };
        let mut numbers = numbers.into_iter();
        let each = files.iter().zip(all).map(|(&(path, ..), written)| {
            let own: Vec<Vec<i64>> = numbers.by_ref().take(written.len()).collect();
            let meant = match are {
                Are::Classes => Meant::Classes(own.concat()),
                Are::Sets => Meant::Sets(own.into_iter().collect()),
                Are::Paths => Meant::Paths(Paths::new(own)?),
                Are::Tuples => Meant::Tuples(tuples(path, &written)?),
                Are::Scores => Meant::Scores(scores(path, &written)?),
            };
            Ok(Self { written, meant })
        });
        each.collect()
    }

    /// As losses of two sets take them: of classes, sets and paths.
    pub(super) fn labels(&self) -> anyhow::Result<Labels<'_>> {
        match &self.meant {
            Meant::Classes(classes) => Ok(classes.into()),
            Meant::Sets(sets) => Ok(sets.into()),
            Meant::Paths(paths) => Ok(paths.into()),
            Meant::Tuples(_) | Meant::Scores(_) => bail!(
                "--candidates: wanted none where --labels-are says how all rows belong together, given some"
            ),
        }
    }

    /// How the rows belong together, and the places they are to be brought into for that; none: as they are.
    pub(super) fn relation(&self) -> anyhow::Result<(Relation, Option<Vec<usize>>)> {
        Ok(match &self.meant {
            Meant::Classes(classes) => (Relation::Classes(classes.clone()), None),
            Meant::Sets(sets) => (Relation::Sets(sets.clone()), None),
            Meant::Paths(paths) => (Relation::Paths(paths.clone()), None),
            Meant::Scores(scores) => (Relation::Scored(scores.clone()), None),
            Meant::Tuples(tuples) => {
                let places = 0..tuples.first().map_or(0, Vec::len);
                let order = places.flat_map(|place| tuples.iter().map(move |rows| rows[place]));
                let order: Vec<usize> = order.collect();
                let identities: Vec<u64> = order.iter().map(|&row| row as u64).collect();
                let relation = Relation::Tuples(Tuples::new(tuples.len(), &identities)?);
                (relation, Some(order))
            }
        })
    }

    /// How many classes there are, if that is what labels are: their numbers are below it.
    pub(super) fn classes(&self) -> Option<usize> {
        match &self.meant {
            Meant::Classes(classes) => classes.iter().max().map(|&most| most as usize + 1),
            _ => None,
        }
    }
}

/// The labels of a file, as many as there are rows, or pairs of them.
fn written(path: &Path, (rows, count): (&Path, usize), are: Are) -> anyhow::Result<Vec<String>> {
    let needs_text = !matches!(are, Are::Classes | Are::Tuples);
    ensure!(
        !(needs_text && Array::is_named(path)),
        "{}: wanted a text file with a line per row, as --labels-are is not classes, given an array",
        path.display()
    );
    let written = read_labels(path)?;
    if are == Are::Scores {
        ensure!(
            2 * written.len() == count,
            "{}: wanted a score for each pair of the {count} rows of {}, given {}",
            path.display(),
            rows.display(),
            written.len()
        );
        return Ok(written);
    }
    ensure!(
        written.len() == count,
        "{}: wanted {count} labels, one for each row of {}, given {}",
        path.display(),
        rows.display(),
        written.len()
    );
    Ok(written)
}

/// A number for every name, from 0 on in the order of first sight.
fn classes(names: &[String]) -> Vec<i64> {
    let mut numbers: HashMap<&str, i64> = HashMap::new();
    let each = names.iter().map(|name| {
        let next = numbers.len() as i64;
        *numbers.entry(name).or_insert(next)
    });
    each.collect()
}

/// The parts of all labels as numbers; an error names the file and line of the first label that has none.
fn split(
    parts: impl Fn(&[String]) -> Result<Vec<Vec<i64>>, tercet::data::Error>,
    names: &[String],
    (files, written): (&[Of<'_>], &[Vec<String>]),
) -> anyhow::Result<Vec<Vec<i64>>> {
    use tercet::data::Error::Label;

    for ((path, ..), labels) in files.iter().zip(written) {
        for (line, label) in (1..).zip(labels) {
            if let Err(Label { wanted, given }) = parts(std::slice::from_ref(label)) {
                bail!(
                    "{}, line {line}: wanted {wanted}, given {given}",
                    path.display()
                );
            }
        }
    }
    Ok(parts(names)?)
}

/// The rows of every tuple, in the order of first sight.
fn tuples(path: &Path, written: &[String]) -> anyhow::Result<Vec<Vec<usize>>> {
    let numbers = classes(written);
    let count = numbers.iter().max().map_or(0, |&most| most as usize + 1);
    let mut tuples = vec![Vec::new(); count];
    for (row, &number) in numbers.iter().enumerate() {
        tuples[number as usize].push(row);
    }
    let wanted = tuples.first().map_or(0, Vec::len);
    for rows in &tuples {
        ensure!(
            rows.len() == wanted && wanted > 1,
            "{}: wanted as many rows of every tuple, at least 2, given {wanted} of {} and {} of {}",
            path.display(),
            written[tuples[0][0]],
            rows.len(),
            written[rows[0]]
        );
    }
    Ok(tuples)
}

fn scores(path: &Path, written: &[String]) -> anyhow::Result<Vec<f64>> {
    let each = (1..).zip(written).map(|(line, text)| {
        let score = text
            .parse()
            .ok()
            .filter(|score| (0.0..=1.0).contains(score));
        score.ok_or_else(|| {
            anyhow::anyhow!(
                "{}, line {line}: wanted a score in [0, 1], given {text}",
                path.display()
            )
        })
    });
    each.collect()
}
