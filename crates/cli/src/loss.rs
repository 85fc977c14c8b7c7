//! `tercet loss`: what embeddings cost, and why.

mod asked;
mod labels;
mod notes;
mod page;
mod report;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail, ensure};
use clap::Args;
use tercet::kernels::{Batch, Error, Geometry, Loss, Margin, Objective, Rows, Unit};
use tercet::train::gap;

use self::labels::{Are, Names, Read};
use self::report::{Classes, Data, Norms, Report, Seen, Slope, length, worst};
use crate::Ending;
use crate::arrays::{Array, Format, Number};
use crate::text::say;

/// Cost embeddings of any origin: value, gradient, and what they look like
///
/// Rows with labels go in, from any network in any language; out come the value of a loss, its exact
/// gradient, and a diagnosis: which triplets there are, how far positives and negatives lie apart, which
/// anchors cost most, whether the embeddings look collapsed. Rows of 64-bit floats are computed in 64 bits.
#[derive(Debug, Args)]
#[command(after_long_help = KEYS)]
pub(crate) struct Microscope {
    /// The embeddings, a row each: .npy, or .safetensors with one tensor or one called `embeddings`; 32- or 64-bit floats
    embeddings: PathBuf,

    /// A label per row: text with one per line, .npy or .safetensors (one tensor or one called `labels`) of whole numbers
    labels: PathBuf,

    #[command(flatten)]
    asked: asked::Asked,

    /// What a label is
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    labels_are: Are,

    /// Bring rows to length 1 first; gradients are those of the rows as given
    #[arg(long)]
    normalize: bool,

    /// Compare the rows with those of this file instead of with one another
    #[arg(long, value_name = "FILE", requires = "candidate_labels")]
    candidates: Option<PathBuf>,

    /// The labels of the candidates
    #[arg(long, value_name = "FILE", requires = "candidates")]
    candidate_labels: Option<PathBuf>,

    /// Write the gradient with respect to the rows as given: .npy or .safetensors, numbers as in EMBEDDINGS
    #[arg(long, value_name = "FILE")]
    gradient: Option<PathBuf>,

    /// Write the gradient with respect to the candidates
    #[arg(long, value_name = "FILE", requires = "candidates")]
    candidate_gradient: Option<PathBuf>,

    /// The key of random selections
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        allow_hyphen_values = true
    )]
    seed: u64,

    /// Print JSON, with numbers in full, instead of a page
    #[arg(long)]
    json: bool,
}

/// The keys of `--json`; `docs/loss-json.md` says the same.
const KEYS: &str = include_str!("loss/keys.txt");

/// One side: its rows as given and as compared.
struct Side<T> {
    numbers: Vec<T>,
    dim: usize,
    unit: Option<Unit<T>>,
}

