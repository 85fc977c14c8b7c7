//! Pictures as a task: classes of drawings or photographs, judged by retrieval and one-shot accuracy.

use std::collections::BTreeMap;
use std::ops::Range;

use tercet_data::{Feed, Preprocess};
use tercet_eval::{Report, Scores};

use crate::bridge::Network;
use crate::event::{Amount, Start, Unit};
use crate::judge::Exam;
use crate::lesson::{Lesson, Lessons};
use crate::model::{Layout, Model};
use crate::relation::Relation;
use crate::run::{Recipe, TowerRecipe};
use crate::source::Source;
use crate::task::{Judged, Task};
use crate::viewer::{View, Viewer};
use crate::{Error, RunFolder, RunReport};

/// Height and width, at most, of pictures that are compared pixel by pixel.
const RAW: u32 = 64;

/// A recipe's pictures, split by class.
pub(crate) struct Pictures<'a> {
    recipe: &'a Recipe,
    layout: Layout,
    source: Source,
    viewer: Viewer,
    feed: Feed,
}

impl<'a> Pictures<'a> {
    /// Opens the data set of a recipe.
    ///
    /// # Errors
    /// The data cannot be read, split or drawn from as the recipe says; the network cannot be read.
    pub(crate) fn open(recipe: &'a Recipe, keys: &TowerRecipe) -> Result<Self, Error> {
        let layout = keys.layout(recipe.seed, recipe.device)?;
        let preprocess = recipe.preprocess.preprocess(&layout)?;
        let source = Source::open(recipe)?;
        let frozen = layout.frozen(keys, recipe.device);
        Ok(Self {
            feed: source.feed(recipe, preprocess)?,
            viewer: Viewer::new(source.dataset.clone(), preprocess, frozen),
            source,
            layout,
            recipe,
        })
    }

    /// An exam on some items, in the recipe's distance.
    fn exam<'b>(&'b self, items: &'b [usize], episodes: usize) -> Exam<'b> {
        let distance = self.recipe.evaluate.distance;
        Exam {
            dataset: self.source.dataset.as_ref(),
            items,
            preprocess: self.viewer.preprocess(),
            distance: distance.unwrap_or(self.recipe.loss.distance()),
            episodes,
            splits: self.source.splits,
        }
    }

    fn scores(&self, exam: &Exam<'_>, network: &Network) -> Result<Scores, Error> {
        exam.judge(&self.viewer.embed(network, exam.items)?, network.dim())
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
        Network::new(&self.layout, self.recipe.seed, self.recipe.device)
    }

    fn lessons(&self, steps: Range<u64>) -> Result<Lessons, Error> {
        let ahead = self.recipe.train.ahead;
        let views = self.viewer.views(self.feed.clone(), steps, ahead)?;
        Ok(Box::new(views.map(|view| Ok(lesson(view?)))))
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
        let scores = self.scores(&self.exam(&self.source.validation, 0), network)?;
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
        let untrained = self.scores(&exam, &self.network()?)?;
        let title = match self.layout {
            Layout::Convnet(_) => "untrained network",
            Layout::Encoder(_) => "before training",
        };
        let report = Report::new()
            .with("raw", "raw pixels", exam.raw_scores()?)
            .with("untrained", title, untrained)
            .with("trained", "trained network", self.scores(&exam, kept)?);
        Ok(RunReport::Pictures(report))
    }

    fn save(&self, kept: &Network, _: &RunReport, folder: &RunFolder) -> Result<(), Error> {
        let model = Model {
            network: kept.clone(),
            layout: self.layout.clone(),
            preprocess: *self.viewer.preprocess(),
        };
        model.save(&folder.model())
    }
}

fn lesson(view: View) -> Lesson {
    Lesson {
        step: view.step,
        inputs: view.inputs,
        relation: Relation::Classes(view.labels),
        truncated: 0,
    }
}

impl Exam<'_> {
    /// Scores of the pictures' own numbers in `[0, 1]`.
    fn raw_scores(&self) -> Result<Scores, Error> {
        let Self { preprocess, .. } = self;
        let size = preprocess.size().min(RAW);
        let raw = Preprocess::new(size, [0.0; 3], [1.0; 3], preprocess.resample())?;
        let exam = Exam {
            preprocess: &raw,
            ..*self
        };
        exam.scores(raw.numbers(), &|pixels| Ok(pixels.to_vec()))
    }
}
