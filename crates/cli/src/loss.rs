//! `tercet loss`: what embeddings cost, and why.

mod asked;
mod costed;
mod labels;
mod notes;
mod page;
mod report;
mod side;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail, ensure};
use clap::Args;
use tercet::data::Array;
use tercet::kernels::{Criterion, Error, Rows};

use self::costed::{Costed, Within};
use self::labels::{Are, Of, Read};
use self::report::{Classes, Data, Norms, Report, Seen, Slope, length, worst};
use self::side::{Side, read};
use crate::Ending;
use crate::arrays::{Format, Number};
use crate::text::say;

/// Cost embeddings of any origin: value, gradient, and what they look like
///
/// Rows with labels go in, from any network in any language; out come the value of a loss, its exact
/// gradient, and a diagnosis: which triplets there are, how far positives and negatives lie apart, which
/// anchors cost most, whether the embeddings look collapsed. Rows of 64-bit floats are computed in 64 bits.
///
/// The loss is what [loss] of a recipe says: flags are its keys, and --recipe takes it from a file. What a loss learns
/// itself, such as proxies, is as it is before the first step, unless the proxies are given as one of the two sides.
#[derive(Debug, Args)]
#[command(after_long_help = KEYS)]
pub(crate) struct Microscope {
    /// The embeddings, a row each: .npy, or .safetensors with one tensor or one called `embeddings`; 16-, 32- or 64-bit floats
    embeddings: PathBuf,

    /// A label per row: text with one per line, .npy or .safetensors (one tensor or one called `labels`) of whole numbers;
    /// or what --labels-are says
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

