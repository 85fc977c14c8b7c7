//! One-shot against a fixed catalogue: one picture per class, asked from every other source.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use tercet_kernels::Distance;

use crate::bootstrap::{self, Tally, mean_share};
use crate::classes::Classes;
use crate::labelled::same_length;
use crate::nearest::named_rightly;
use crate::{Error, Interval, Labelled, Score};

/// How often the queries of one source find their class.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceAccuracy {
    /// The source: a vendor, a camera.
    pub source: u32,
    /// The share of its queries whose nearest gallery item has their label.
    pub accuracy: f64,
    /// How many queries it has.
    pub queries: usize,
}

/// One-shot accuracy against a fixed gallery of one item per class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FixedGallery {
    /// The classes of the gallery; chance is `1 / ways`.
    pub ways: usize,
    /// The mean over sources: each source weighs the same, however many queries it has.
    pub accuracy: f64,
    /// Its 95 % interval, by drawing classes with replacement (1,000 times, fixed seed).
    pub interval95: Interval,
    /// Each source that has queries, ascending.
    pub per_source: Vec<SourceAccuracy>,
}

/// The name of the score, of which there is one per set of embeddings: the test has up to 400 ways.
pub(crate) const NAME: &str = "one_shot_400way";

impl FixedGallery {
    /// `one_shot_400way`, whatever the ways are: [`note`](Self::note) says where they are fewer.
    pub fn scores(&self) -> Vec<Score> {
        vec![Score::new(NAME, self.accuracy).within(self.interval95)]
    }

    /// For below a table, where the gallery has not 400 ways: how many it has.
    pub fn note(&self) -> Option<String> {
        (self.ways != 400).then(|| format!("gallery of {} classes", self.ways))
    }
}

/// The share of `queries` (item indices) whose nearest item of the `gallery` (item indices, one per
/// class) has their label, ties to the lowest item index, averaged over the `sources` (one per item).
///
/// Neither the order of the gallery nor that of the queries matters. The caller leaves out queries
/// that are the gallery's own drawing in another finish; one that slipped in is refused.
///
/// # Errors
/// [`Error::Length`] for `sources`, [`Error::Kind`] where labels are no class ids, [`Error::Empty`] and [`Error::OutOfRange`] for `gallery` and
/// `queries`, [`Error::GalleryClassTwice`], [`Error::NotInGallery`] for a query that has no right
/// answer, and [`Error::Twin`] for one whose right answer is itself or in its group.
///
/// ```
/// use tercet_eval::{Labelled, fixed_gallery};
/// use tercet_kernels::{Distance, Rows};
///
/// // Source 0 draws the gallery (0.0 and 8.0), source 1 hits both, source 2 misses one of two.
/// let data = [0.0, 8.0, 1.0, 7.0, 2.0, 3.0];
/// let rows = Rows::new(&data, 1).expect("six rows of one number");
/// let items = Labelled::new(rows, &[5, 6, 5, 6, 5, 6], None)?;
/// let sources = [0, 0, 1, 1, 2, 2];
/// let found = fixed_gallery(&items, &sources, &[0, 1], &[2, 3, 4, 5], Distance::Euclidean)?;
/// assert_eq!((found.ways, found.accuracy), (2, 0.75));
/// assert_eq!(found.per_source[1].accuracy, 0.5);
/// assert_eq!(found.scores()[0].name, "one_shot_400way");
/// assert_eq!(found.note().as_deref(), Some("gallery of 2 classes"));
/// # Ok::<(), tercet_eval::Error>(())
/// ```
pub fn fixed_gallery(
    items: &Labelled<'_>,
    sources: &[u32],
    gallery: &[usize],
    queries: &[usize],
    distance: Distance,
) -> Result<FixedGallery, Error> {
    same_length("sources", items.rows().len(), sources.len())?;
    check_indices("gallery", gallery, items.rows().len())?;
    check_indices("queries", queries, items.rows().len())?;
    let classes = items.classes("fixed gallery")?;
    let answers = answers(classes, gallery)?;
    queries
        .iter()
        .try_for_each(|&query| check_query(items, classes, &answers, query))?;
    let names: BTreeSet<u32> = queries.iter().map(|&query| sources[query]).collect();
    let names: Vec<u32> = names.into_iter().collect();
    let hits = named_rightly(items, classes, queries, gallery, distance);
    let asked = queries.iter().copied().zip(hits);
    let classes = tally(classes, &names, sources, asked);
    Ok(FixedGallery {
        ways: gallery.len(),
        accuracy: mean_share(classes.iter()),
        interval95: bootstrap::interval(&classes),
        per_source: per_source(&names, &classes),
    })
}

fn check_indices(what: &'static str, indices: &[usize], len: usize) -> Result<(), Error> {
    if indices.is_empty() {
        return Err(Error::Empty { what });
    }
    match indices.iter().find(|&&index| index >= len) {
        None => Ok(()),
        Some(&index) => Err(Error::OutOfRange { what, index, len }),
    }
}

/// The gallery item of each class.
fn answers(classes: &Classes<'_>, gallery: &[usize]) -> Result<BTreeMap<i64, usize>, Error> {
    let mut answers = BTreeMap::new();
    for &item in gallery {
        let label = classes.labels[item];
        if let Some(other) = answers.insert(label, item) {
            return Err(Error::GalleryClassTwice {
                label,
                first: other.min(item),
                second: other.max(item),
            });
        }
    }
    Ok(answers)
}

fn check_query(
    items: &Labelled<'_>,
    classes: &Classes<'_>,
    answers: &BTreeMap<i64, usize>,
    query: usize,
) -> Result<(), Error> {
    let label = classes.labels[query];
    match answers.get(&label) {
        None => Err(Error::NotInGallery { query, label }),
        Some(&answer) if !items.comparable(query, answer) => Err(Error::Twin { query, answer }),
        Some(_) => Ok(()),
    }
}

/// The tallies of each class of the gallery, one per source, in the order of `names`.
fn tally(
    of: &Classes<'_>,
    names: &[u32],
    sources: &[u32],
    asked: impl Iterator<Item = (usize, bool)>,
) -> Vec<Vec<Tally>> {
    let mut classes: BTreeMap<usize, Vec<Tally>> = BTreeMap::new();
    for (query, hit) in asked {
        let class = classes.entry(of.of[query]);
        let tallies = class.or_insert_with(|| vec![Tally::default(); names.len()]);
        let source = names.partition_point(|&name| name < sources[query]);
        tallies[source].count(hit);
    }
    classes.into_values().collect()
}

/// The sums over classes.
fn per_source(names: &[u32], classes: &[Vec<Tally>]) -> Vec<SourceAccuracy> {
    let sum = |source: usize| classes.iter().map(|class| class[source]).sum::<Tally>();
    let named = names
        .iter()
        .enumerate()
        .map(|(i, &source)| (source, sum(i)));
    named
        .map(|(source, tally)| SourceAccuracy {
            source,
            accuracy: tally.share(),
            queries: tally.tries,
        })
        .collect()
}
