//! Pictures to rows of numbers.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tercet::data::{DataLayout, Dataset, Description, images};
use tercet::train::{ImageModel, write_file};

use super::Embed;
use crate::Ending;
use crate::arrays::Format;
use crate::gallery;
use crate::text::{counted, note, say};

/// Writes the rows of all pictures, and beside them the table of their paths.
pub(super) fn run(asked: &Embed, model: &ImageModel, format: Format) -> anyhow::Result<Ending> {
    let mut description = Description::of_images(&asked.input);
    description.strict = asked.strict;
    let (dataset, report) = images(&description)?;
    let root = root(&description);
    for skipped in report.unreadable() {
        note!(
            "skipped {}: {}",
            root.join(&skipped.name).display(),
            skipped.reason
        );
    }
    let paths = paths(dataset.as_ref(), &root);
    let rows = gallery::embed(model, dataset.as_ref())?;
    format.write(&asked.out, "embeddings", &rows, model.dim())?;
    let list = asked.out.with_extension("paths.csv");
    write_file(&list, &table(&paths)?)?;
    say(&format!(
        "{}: {} embedded, {} numbers each, {} skipped\n{}: the path of each row",
        asked.out.display(),
        counted(paths.len(), "picture"),
        model.dim(),
        counted(report.unreadable().len(), "unreadable file"),
        list.display(),
    ))?;
    Ok(Ending::Done)
}

/// What names of pictures are relative to.
fn root(description: &Description) -> PathBuf {
    let path = description.path.clone().unwrap_or_default();
    match description.set {
        DataLayout::Manifest => path.parent().map_or_else(PathBuf::new, Path::to_owned),
        _ => path,
    }
}

fn paths(dataset: &dyn Dataset, root: &Path) -> Vec<PathBuf> {
    let items = dataset.items().iter();
    items.map(|item| root.join(&item.name)).collect()
}

/// `row,path`.
fn table(paths: &[PathBuf]) -> anyhow::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(["row", "path"])?;
    for (row, path) in paths.iter().enumerate() {
        writer.write_record([row.to_string(), path.to_string_lossy().into_owned()])?;
    }
    writer.into_inner().context("cannot make a table in memory")
}
