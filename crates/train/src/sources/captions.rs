//! Batches of images with their captions.

use std::collections::BTreeSet;
use std::sync::Arc;

use tercet_data::{CaptionedSet, Example, Grades, Plan, RowPlan, Threshold, Thresholds};
use tercet_kernels::{Graded, Relation};

use crate::batch::{BatchSource, TrainingBatch};
use crate::inputs::{ImageInputs, Input, Prepare, TextInputs};
use crate::{Amount, Error};

/// Relevance of what is not the same thing, at most: what is the same is said by ids alone.
const RELATED: f32 = 1.0 - f32::EPSILON / 2.0;

/// Things with images and captions, and how relevant one is to another.
pub(crate) struct CaptionedThings {
    pub(crate) set: CaptionedSet,
    grades: Grades,
    rungs: Option<Rungs>,
}

impl CaptionedThings {
    /// Things whose relevance is taken as it is or, with shares of each query's candidates (the highest first), as the
    /// levels of a ladder's rungs.
    ///
    /// # Errors
    /// Shares that do not fall.
    pub(crate) fn new(
        set: CaptionedSet,
        grades: Grades,
        shares: &[f64],
        levels: Vec<f32>,
    ) -> Result<Self, Error> {
        Ok(Self {
            set,
            grades,
            rungs: Rungs::of(shares, levels)?,
        })
    }

    /// The thing that an image is of.
    pub(crate) fn thing(&self, item: usize) -> usize {
        self.set.dataset.items()[item].class as usize
    }

    /// The things of some images, ascending.
    pub(crate) fn things(&self, items: &[usize]) -> Vec<usize> {
        let all: BTreeSet<usize> = items.iter().map(|&item| self.thing(item)).collect();
        all.into_iter().collect()
    }

    /// How relevant a thing is to one that asks, in `[0, 1]`; 1 of itself alone.
    pub(crate) fn grade(&self, asked: usize, other: usize) -> f32 {
        match asked == other {
            true => 1.0,
            false => self.grades.of(asked, other).min(RELATED),
        }
    }

    /// `(n, n)`: how relevant each thing of a step is to each of the others that asks about it.
    fn relevance(&self, things: &[usize]) -> Result<Vec<f32>, Error> {
        let mut all = Vec::with_capacity(things.len() * things.len());
        for &asked in things {
            let row = things.iter().map(|&other| self.grade(asked, other));
            let row: Vec<f32> = row.collect();
            all.extend(match &self.rungs {
                Some(rungs) => rungs.levels(&row)?,
                None => row,
            });
        }
        Ok(all)
    }

    /// How much there is in some images.
    pub(crate) fn amount(&self, items: &[usize]) -> Amount {
        Amount {
            classes: self.things(items).len(),
            items: items.len(),
        }
    }
}

/// Rungs by shares of each query's candidates.
struct Rungs {
    shares: Thresholds,
    /// What stands for each rung.
    levels: Vec<f32>,
}

impl Rungs {
    fn of(shares: &[f64], levels: Vec<f32>) -> Result<Option<Self>, Error> {
        if shares.is_empty() {
            return Ok(None);
        }
        let shares = shares.iter().map(|&share| Threshold::Quantile(share));
        let shares = Thresholds::new(shares.collect())?;
        Ok(Some(Self { shares, levels }))
    }

    /// The levels of a query's candidates; what is the same thing stays at 1 and is not counted.
    fn levels(&self, grades: &[f32]) -> Result<Vec<f32>, Error> {
        let others = grades.iter().copied().filter(|&grade| grade < 1.0);
        let ends = self.shares.of(&others.collect::<Vec<f32>>())?;
        let level = |&grade: &f32| {
            if grade >= 1.0 {
                return 1.0;
            }
            let rung = ends.iter().position(|&end| grade > end);
            rung.map_or(0.0, |rung| self.levels[rung])
        };
        Ok(grades.iter().map(level).collect())
    }
}

/// Batches of images, each with one caption of its thing, drawn by (seed, step, place), and with hard negatives if its
/// thing has some.
pub(crate) struct CaptionBatches {
    pub(crate) things: Arc<CaptionedThings>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) images: ImageInputs,
    pub(crate) texts: TextInputs,
    /// Draws one of the captions of each image.
    pub(crate) captions: RowPlan,
    pub(crate) threads: usize,
}

impl CaptionBatches {
    /// One of some texts; none of none.
    fn draw(&self, step: u64, place: usize, texts: &[String]) -> Option<String> {
        let tuple = Example::Tuple {
            anchor: String::new(),
            positives: texts.to_vec(),
            negatives: Vec::new(),
        };
        let drawn = self.captions.draw(step, place, &tuple, 0)?;
        Some(drawn.positive.clone())
    }

    /// A caption of each thing, then a hard negative of each that has some.
    fn texts(&self, step: u64, things: &[usize]) -> Vec<String> {
        let set = &self.things.set;
        let places = || things.iter().enumerate();
        let own = places().map(|(place, &thing)| {
            let drawn = self.draw(step, place, &set.captions[thing]);
            drawn.unwrap_or_default()
        });
        let hard = places().filter_map(|(place, &thing)| {
            let texts = set.negative_captions.get(thing)?;
            self.draw(step, place, texts)
        });
        own.chain(hard).collect()
    }

    /// Images ask captions, and captions images; a hard negative belongs to nothing.
    fn relation(&self, things: &[usize], captions: usize) -> Result<Relation, Error> {
        let n = things.len();
        let relevance = self.things.relevance(things)?;
        let classes = things.iter().map(|&thing| thing as i64);
        if captions == n {
            let classes = classes.clone().chain(classes);
            let graded = Graded::mirrored(n, relevance)?.of_classes(classes.collect())?;
            return Ok(Relation::Graded(graded));
        }
        let hard = captions - n;
        let rows = relevance.chunks(n);
        let forward = rows.flat_map(|row| [row, &vec![0.0; hard]].concat());
        let forward: Vec<f32> = forward.collect();
        let backward = [relevance.clone(), vec![0.0; hard * n]].concat();
        let alone = (1..=hard as i64).map(|place| -place);
        let classes = classes.clone().chain(classes).chain(alone);
        let graded = Graded::between((n, captions), forward, backward)?;
        Ok(Relation::Graded(graded.of_classes(classes.collect())?))
    }
}

impl BatchSource for CaptionBatches {
    type Input = Input;

    fn batch(&self, step: u64) -> Result<TrainingBatch<Input>, Error> {
        let places = self.plan.batch(step);
        let items = places.iter().map(|&place| &self.things.set.train[place]);
        let items: Vec<&usize> = items.collect();
        let things: Vec<usize> = items.iter().map(|&&item| self.things.thing(item)).collect();
        let images = self.images.vary(&items, (step, 0))?;
        let texts = self.texts(step, &things);
        let relation = self.relation(&things, texts.len())?;
        let texts: Vec<&String> = texts.iter().collect();
        let texts = self.texts.prepare(&texts)?;
        Ok(TrainingBatch {
            step,
            truncated: texts.truncated,
            sides: vec![images.inputs, texts.inputs],
            relation,
        })
    }

    fn epoch_of(&self, step: u64) -> u64 {
        self.plan.epoch_of(step)
    }

    fn threads(&self) -> usize {
        self.threads
    }
}
