//! Scores side by side: a table for people, JSON for programs.

use std::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::{FixedGallery, Interval, OneShot, Retrieval};

/// All scores of one set of embeddings. In JSON one flat object: the fields of [`Retrieval`],
/// `one_shot_20way` and `one_shot_400way` (accuracies, `null` where not measured), and for each of
/// these two `.._interval95` and `.._detail` with the ways there really were.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Every item against all others.
    pub retrieval: Retrieval,
    /// Few ways, many episodes: 20-way 1-shot. `None` where there are too few classes.
    pub one_shot: Option<OneShot>,
    /// Many ways, one gallery: the 400-way test. `None` where there are no sources.
    pub fixed_gallery: Option<FixedGallery>,
}

#[derive(Serialize)]
struct Flat<'a> {
    #[serde(flatten)]
    retrieval: &'a Retrieval,
    one_shot_20way: Option<f64>,
    one_shot_20way_interval95: Option<Interval>,
    one_shot_20way_detail: Option<&'a OneShot>,
    one_shot_400way: Option<f64>,
    one_shot_400way_interval95: Option<Interval>,
    one_shot_400way_detail: Option<&'a FixedGallery>,
}

impl Serialize for Scores {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (few, many) = (self.one_shot.as_ref(), self.fixed_gallery.as_ref());
        let flat = Flat {
            retrieval: &self.retrieval,
            one_shot_20way: few.map(|one| one.accuracy),
            one_shot_20way_interval95: few.map(|one| one.interval95),
            one_shot_20way_detail: few,
            one_shot_400way: many.map(|one| one.accuracy),
            one_shot_400way_interval95: many.map(|one| one.interval95),
            one_shot_400way_detail: many,
        };
        flat.serialize(serializer)
    }
}

/// Named blocks of [`Scores`]: raw pixels, the untrained network, the trained one.
///
/// In JSON a map from each block's key to its scores, in the order in which they were added;
/// [`Display`](fmt::Display) gives an aligned table with each block's title.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq)]
struct Block {
    key: String,
    title: String,
    scores: Scores,
}

impl Report {
    /// No blocks yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more block: its `key` in JSON (`raw`, `untrained`, `trained`) and its `title` in the
    /// table (`raw pixels`). A block of the same key is replaced where it stands.
    #[must_use]
    pub fn with(mut self, key: &str, title: &str, scores: Scores) -> Self {
        let block = Block {
            key: key.to_owned(),
            title: title.to_owned(),
            scores,
        };
        match self.blocks.iter_mut().find(|other| other.key == key) {
            Some(other) => *other = block,
            None => self.blocks.push(block),
        }
        self
    }

    /// The scores of a block.
    pub fn get(&self, key: &str) -> Option<&Scores> {
        let block = self.blocks.iter().find(|block| block.key == key);
        block.map(|block| &block.scores)
    }

    /// The head of the table and a line per block.
    fn lines(&self) -> Vec<[String; COLUMNS]> {
        let mut lines = vec![self.head()];
        lines.extend(self.blocks.iter().map(Block::line));
        lines
    }

    /// The ways come from the first block that was measured so.
    fn head(&self) -> [String; COLUMNS] {
        let scores = || self.blocks.iter().map(|block| &block.scores);
        let few = scores().find_map(|one| one.one_shot);
        let many = scores().find_map(|one| one.fixed_gallery.as_ref());
        [
            String::new(),
            "Recall@1".to_owned(),
            "MAP@R".to_owned(),
            few.map_or(String::new(), |one| {
                format!("{}-way {}-shot", one.ways, one.shots)
            }),
            many.map_or(String::new(), |one| format!("{}-way gallery", one.ways)),
        ]
    }
}

/// The title and four scores.
const COLUMNS: usize = 5;

impl Block {
    fn line(&self) -> [String; COLUMNS] {
        let Scores {
            retrieval,
            one_shot,
            fixed_gallery,
        } = &self.scores;
        let few = one_shot.as_ref();
        let many = fixed_gallery.as_ref();
        [
            self.title.clone(),
            share(retrieval.recall_at_1, retrieval.recall_at_1_interval95),
            format!("{:.3}", retrieval.map_at_r),
            few.map_or(String::new(), |one| share(one.accuracy, one.interval95)),
            many.map_or(String::new(), |one| share(one.accuracy, one.interval95)),
        ]
    }

    /// How many queries, and how many are missing.
    fn note(&self) -> String {
        let Retrieval {
            queries, skipped, ..
        } = self.scores.retrieval;
        match skipped {
            0 => format!("{queries} queries; brackets: 95 % intervals"),
            _ => format!(
                "{queries} queries, {skipped} without another item of their class left out; brackets: 95 % intervals"
            ),
        }
    }
}

fn share(value: f64, interval: Interval) -> String {
    format!("{value:.3} [{:.3}, {:.3}]", interval.low, interval.high)
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.blocks.len()))?;
        for block in &self.blocks {
            map.serialize_entry(&block.key, &block.scores)?;
        }
        map.end()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.lines();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
        let widths: Vec<usize> = (0..COLUMNS).filter_map(width).collect();
        for line in &lines {
            let cells = line.iter().zip(&widths).filter(|&(_, &width)| width > 0);
            let cells = cells.map(|(cell, &width)| format!("{cell:width$}"));
            writeln!(f, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
        }
        match self.blocks.last() {
            Some(block) => f.write_str(&block.note()),
            None => Ok(()),
        }
    }
}
