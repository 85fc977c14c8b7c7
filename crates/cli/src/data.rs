//! `tercet data`: what a data set is like.

use std::path::PathBuf;

use clap::Args;
use tercet::data::{Description, Grades, RelevanceSpread, captions};

use crate::Ending;
use crate::opened::OpenedData;
use crate::text::say;

/// Describe a data set: classes, samples per class, unreadable files, duplicates
#[derive(Debug, Args)]
pub(crate) struct Data {
    /// A folder with a folder per class, a .csv manifest (columns path and label; split and group if wanted), or `emoji`
    data: PathBuf,

    /// Print JSON, in full, instead of a text
    #[arg(long)]
    json: bool,

    /// List classes with fewer pictures than this
    #[arg(long, value_name = "PICTURES", default_value_t = 2)]
    least: usize,

    /// Describe how relevant the classes of `emoji` are to each other, by groups and keywords, so that thresholds of
    /// the ladder loss can be chosen
    #[arg(long)]
    relevance: bool,

    /// Fail at the first picture that cannot be read, instead of listing it
    #[arg(long)]
    strict: bool,
}

impl Data {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        if self.relevance {
            return self.tell_relevance();
        }
        let opened = OpenedData::open(&self.data, self.strict)?;
        let description = Description::of(opened.dataset.as_ref(), &opened.report, self.least);
        if self.json {
            say(&serde_json::to_string_pretty(&description)?)?;
        } else {
            say(&description.to_string().trim_end())?;
        }
        Ok(Ending::Done)
    }

    fn tell_relevance(&self) -> anyhow::Result<Ending> {
        anyhow::ensure!(
            self.data.as_os_str() == "emoji",
            "{}: wanted emoji with --relevance, the set whose classes have groups and keywords",
            self.data.display()
        );
        let captions = captions()?;
        let all: Vec<usize> = (0..captions.len()).collect();
        let spread = RelevanceSpread::of(&Grades::Kinship(captions.into()), &all);
        match self.json {
            true => say(&serde_json::to_string_pretty(&spread)?)?,
            false => say(&spread.to_string().trim_end())?,
        }
        Ok(Ending::Done)
    }
}
