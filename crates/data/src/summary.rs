use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use serde::Serialize;

use crate::{Dataset, OpeningReport, Picture, Unreadable};

mod show;

/// A data set as one wants to know it before training. Serialises in full; as text, long lists are
/// cut.
///
/// ```
/// # #[cfg(feature = "emoji")]
/// # fn main() -> Result<(), tercet_data::Error> {
/// use tercet_data::Summary;
/// let emoji = tercet_data::emoji()?;
/// let summary = Summary::of(&emoji, &emoji.report(), 2);
/// assert_eq!(summary.classes, 1_586);
/// assert_eq!((summary.width.least, summary.width.most), (32, 32));
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "emoji"))]
/// # fn main() {}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Where the data came from.
    pub path: PathBuf,
    /// How many pictures can be used.
    pub images: usize,
    /// How many classes have a picture.
    pub classes: usize,
    /// How many groups are named.
    pub groups: usize,
    /// How many sources are named.
    pub sources: usize,
    /// For each number of samples, how many classes have as many.
    pub histogram: BTreeMap<usize, usize>,
    /// Below this many samples a class counts as too small.
    pub least: usize,
    /// The classes that are too small, by name.
    pub small: Vec<SmallClass>,
    /// The pictures that were left out, and why.
    pub unreadable: Vec<Unreadable>,
    /// How many files were passed over because of their names.
    pub others: usize,
    /// The pictures that are in more than one class, pixel for pixel.
    pub duplicates: Vec<Duplicate>,
    /// How many pictures are copies, pixel for pixel, of another of their own class.
    pub repeated: usize,
    /// In pixels.
    pub width: PixelRange,
    /// In pixels.
    pub height: PixelRange,
}

/// A class with few samples.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmallClass {
    /// Its name.
    pub class: String,
    /// How many pictures it has.
    pub samples: usize,
}

/// One picture under several classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duplicate {
    /// The names of all its copies, in the order of the items.
    pub names: Vec<String>,
    /// The names of their classes, each once.
    pub classes: Vec<String>,
}

/// The spread of a whole number; all 0 without any value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct PixelRange {
    /// The smallest value.
    pub least: u32,
    /// The middle one of the sorted values, the upper of two.
    pub median: u32,
    /// The largest value.
    pub most: u32,
}

impl Summary {
    /// Sums up a data set from what its opening has found; classes with fewer than `least`
    /// samples are listed.
    ///
    /// # Panics
    ///
    /// If the report is that of another data set.
    pub fn of(dataset: &dyn Dataset, report: &OpeningReport, least: usize) -> Self {
        let pictures = report.pictures();
        assert_eq!(
            pictures.len(),
            dataset.items().len(),
            "a report lists the items of its data set"
        );
        let samples = samples(dataset);
        let copies = copies(pictures);
        let (duplicates, repeated) = judge(dataset, &copies);
        Self {
            path: report.path().to_owned(),
            images: pictures.len(),
            classes: samples.iter().filter(|&&count| count > 0).count(),
            groups: dataset.groups().len(),
            sources: dataset.sources().len(),
            histogram: histogram(&samples),
            least,
            small: small(dataset, &samples, least),
            unreadable: report.unreadable().to_vec(),
            others: report.others(),
            duplicates,
            repeated,
            width: PixelRange::of(pictures.iter().map(|picture| picture.width)),
            height: PixelRange::of(pictures.iter().map(|picture| picture.height)),
        }
    }
}

/// The number of samples of each class.
fn samples(dataset: &dyn Dataset) -> Vec<usize> {
    let mut samples = vec![0; dataset.classes().len()];
    for item in dataset.items() {
        samples[item.class as usize] += 1;
    }
    samples
}

fn histogram(samples: &[usize]) -> BTreeMap<usize, usize> {
    let mut histogram = BTreeMap::new();
    for &count in samples.iter().filter(|&&count| count > 0) {
        *histogram.entry(count).or_default() += 1;
    }
    histogram
}

fn small(dataset: &dyn Dataset, samples: &[usize], least: usize) -> Vec<SmallClass> {
    let classes = dataset.classes().iter().zip(samples);
    let few = classes.filter(|&(_, &samples)| 0 < samples && samples < least);
    few.map(|(class, &samples)| SmallClass {
        class: class.clone(),
        samples,
    })
    .collect()
}

/// The items that show one picture, wherever there are several.
fn copies(pictures: &[Picture]) -> Vec<Vec<usize>> {
    let mut same: HashMap<Picture, Vec<usize>> = HashMap::new();
    for (item, &picture) in pictures.iter().enumerate() {
        same.entry(picture).or_default().push(item);
    }
    let mut copies: Vec<Vec<usize>> = same.into_values().filter(|items| items.len() > 1).collect();
    copies.sort();
    copies
}

/// The copies across classes, and the number of copies inside them.
fn judge(dataset: &dyn Dataset, copies: &[Vec<usize>]) -> (Vec<Duplicate>, usize) {
    let (mut duplicates, mut repeated) = (Vec::new(), 0);
    for items in copies {
        let mut classes: Vec<u32> = items
            .iter()
            .map(|&item| dataset.items()[item].class)
            .collect();
        classes.sort_unstable();
        classes.dedup();
        repeated += items.len() - classes.len();
        if classes.len() > 1 {
            duplicates.push(Duplicate {
                names: items
                    .iter()
                    .map(|&item| dataset.items()[item].name.clone())
                    .collect(),
                classes: classes
                    .iter()
                    .map(|&class| dataset.classes()[class as usize].clone())
                    .collect(),
            });
        }
    }
    (duplicates, repeated)
}

impl PixelRange {
    fn of(values: impl Iterator<Item = u32>) -> Self {
        let mut values: Vec<u32> = values.collect();
        values.sort_unstable();
        match (values.first(), values.get(values.len() / 2), values.last()) {
            (Some(&least), Some(&median), Some(&most)) => Self {
                least,
                median,
                most,
            },
            _ => Self::default(),
        }
    }
}
