use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use tercet_kernels::Distance;
use tercet_nn::SentenceModel;

use super::ahead::Ahead;
use super::card::Card;
use super::exam::Exam;
use super::feed::Feed;
use super::reader::Reader;
use super::rows::Rows;
use super::{SentenceReport, SentenceScores};
use crate::bridge::Network;
use crate::event::{Start, Unit};
use crate::lesson::Lessons;
use crate::run::{Freeze, Recipe, SentenceRecipe};
use crate::task::{Judged, Task};
use crate::{Error, RunFolder, RunReport, files};

/// A recipe's texts, and the encoder that training begins with.
pub(crate) struct Sentences<'a> {
    recipe: &'a Recipe,
    keys: &'a SentenceRecipe,
    model: Arc<SentenceModel>,
    reader: Reader,
    train: Rows,
    validation: Option<Rows>,
    test: Option<Rows>,
    feed: Feed,
}

impl<'a> Sentences<'a> {
    /// Opens the files and the encoder of a recipe.
    ///
    /// # Errors
    /// A file of texts or of the encoder cannot be read; rows that are not what the loss needs.
    pub(crate) fn open(recipe: &'a Recipe, keys: &'a SentenceRecipe) -> Result<Self, Error> {
        let data = &recipe.data;
        let path = data.path.as_deref();
        let path = path.ok_or(Error::NoPath { set: data.set })?;
        let train = Rows::open(data.set, path)?;
        let open = |path: &Option<PathBuf>| {
            let rows = path.as_ref().map(|path| Rows::open(data.set, path));
            rows.transpose()
        };
        let (validation, test) = (open(&data.validation_path)?, open(&data.test_path)?);
        let model = Arc::new(keys.open(recipe.seed, recipe.device)?);
        let reader = Reader::new(model.clone(), keys.freeze == Freeze::Encoder);
        let feed = Feed::new(recipe, train.clone(), reader.clone())?;
        let goal = recipe.goal(&recipe.loss)?;
        if let Some(wanted) = goal.unfit(&train.pattern(feed.negatives())) {
            return Err(Error::Rows {
                path: path.to_owned(),
                given: train.kind,
                wanted,
            });
        }
        Ok(Self {
            recipe,
            keys,
            model,
            reader,
            train,
            validation,
            test,
            feed,
        })
    }

    fn distance(&self) -> Distance {
        let asked = self.recipe.evaluate.distance;
        asked.unwrap_or(self.recipe.loss.distance())
    }

    fn scores(&self, rows: &Rows, network: &Network) -> Result<SentenceScores, Error> {
        let exam = Exam {
            rows,
            distance: self.distance(),
            dim: network.dim(),
        };
        exam.scores(&|texts| self.reader.embed(network, texts))
    }
}

impl Task for Sentences<'_> {
    fn network(&self) -> Result<Network, Error> {
        let encoder = self.model.encoder.clone();
        Ok(Network::of_texts(encoder, self.recipe.device))
    }

    fn dropout(&self) -> Option<f32> {
        self.keys.dropout
    }

    fn lessons(&self, steps: Range<u64>) -> Result<Lessons, Error> {
        let ahead = self.recipe.train.ahead;
        Ok(Box::new(Ahead::start(self.feed.clone(), steps, ahead)))
    }

    fn epoch_of(&self, step: u64) -> u64 {
        self.feed.epoch_of(step)
    }

    fn start(&self) -> Start {
        let amount = |rows: &Option<Rows>| rows.as_ref().map(Rows::amount).unwrap_or_default();
        Start {
            unit: Unit::Text,
            batch: self.feed.batch_size(),
            train: self.train.amount(),
            validation: amount(&self.validation),
            test: amount(&self.test),
            ..Start::default()
        }
    }

    fn validate(&self, network: &Network) -> Result<Option<Judged>, Error> {
        let Some(rows) = &self.validation else {
            return Ok(None);
        };
        let scores = self.scores(rows, network)?;
        let all = scores.all();
        Ok(all.first().map(|first| Judged {
            measure: first.name,
            value: first.value,
            further: all[1..].iter().map(|s| (s.name, s.value)).collect(),
        }))
    }

    fn report(&self, kept: &Network) -> Result<RunReport, Error> {
        let Some(rows) = &self.test else {
            return Ok(RunReport::Sentences(SentenceReport::default()));
        };
        Ok(RunReport::Sentences(SentenceReport {
            distance: self.distance(),
            before: self.scores(rows, &self.network()?)?,
            after: self.scores(rows, kept)?,
        }))
    }

    fn save(&self, kept: &Network, report: &RunReport, folder: &RunFolder) -> Result<(), Error> {
        let mut model = self.model.as_ref().clone();
        model.encoder = kept.encoder()?.clone();
        let mut contents = model.files().map_err(Error::Weights)?;
        let card = Card {
            recipe: self.recipe,
            base: &self.keys.path,
            model: &model,
            train: &self.train,
            report,
        };
        contents.push(("README.md".to_owned(), card.to_string().into_bytes()));
        files::write_folder(&folder.model(), &contents)
    }
}
