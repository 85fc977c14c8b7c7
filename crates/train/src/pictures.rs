//! Pictures as a task: classes of drawings or photographs, judged by retrieval and one-shot accuracy.

use std::collections::BTreeMap;
use std::ops::Range;

use tercet_data::{Feed, Loader, Minibatch, Preprocess};
use tercet_eval::{Report, Scores};
use tercet_nn::ConvNetConfig;

use crate::bridge::Network;
use crate::event::{Amount, Start, Unit};
use crate::judge::Exam;
use crate::lesson::{Inputs, Lesson, Lessons};
use crate::model::Model;
use crate::relation::Relation;
use crate::run::Recipe;
use crate::source::Source;
use crate::task::{Judged, Task};
use crate::{Error, RunFolder, RunReport};

/// A recipe's pictures, split by class.
pub(crate) struct Pictures<'a> {
    recipe: &'a Recipe,
    sizes: &'a ConvNetConfig,
    source: Source,
    preprocess: Preprocess,
    feed: Feed,
}

impl<'a> Pictures<'a> {
    /// Opens the data set of a recipe.
    ///
    /// # Errors
    /// The data cannot be read, split or drawn from as the recipe says.
    pub(crate) fn open(recipe: &'a Recipe, sizes: &'a ConvNetConfig) -> Result<Self, Error> {
        let source = Source::open(recipe)?;
        Ok(Self {
            feed: source.feed(recipe)?,
            preprocess: recipe.preprocess.preprocess()?,
            source,
            sizes,
            recipe,
        })
    }

    /// An exam on some items, in the recipe's distance.
    fn exam<'b>(&'b self, items: &'b [usize], episodes: usize) -> Exam<'b> {
        let distance = self.recipe.evaluate.distance;
        Exam {
            dataset: self.source.dataset.as_ref(),
            items,
            preprocess: &self.preprocess,
            distance: distance.unwrap_or(self.recipe.loss.distance()),
            episodes,
            splits: self.source.splits,
        }
    }

    fn amount(&self, items: &[usize]) -> Amount {
        Amount {
            classes: self.source.classes(items),
            items: items.len(),
        }
    }
}

impl Task for Pictures<'_> {
    fn network(&self) -> Result<Network, Error> {
        Network::new(self.sizes, self.recipe.seed, self.recipe.device)
    }

    fn lessons(&self, steps: Range<u64>) -> Result<Lessons, Error> {
        let size = self.preprocess.size() as usize;
        let loader = Loader::start(self.feed.clone(), steps, self.recipe.train.ahead)?;
        Ok(Box::new(
            loader.map(move |minibatch| Ok(lesson(minibatch?, size))),
        ))
    }

    fn epoch_of(&self, step: u64) -> u64 {
        self.feed.plan.epoch_of(step)
    }

    fn start(&self) -> Start {
        let report = self.source.report.as_ref();
        Start {
            unit: Unit::Picture,
            batch: self.feed.plan.batch_size(),
            unreadable: report.map_or(0, |report| report.unreadable().len()),
            train: self.amount(&self.source.train),
            validation: self.amount(&self.source.validation),
            test: self.amount(&self.source.test),
            ..Start::default()
        }
    }

    fn validate(&self, network: &Network) -> Result<Option<Judged>, Error> {
        if self.source.validation.is_empty() {
            return Ok(None);
        }
        let scores = self.exam(&self.source.validation, 0).scores_of(network)?;
        Ok(Some(Judged {
            measure: "recall_at_1",
            value: scores.retrieval.recall_at_1,
            further: BTreeMap::from([("map_at_r", scores.retrieval.map_at_r)]),
        }))
    }

    fn report(&self, kept: &Network) -> Result<RunReport, Error> {
        if self.source.test.is_empty() {
            return Ok(RunReport::default());
        }
        let exam = self.exam(&self.source.test, self.recipe.evaluate.episodes);
        let untrained = exam.scores_of(&self.network()?)?;
        let report = Report::new()
            .with("raw", "raw pixels", exam.raw_scores()?)
            .with("untrained", "untrained network", untrained)
            .with("trained", "trained network", exam.scores_of(kept)?);
        Ok(RunReport::Pictures(report))
    }

    fn save(&self, kept: &Network, _: &RunReport, folder: &RunFolder) -> Result<(), Error> {
        let model = Model {
            network: kept.clone(),
            config: self.sizes.clone(),
            preprocess: self.preprocess,
        };
        model.save(&folder.model())
    }
}

fn lesson(minibatch: Minibatch, size: usize) -> Lesson {
    Lesson {
        step: minibatch.step,
        inputs: Inputs::Pictures {
            pixels: minibatch.pixels,
            size,
        },
        relation: Relation::Classes(minibatch.labels),
        truncated: 0,
    }
}

impl Exam<'_> {
    /// Scores of a network.
    pub(crate) fn scores_of(&self, network: &Network) -> Result<Scores, Error> {
        let size = self.preprocess.size() as usize;
        self.scores(network.dim(), &|pixels| network.embed(pixels, size))
    }

    /// Scores of the pictures' own numbers in `[0, 1]`.
    fn raw_scores(&self) -> Result<Scores, Error> {
        let Self { preprocess, .. } = self;
        let raw = Preprocess::new(preprocess.size(), [0.0; 3], [1.0; 3], preprocess.resample())?;
        let exam = Exam {
            preprocess: &raw,
            ..*self
        };
        exam.scores(raw.numbers(), &|pixels| Ok(pixels.to_vec()))
    }
}
