use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use tercet_data::{Feed, Plan, RowPlan};
use tercet_kernels::Distance;
use tercet_nn::SentenceModel;

use super::exam::{Exam, Examinee};
use super::feed::Captions;
use super::set::Captioned;
use super::{TowersModel, TowersReport, TowersScores};
use crate::bridge::Network;
use crate::event::{Start, Unit};
use crate::lesson::Lessons;
use crate::run::{Freeze, Recipe, TowersRecipe};
use crate::sentences::Reader;
use crate::task::{Judged, Task};
use crate::viewer::Viewer;
use crate::{Error, Layout, Model, RunFolder, RunReport};

/// A recipe's pictures with captions, and the towers that training begins with.
pub(crate) struct TwoTowers<'a> {
    recipe: &'a Recipe,
    keys: &'a TowersRecipe,
    set: Arc<Captioned>,
    layout: Layout,
    viewer: Viewer,
    feed: Feed,
    captions: Captions,
    text: Arc<SentenceModel>,
}

impl<'a> TwoTowers<'a> {
    /// Opens the set and the text encoder of a recipe.
    ///
    /// # Errors
    /// The set cannot be split or drawn from as the recipe says; the text encoder cannot be read.
    pub(crate) fn open(recipe: &'a Recipe, keys: &'a TowersRecipe) -> Result<Self, Error> {
        let set = Arc::new(Captioned::open(recipe)?);
        let picture = keys.picture();
        let layout = picture.layout(recipe.seed, recipe.device)?;
        let preprocess = recipe.preprocess.preprocess(&layout)?;
        let seen = layout.frozen(&picture, recipe.device);
        let labels: Vec<u32> = set
            .train
            .iter()
            .map(|&item| set.class(item) as u32)
            .collect();
        let plan = Plan::new(&recipe.sampler, &labels, recipe.seed)?;
        let text = Arc::new(keys.text(recipe.seed, recipe.device)?);
        let frozen = keys.text.freeze == Freeze::Encoder;
        Ok(Self {
            captions: Captions {
                set: set.clone(),
                reader: Reader::new(text.clone(), frozen),
                plan: RowPlan::new(plan.batch_size(), plan.batch_size(), recipe.seed)?,
            },
            feed: Feed {
                dataset: set.dataset.clone(),
                plan: Arc::new(plan),
                items: set.train.clone(),
                preprocess,
                augment: recipe.variation(),
                seed: recipe.seed,
            },
            viewer: Viewer::new(set.dataset.clone(), preprocess, seen),
            layout,
            set,
            text,
            recipe,
            keys,
        })
    }

    fn distance(&self) -> Distance {
        let asked = self.recipe.evaluate.distance;
        asked.unwrap_or(self.recipe.loss.distance())
    }

    fn scores(&self, items: &[usize], network: &Network) -> Result<TowersScores, Error> {
        let exam = Exam {
            set: &self.set,
            items,
            distance: self.distance(),
        };
        exam.scores(&Examinee {
            network,
            viewer: &self.viewer,
            reader: &self.captions.reader,
        })
    }
}

impl Task for TwoTowers<'_> {
    fn network(&self) -> Result<Network, Error> {
        let Recipe { seed, device, .. } = *self.recipe;
        let picture = Network::new(&self.layout, seed, device)?;
        let text = self.text.encoder.clone();
        Ok(Network::of_both(picture.pictures()?.clone(), text, device))
    }

    fn dropout(&self) -> Option<f32> {
        self.keys.text.dropout
    }

    fn lessons(&self, steps: Range<u64>) -> Result<Lessons, Error> {
        let captions = self.captions.clone();
        let ahead = self.recipe.train.ahead;
        let views = self.viewer.views(self.feed.clone(), steps, ahead)?;
        Ok(Box::new(views.map(move |view| captions.lesson(view?))))
    }

    fn epoch_of(&self, step: u64) -> u64 {
        self.feed.plan.epoch_of(step)
    }

    fn start(&self) -> Start {
        Start {
            unit: Unit::Picture,
            batch: 2 * self.feed.plan.batch_size(),
            train: self.set.amount(&self.set.train),
            validation: self.set.amount(&self.set.validation),
            test: self.set.amount(&self.set.classes),
            ..Start::default()
        }
    }

    fn validate(&self, network: &Network) -> Result<Option<Judged>, Error> {
        if self.set.validation.is_empty() {
            return Ok(None);
        }
        let scores = self.scores(&self.set.validation, network)?;
        Ok(Some(Judged {
            measure: "recall_at_1",
            value: scores.recall_at_1(),
            further: BTreeMap::from([("coherence", scores.coherence())]),
        }))
    }

    fn report(&self, kept: &Network) -> Result<RunReport, Error> {
        if self.set.classes.is_empty() {
            return Ok(RunReport::default());
        }
        let sources = match self.set.source.as_slice() {
            [] => None,
            items => Some(self.scores(items, kept)?),
        };
        Ok(RunReport::Towers(Box::new(TowersReport {
            distance: self.distance(),
            unseen_classes: self.scores(&self.set.classes, kept)?,
            unseen_sources: sources,
        })))
    }

    fn save(&self, kept: &Network, _: &RunReport, folder: &RunFolder) -> Result<(), Error> {
        let mut text = self.text.as_ref().clone();
        text.encoder = kept.encoder()?.clone();
        let model = TowersModel {
            picture: Model {
                network: Network::of_pictures(kept.pictures()?.clone(), self.recipe.device),
                layout: self.layout.clone(),
                preprocess: *self.viewer.preprocess(),
            },
            text,
        };
        model.save(&folder.model())
    }
}
