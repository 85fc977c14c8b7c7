//! Scores of an embedder on some items of a data set.

use std::collections::{BTreeMap, BTreeSet};

use tercet_data::{Dataset, Preprocess, Splits};
use tercet_eval::{
    Episodes, FixedGallery, Labelled, OneShot, Scores, fixed_gallery, one_shot, retrieval,
};
use tercet_kernels::{Distance, Rows};

use crate::Error;

/// Pictures read and embedded at a time.
const CHUNK: usize = 1024;

/// Ways of the test by episodes.
const FEW: usize = 20;

/// Ways, at most, of the test by a gallery.
const MANY: usize = 400;

/// Maps preprocessed pictures to rows of numbers.
pub type Embed<'a> = &'a dyn Fn(&[f32]) -> Result<Vec<f32>, Error>;

/// The items to judge on, and how.
#[derive(Clone, Copy)]
pub struct Exam<'a> {
    /// The pictures.
    pub dataset: &'a dyn Dataset,
    /// Indices of the items.
    pub items: &'a [usize],
    /// From a picture to numbers.
    pub preprocess: &'a Preprocess,
    /// Which distance decides who is near.
    pub distance: Distance,
    /// Episodes of the 20-way 1-shot test; 0 leaves both one-shot tests out.
    pub episodes: usize,
    /// Orders the classes of the gallery, and keys the episodes.
    pub splits: Splits,
}

impl Exam<'_> {
    /// Scores of `embed`, which maps preprocessed pictures to rows of `dim` numbers.
    ///
    /// Candidates of a query are all items whose group differs from its own; without groups all but
    /// itself.
    ///
    /// # Errors
    /// A picture cannot be read; embeddings are not finite; no item has another of its class.
    pub fn scores(&self, dim: usize, embed: Embed<'_>) -> Result<Scores, Error> {
        self.judge(&self.embed(embed)?, dim)
    }

    /// Scores of the items' embeddings, `(n, dim)`.
    pub(crate) fn judge(&self, rows: &[f32], dim: usize) -> Result<Scores, Error> {
        let (labels, groups) = (self.labels(), self.groups());
        let items = Labelled::new(Rows::new(rows, dim)?, &labels, groups.as_deref())?;
        Ok(Scores {
            retrieval: retrieval(&items, self.distance)?,
            one_shot: self.one_shot(&items)?,
            fixed_gallery: self.gallery(&items)?,
        })
    }

    fn embed(&self, embed: Embed<'_>) -> Result<Vec<f32>, Error> {
        let mut rows = Vec::new();
        for chunk in self.items.chunks(CHUNK) {
            let pixels = tercet_data::load(self.dataset, chunk, self.preprocess)?;
            rows.extend(embed(&pixels)?);
        }
        Ok(rows)
    }

    fn labels(&self) -> Vec<i64> {
        let items = self.dataset.items();
        self.items
            .iter()
            .map(|&item| i64::from(items[item].class))
            .collect()
    }

    /// The group of each item; an item without one is a group of its own.
    fn groups(&self) -> Option<Vec<u32>> {
        let groups = self.dataset.groups().len();
        let items = self.dataset.items();
        (groups > 0).then(|| {
            let own = |place: usize| u32::try_from(groups + place).expect("fewer than 2^32 items");
            let places = self.items.iter().enumerate();
            places
                .map(|(place, &item)| items[item].group.unwrap_or(own(place)))
                .collect()
        })
    }

    /// 20-way 1-shot accuracy; none where there are fewer usable classes.
    fn one_shot(&self, items: &Labelled<'_>) -> Result<Option<OneShot>, Error> {
        if self.episodes == 0 {
            return Ok(None);
        }
        let episodes = Episodes {
            ways: FEW,
            episodes: self.episodes,
            seed: self.splits.seed(),
            ..Episodes::default()
        };
        match one_shot(items, self.distance, &episodes) {
            Err(tercet_eval::Error::TooFewClasses { .. }) => Ok(None),
            outcome => Ok(Some(outcome?)),
        }
    }

    /// One picture per class as the gallery, asked by all other sources.
    ///
    /// The gallery is drawn by the first source of the data set and takes the (at most 400) classes of
    /// smallest hash that it draws. Without sources it takes the first item of each class, and all
    /// other items ask.
    fn gallery(&self, items: &Labelled<'_>) -> Result<Option<FixedGallery>, Error> {
        let gallery = self.gallery_items();
        if self.episodes == 0 || gallery.len() < 2 {
            return Ok(None);
        }
        let all = self.dataset.items();
        let sources: Vec<u32> = self
            .items
            .iter()
            .map(|&item| all[item].source.unwrap_or(0))
            .collect();
        let named = !self.dataset.sources().is_empty();
        let queries: Vec<usize> = (0..self.items.len())
            .filter(|&place| match gallery.get(&all[self.items[place]].class) {
                None => false,
                Some(&answer) if named => {
                    sources[place] != sources[answer] && self.comparable(place, answer)
                }
                Some(&answer) => place != answer && self.comparable(place, answer),
            })
            .collect();
        if queries.is_empty() {
            return Ok(None);
        }
        let gallery: Vec<usize> = gallery.into_values().collect();
        Ok(Some(fixed_gallery(
            items,
            &sources,
            &gallery,
            &queries,
            self.distance,
        )?))
    }

    /// Whether two places may be compared: their groups differ, or there are none.
    fn comparable(&self, place: usize, other: usize) -> bool {
        let group = |place: usize| self.dataset.items()[self.items[place]].group;
        group(place).is_none() || group(place) != group(other)
    }

    /// The place of the gallery's item of each class.
    fn gallery_items(&self) -> BTreeMap<u32, usize> {
        let items = self.dataset.items();
        let mut first = BTreeMap::new();
        for (place, &item) in self.items.iter().enumerate() {
            if items[item].source.unwrap_or(0) == 0 {
                first.entry(items[item].class).or_insert(place);
            }
        }
        let kept = self.smallest(first.keys().copied());
        first.retain(|class, _| kept.contains(class));
        first
    }

    /// The classes of smallest hash.
    fn smallest(&self, classes: impl Iterator<Item = u32>) -> BTreeSet<u32> {
        let position = |class: u32| {
            self.splits
                .position(&self.dataset.classes()[class as usize])
        };
        let mut order: Vec<(f64, u32)> = classes.map(|class| (position(class), class)).collect();
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        order
            .into_iter()
            .take(MANY)
            .map(|(_, class)| class)
            .collect()
    }
}

impl std::fmt::Debug for Exam<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Exam")
            .field("items", &self.items.len())
            .field("distance", &self.distance)
            .field("episodes", &self.episodes)
            .finish_non_exhaustive()
    }
}