    /// Write the gradient with respect to the rows as given: .npy or .safetensors, numbers as they were computed with
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

impl Microscope {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let criterion = self.asked.criterion()?;
        self.check_outputs()?;
        let array = read(&self.embeddings)?;
        match array.float_bits() {
            Some(64) => self.examine::<f64>(&array, &criterion),
            _ => self.examine::<f32>(&array, &criterion),
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

    fn examine<T: Number>(&self, array: &Array, criterion: &Criterion) -> anyhow::Result<Ending> {
        let anchors = Side::<T>::of(array, self.normalize)?;
        let candidates = self.candidates::<T>(&anchors)?;
        let mut files: Vec<Of<'_>> = vec![(&self.labels, &self.embeddings, anchors.given().len())];
        if let (Some(labels), Some(rows), Some(side)) =
            (&self.candidate_labels, &self.candidates, &candidates)
        {
            files.push((labels, rows, side.given().len()));
        }
        let labels = Read::open(&files, self.labels_are)?;
        let costed = match (&candidates, labels.as_slice()) {
            (Some(side), [own, others]) => {
                let (own, others) = (own.labels()?, others.labels()?);
                let sides = ((anchors.compared(), own), (side.compared(), others));
                costed::between(criterion, sides.0, sides.1, self.seed)
                    .map_err(|error| self.refused(&error))?
            }
            _ => self.within(criterion, &anchors, &labels[0])?,
        };
        let sides = (&anchors, candidates.as_ref());
        let report = self.report(criterion, &costed, sides, &labels[0])?;
        say(&match self.json {
            true => serde_json::to_string_pretty(&report)?,
            false => page::page(&report),
        })?;
        Ok(Ending::Done)
    }

    /// Rows among one another, as their labels say that they belong together.
    fn within<T: Number>(
        &self,
        criterion: &Criterion,
        side: &Side<T>,
        labels: &Read,
    ) -> anyhow::Result<Costed<T>> {
        let (relation, order) = labels.relation()?;
        if let Some(wanted) = criterion.unfit(&relation) {
            bail!(
                "{}: wanted {wanted}, given {}; --labels-are says what labels mean",
                self.asked.flag(),
                relation.kind()
            );
        }
        let rows = side.compared();
        let of = Within {
            relation: &relation,
            classes: labels.classes(),
            seed: self.seed,
        };
        let refused = |error: Error| self.refused(&error);
        let Some(order) = order else {
            return costed::within(criterion, rows, &of).map_err(refused);
        };
        let gathered: Vec<T> = order
            .iter()
            .flat_map(|&row| rows.row(row).iter().copied())
            .collect();
        let dim = rows.dim();
        let mut costed =
            costed::within(criterion, Rows::new(&gathered, dim)?, &of).map_err(refused)?;
        let mut gradient = costed.gradient.clone();
        for (row, slopes) in order.iter().zip(costed.gradient.chunks(dim)) {
            gradient[row * dim..][..dim].copy_from_slice(slopes);
        }
        costed.gradient = gradient;
        Ok(costed)
    }

    fn candidates<T: Number>(&self, anchors: &Side<T>) -> anyhow::Result<Option<Side<T>>> {
        let Some(path) = &self.candidates else {
            return Ok(None);
        };
        let array = read(path)?;
        ensure!(
            (array.float_bits() == Some(64)) == (T::BITS == 64),
            "{}: wanted numbers of {} bits as in {}, given others",
            path.display(),
            T::BITS,
            self.embeddings.display()
        );
        let side = Side::of(&array, self.normalize)?;
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
        criterion: &Criterion,
        costed: &Costed<T>,
        (anchors, candidates): (&Side<T>, Option<&Side<T>>),
        labels: &Read,
    ) -> anyhow::Result<Report> {
        let norm = anchors.write(&self.gradient, &costed.gradient)?;
        let candidate_norm = match (candidates, &costed.candidates) {
            (Some(side), Some(gradient)) => Some(side.write(&self.candidate_gradient, gradient)?),
            _ => None,
        };
        let slope = Slope {
            norm,
            candidate_norm,
            proxy_norm: costed.proxies,
            parameter: slope_in(costed, 0),
            second_parameter: slope_in(costed, 1),
        };
        let compared = candidates.unwrap_or(anchors).compared();
        let squares = (0..compared.len()).map(|index| length(compared.row(index)).powi(2));
        let seen = Seen {
            criterion,
            costed,
            are: self.labels_are,
            mean_square: squares.sum::<f64>() / compared.len() as f64,
        };
        let norms = (
            Norms::of(anchors.given()),
            candidates.map(|side| Norms::of(side.given())),
        );
        let data = self.data((anchors.given(), compared), labels);
        Ok(Report {
            worst: worst(&costed.costs, &labels.written),
            ..seen.report(data, slope, norms)
        })
    }

    fn data<T: Number>(&self, (rows, others): (Rows<'_, T>, Rows<'_, T>), labels: &Read) -> Data {
        Data {
            embeddings: self.embeddings.clone(),
            labels: self.labels.clone(),
            candidates: self.candidates.clone(),
            candidate_labels: self.candidate_labels.clone(),
            labels_are: self.labels_are,
            bits: T::BITS,
            rows: rows.len(),
            candidate_rows: others.len(),
            dim: rows.dim(),
            normalized: self.normalize,
            labels_of_rows: classes(&labels.written),
        }
    }

    /// What a criterion refuses of the rows, in the words of the command.
    fn refused(&self, error: &Error) -> anyhow::Error {
        let flag = self.asked.flag();
        match (error, &self.candidate_labels) {
            (Error::TooLong { what, .. } | Error::NotFinite { what, .. }, _) => {
                anyhow!("{}: {error}", self.file_of(what).display())
            }
            (Error::Within { .. }, Some(_)) => anyhow!(
                "{flag}: wanted rows that are compared with one another, given --candidates"
            ),
            (Error::Groups { wanted, given }, Some(path)) => anyhow!(
                "{flag}: {}: wanted {wanted} neighbours of each class (--set centres=N says how \
                 many), given {given}",
                path.display()
            ),
            _ => anyhow!("{flag}: {error}"),
        }
    }

    /// The file of rows that an error is about.
    fn file_of(&self, what: &str) -> &Path {
        match &self.candidates {
            Some(path) if what == "candidates" => path,
            _ => &self.embeddings,
        }
    }
}

/// The slope in one of the numbers that losses can learn, over all terms.
fn slope_in<T>(costed: &Costed<T>, place: usize) -> f64 {
    let shares = costed.shares.iter();
    shares.map(|share| share.parameters[place]).sum()
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
