//! `tercet data`: what a data set is like.

use std::path::PathBuf;

use clap::Args;
use tercet::data::{DataLayout, Description, Grades, RelevanceSpread, Summary, images};
use tercet::train::{Recipe, relevance};

use crate::Ending;
use crate::opened::is_recipe;
use crate::text::{note, say};

/// Describe a data set: classes, samples per class, unreadable files, duplicates
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// A folder with a folder per class, a .csv, .tsv or .jsonl manifest (columns path and label; split and group if
    /// wanted), or `emoji`; with --relevance `emoji` or a recipe
    data: PathBuf,

    /// Print JSON, in full, instead of a text
    #[arg(long)]
    json: bool,

    /// List classes with fewer pictures than this
    #[arg(long, value_name = "PICTURES", default_value_t = 2)]
    least: usize,

    /// Describe how relevant things are to each other, so that thresholds of the ladder loss can be chosen: the classes
    /// of `emoji` by groups and keywords, or the pictures with captions of a recipe (.toml) as its [relevance] says
    #[arg(long)]
    relevance: bool,

    /// Fail at the first picture that cannot be read, instead of listing it
    #[arg(long)]
    strict: bool,
}

/// Things whose pairs say enough about the relevance of more.
const ENOUGH: usize = 5_000;

impl Data {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        if self.relevance {
            return self.tell_relevance();
        }
        let mut description = Description::of_images(&self.data);
        description.strict = self.strict;
        let (dataset, report) = images(&description)?;
        let summary = Summary::of(dataset.as_ref(), &report, self.least);
        if self.json {
            say(&serde_json::to_string_pretty(&summary)?)?;
        } else {
            say(&summary.to_string().trim_end())?;
        }
        Ok(Ending::Done)
    }

    fn tell_relevance(&self) -> anyhow::Result<Ending> {
        let (grades, things) = self.grades()?;
        let some = (0..things).step_by(things.div_ceil(ENOUGH).max(1));
        let spread = RelevanceSpread::of(&grades, &some.collect::<Vec<_>>());
        if spread.things < things {
            note!("{} of {things} things, evenly spread", spread.things);
        }
        match self.json {
            true => say(&serde_json::to_string_pretty(&spread)?)?,
            false => say(&spread.to_string().trim_end())?,
        }
        Ok(Ending::Done)
    }

    /// The relevance asked about, and of how many things it is.
    fn grades(&self) -> anyhow::Result<(Grades, usize)> {
        if Description::of_images(&self.data).set == DataLayout::Emoji {
            let mut recipe = Recipe::default();
            recipe.data.set = DataLayout::EmojiCaptions;
            return Ok(relevance(&recipe)?);
        }
        anyhow::ensure!(
            is_recipe(&self.data),
            "{}: wanted emoji or a recipe (.toml) with --relevance",
            self.data.display()
        );
        let recipe = Recipe::read(&self.data, &[])?;
        Ok(relevance(&recipe)?)
    }
}