impl Microscope {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let objective = self.asked.objective()?;
        self.check_outputs()?;
        let array = read(&self.embeddings)?;
        match array.is_float(4) {
            true => self.examine::<f32>(&array, &objective),
            false => self.examine::<f64>(&array, &objective),
        }
    }

    /// Refuses names of files to write before anything is read.
    fn check_outputs(&self) -> anyhow::Result<()> {
        let outputs = [
            ("--gradient", &self.gradient),
            ("--candidate-gradient", &self.candidate_gradient),
        ];
        for (flag, path) in outputs {
            path.as_deref()
                .map_or(Ok(()), |path| Format::of(flag, path).map(drop))?;
        }
        match (&self.gradient, &self.candidate_gradient) {
            (Some(one), Some(other)) if one == other => bail!(
                "--candidate-gradient: wanted another file than that of --gradient, given {}",
                other.display()
            ),
            _ => Ok(()),
        }
    }

    fn examine<T: Number>(
        &self,
        array: &Array,
        objective: &Objective<Loss>,
    ) -> anyhow::Result<Ending> {
        let anchors = Side::<T>::of(&self.embeddings, array, self.normalize)?;
        let candidates = self.candidates::<T>(&anchors)?;
        let mut names = Names::default();
        let labels = Read::open(&self.labels, self.labels_are, &mut names)?;
        labels.check(&self.labels, (&self.embeddings, anchors.given().len()))?;
        let others = match (&self.candidate_labels, &self.candidates, &candidates) {
            (Some(path), Some(of), Some(side)) => {
                let labels = Read::open(path, self.labels_are, &mut names)?;
                labels.check(path, (of, side.given().len()))?;
                Some((side, labels))
            }
            _ => None,
        };
        let batch = match &others {
            None => Batch::within(anchors.compared(), labels.labels()),
            Some((side, of)) => Batch::between(
                anchors.compared(),
                labels.labels(),
                side.compared(),
                of.labels(),
            ),
        };
        let batch = batch
            .map_err(|error| self.named(&error))?
            .keyed(self.seed, 0);
        let report = self.report(objective, &batch, (&anchors, candidates.as_ref()), &labels)?;
        say(&match self.json {
            true => serde_json::to_string_pretty(&report)?,
            false => page::page(&report),
        })?;
        Ok(Ending::Done)
    }

    fn candidates<T: Number>(&self, anchors: &Side<T>) -> anyhow::Result<Option<Side<T>>> {
        let Some(path) = &self.candidates else {
            return Ok(None);
        };
        let array = read(path)?;
        ensure!(
            array.is_float(T::BITS / 8),
            "{}: wanted numbers of {} bits as in {}, given others",
            path.display(),
            T::BITS,
            self.embeddings.display()
        );
        let side = Side::of(path, &array, self.normalize)?;
        ensure!(
            side.dim == anchors.dim,
            "{}: wanted {} numbers per row as in {}, given {}",
            path.display(),
            anchors.dim,
            self.embeddings.display(),
            side.dim
        );
        Ok(Some(side))
    }

    /// Value, gradient and diagnosis; the gradients are written on the way.
    fn report<T: Number>(
        &self,
        objective: &Objective<Loss>,
        batch: &Batch<'_, T>,
        (anchors, candidates): (&Side<T>, Option<&Side<T>>),
        labels: &Read,
    ) -> anyhow::Result<Report> {
        let refused = |error| self.refused(objective.loss().name(), &error);
        let outcome = objective.evaluate(batch).map_err(refused)?;
        let costs = objective.costs(batch).map_err(refused)?;
        let slope = match candidates {
            None => Slope {
                norm: anchors.write(&self.gradient, &outcome.gradient())?,
                candidate_norm: None,
                parameter: outcome.parameter,
            },
            Some(side) => Slope {
                norm: anchors.write(&self.gradient, &outcome.anchors)?,
                candidate_norm: Some(side.write(&self.candidate_gradient, &outcome.candidates)?),
                parameter: outcome.parameter,
            },
        };
        let margin = gap(objective.loss()).unwrap_or(Margin::hard(0.0)?);
        let compared = batch.candidates();
        let squares = (0..compared.len()).map(|index| length(compared.row(index)).powi(2));
        let seen = Seen {
            objective,
            outcome: &outcome,
            geometry: Geometry::of(batch, objective.distance(), margin),
            are: self.labels_are,
            mean_square: squares.sum::<f64>() / compared.len() as f64,
        };
        let norms = (
            Norms::of(anchors.given()),
            candidates.map(|side| Norms::of(side.given())),
        );
        let data = self.data(batch, labels, T::BITS);
        Ok(Report {
            worst: worst(&costs, &labels.written),
            ..seen.report(data, slope, norms)
        })
    }

    fn data<T: Number>(&self, batch: &Batch<'_, T>, labels: &Read, bits: usize) -> Data {
        Data {
            embeddings: self.embeddings.clone(),
            labels: self.labels.clone(),
            candidates: self.candidates.clone(),
            candidate_labels: self.candidate_labels.clone(),
            bits,
            rows: batch.anchors().len(),
            candidate_rows: batch.candidates().len(),
            dim: batch.anchors().dim(),
            normalized: self.normalize,
            labels_of_rows: classes(&labels.written),
        }
    }

    /// What a loss refuses of a batch, in the words of the command.
    fn refused(&self, loss: &str, error: &Error) -> anyhow::Error {
        match (error, &self.candidate_labels) {
            (Error::Within { .. }, Some(_)) => anyhow!(
                "--loss {loss}: wanted rows that are compared with one another, given --candidates"
            ),
            (Error::Groups { wanted, .. }, None) => anyhow!(
                "--loss {loss}: wanted the centres as --candidates, {wanted} neighbours of each class \
                 (--set centres=N says how many), given none"
            ),
            (Error::Groups { wanted, given }, Some(path)) => anyhow!(
                "--loss {loss}: {}: wanted {wanted} neighbours of each class (--set centres=N says how \
                 many), given {given}",
                path.display()
            ),
            _ => anyhow!("--loss {loss}: {error}"),
        }
    }

    /// What a batch refuses, with the file it came from.
    fn named(&self, error: &Error) -> anyhow::Error {
        let path = match (error, &self.candidates) {
            (
                Error::TooLong {
                    what: "candidates", ..
                },
                Some(path),
            ) => path,
            (Error::TooLong { .. }, _) => &self.embeddings,
            _ => &self.labels,
        };
        anyhow!("{}: {error}", path.display())
    }
}

