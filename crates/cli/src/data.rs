//! `tercet data`: what a data set is like.

use std::path::PathBuf;

use clap::Args;
use tercet::data::Description;

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

    /// Fail at the first picture that cannot be read, instead of listing it
    #[arg(long)]
    strict: bool,
}

impl Data {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let opened = OpenedData::open(&self.data, self.strict)?;
        let description = Description::of(opened.dataset.as_ref(), &opened.report, self.least);
        if self.json {
            say(&serde_json::to_string_pretty(&description)?)?;
        } else {
            say(&description.to_string().trim_end())?;
        }
        Ok(Ending::Done)
    }
}
