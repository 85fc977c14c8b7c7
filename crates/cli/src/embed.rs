//! `tercet embed`: pictures to rows of numbers.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use tercet::data::{Files, Strict, folder, load};
use tercet::train::{Model, write_file};

use crate::Ending;
use crate::arrays::Format;
use crate::opened::OpenedModel;
use crate::show;
use crate::text::{counted, note, say};

/// Pictures read and embedded at a time.
const CHUNK: usize = 256;

/// Embed the pictures of a folder
///
/// Writes one row of numbers per picture and, beside the file, a CSV with the path of each row's picture.
#[derive(Debug, Args)]
pub(crate) struct Embed {
    /// The folder of a model, or of a run
    model: PathBuf,

    /// A folder of PNG, JPEG or WebP pictures, at any depth
    folder: PathBuf,

    /// The file to write: .npy or .safetensors (one tensor, `embeddings`), 32-bit floats (pictures, dim)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,

    /// Fail at the first picture that cannot be read, instead of skipping it
    #[arg(long)]
    strict: bool,
}

impl Embed {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        let format = Format::of("--out", &self.out)?;
        let model = OpenedModel::open(&self.model)?.model;
        let strict = if self.strict { Strict::Yes } else { Strict::No };
        let (files, report) = folder(&self.folder, strict)?;
        for skipped in report.unreadable() {
            note!(
                "skipped {}: {}",
                self.folder.join(&skipped.name).display(),
                skipped.reason
            );
        }
        let paths = paths(&files, report.pictures().len());
        let rows = rows(&model, &files, paths.len())?;
        format.write(&self.out, "embeddings", &rows, model.dim())?;
        let list = self.out.with_extension("paths.csv");
        write_file(&list, &table(&paths)?)?;
        say(&format!(
            "{}: {} embedded, {} numbers each, {} skipped\n{}: the path of each row",
            self.out.display(),
            counted(paths.len(), "picture"),
            model.dim(),
            counted(report.unreadable().len(), "unreadable file"),
            list.display(),
        ))?;
        Ok(Ending::Done)
    }
}

fn paths(files: &Files, count: usize) -> Vec<PathBuf> {
    (0..count)
        .filter_map(|item| files.path(item))
        .map(Path::to_owned)
        .collect()
}

/// The embeddings of all pictures, `(n, d)`.
fn rows(model: &Model, files: &Files, count: usize) -> anyhow::Result<Vec<f32>> {
    let bar = show::bar(count as u64, "pictures");
    let mut rows = Vec::with_capacity(count * model.dim());
    let items: Vec<usize> = (0..count).collect();
    for chunk in items.chunks(CHUNK) {
        rows.extend(model.embed(&load(files, chunk, &model.preprocess)?));
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    Ok(rows)
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
