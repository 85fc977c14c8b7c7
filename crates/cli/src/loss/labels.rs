//! Labels as files: of classes, of sets, of places in a hierarchy.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use tercet::kernels::{Labels, Paths, Sets};

use crate::arrays::{Array, Format};

/// What a label is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(super) enum Are {
    /// A class; equal ones are positives
    #[default]
    Classes,
    /// A set of labels `a,b`; sets that share one are positives
    Sets,
    /// A place in a hierarchy `a/b/c`; equal ones are positives
    Paths,
}

/// The numbers that names have, the same for the labels of both sides.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, i64>);

impl Names {
    fn number(&mut self, name: &str) -> i64 {
        if let Some(&number) = self.0.get(name) {
            return number;
        }
        let number = self.0.len() as i64;
        self.0.insert(name.to_owned(), number);
        number
    }
}

/// One label per row: as it was written, and as losses take it.
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
}

impl Read {
    /// Reads a file of labels: an array of whole numbers, or a text with a label per line.
    pub(super) fn open(path: &Path, are: Are, names: &mut Names) -> anyhow::Result<Self> {
        let written = written(path, are)?;
        let meant = match are {
            Are::Classes => Meant::Classes(written.iter().map(|name| names.number(name)).collect()),
            Are::Sets => Meant::Sets(
                split(path, &written, ',', names)?
                    .into_iter()
                    .collect::<Sets>(),
            ),
            Are::Paths => Meant::Paths(Paths::new(split(path, &written, '/', names)?)?),
        };
        Ok(Self { written, meant })
    }

    /// As many labels as the rows of a file.
    pub(super) fn check(&self, path: &Path, rows: (&Path, usize)) -> anyhow::Result<()> {
        ensure!(
            self.written.len() == rows.1,
            "{}: wanted {} labels, one for each row of {}, given {}",
            path.display(),
            rows.1,
            rows.0.display(),
            self.written.len()
        );
        Ok(())
    }

    /// As losses take them.
    pub(super) fn labels(&self) -> Labels<'_> {
        match &self.meant {
            Meant::Classes(classes) => classes.into(),
            Meant::Sets(sets) => sets.into(),
            Meant::Paths(paths) => paths.into(),
        }
    }
}

/// The labels of a file, in its own words.
fn written(path: &Path, are: Are) -> anyhow::Result<Vec<String>> {
    match Format::of("labels", path) {
        Ok(_) if are != Are::Classes => bail!(
            "{}: wanted a text file with a line per row, as --labels-are is not classes, given an array",
            path.display()
        ),
        Ok(format) => {
            let numbers = Array::read(path, format, "labels")?.integers()?;
            Ok(numbers.iter().map(ToString::to_string).collect())
        }
        Err(_) => lines(path),
    }
}

fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let bytes = fs_err::read(path)?;
    let text = String::from_utf8(bytes).with_context(|| {
        format!(
            "{}: wanted labels as text in UTF-8, one per line, or a name that ends in .npy or .safetensors",
            path.display()
        )
    })?;
    let text = text.trim_start_matches('\u{feff}');
    ensure!(
        !text.is_empty(),
        "{}: wanted a label per line, given an empty file",
        path.display()
    );
    let each = text.lines().enumerate().map(|(index, line)| {
        let label = line.trim();
        ensure!(
            !label.is_empty(),
            "{}, line {}: wanted a label, given a blank line",
            path.display(),
            index + 1
        );
        Ok(label.to_owned())
    });
    each.collect()
}

/// The parts of every label, as numbers.
fn split(
    path: &Path,
    written: &[String],
    between: char,
    names: &mut Names,
) -> anyhow::Result<Vec<Vec<i64>>> {
    let mut all = Vec::with_capacity(written.len());
    for (index, label) in written.iter().enumerate() {
        let parts: Vec<&str> = label.split(between).map(str::trim).collect();
        ensure!(
            parts.iter().all(|part| !part.is_empty()),
            "{}, line {}: wanted names with {between} between them, given {label}",
            path.display(),
            index + 1
        );
        all.push(parts.into_iter().map(|part| names.number(part)).collect());
    }
    Ok(all)
}