fn read(path: &Path) -> anyhow::Result<Array> {
    let format = Format::of("embeddings", path)?;
    let array = Array::read(path, format, "embeddings")?;
    array.rows()?;
    Ok(array)
}

/// How many rows have the same label.
fn classes(labels: &[String]) -> Classes {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for label in labels {
        *counts.entry(label).or_default() += 1;
    }
    Classes {
        different: counts.len(),
        fewest_rows: counts.values().copied().min().unwrap_or(0),
        most_rows: counts.values().copied().max().unwrap_or(0),
    }
}

impl<T: Number> Side<T> {
    fn of(path: &Path, array: &Array, normalize: bool) -> anyhow::Result<Self> {
        let shape = array.rows()?;
        let numbers: Vec<T> = array.floats(shape);
        check(path, &numbers, shape.1)?;
        let rows = Rows::new(&numbers, shape.1)?;
        let unit = normalize.then(|| Unit::of(rows)).transpose();
        let unit = unit.with_context(|| path.display().to_string())?;
        Ok(Self {
            dim: shape.1,
            numbers,
            unit,
        })
    }

    fn given(&self) -> Rows<'_, T> {
        Rows::new(&self.numbers, self.dim).expect("the shape of the file")
    }

    fn compared(&self) -> Rows<'_, T> {
        self.unit.as_ref().map_or(self.given(), Unit::rows)
    }

    /// Takes a gradient back to the rows as given and writes it, if that is wanted; gives its norm.
    fn write(&self, path: &Option<PathBuf>, gradient: &[T]) -> anyhow::Result<f64> {
        let back = self.unit.as_ref().map(|unit| unit.back(gradient));
        let back = back.transpose()?;
        let gradient = back.as_deref().unwrap_or(gradient);
        if let Some(path) = path {
            let format = Format::of("--gradient", path)?;
            format
                .write(path, "gradient", gradient, self.dim)
                .context("the gradient is not written")?;
        }
        Ok(length(gradient))
    }
}

/// Refuses NaN, infinities and rows too long to have a length.
fn check<T: Number>(path: &Path, numbers: &[T], dim: usize) -> anyhow::Result<()> {
    if let Some(place) = numbers.iter().position(|number| !number.is_finite()) {
        bail!(
            "{}: wanted finite numbers, given {} in row {}, column {} (counted from 0)",
            path.display(),
            numbers[place],
            place / dim,
            place % dim
        );
    }
    let mut rows = numbers.chunks_exact(dim);
    if let Some(row) = rows.position(|row| !length(row).is_finite()) {
        bail!(
            "{}: wanted rows whose squared lengths do not overflow, given one in row {row}",
            path.display()
        );
    }
    Ok(())
}
