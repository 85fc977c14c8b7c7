//! Pictures to rows of numbers.

use std::path::{Path, PathBuf};

use anyhow::Context;
use tercet::data::{Files, Strict, folder, load};
use tercet::train::{Model, write_file};

use super::Embed;
use crate::Ending;
use crate::arrays::Format;
use crate::show;
use crate::text::{counted, note, say};

/// Pictures read and embedded at a time.
const CHUNK: usize = 256;

/// Writes the rows of all pictures, and beside them the table of their paths.
pub(super) fn run(asked: &Embed, model: &Model, format: Format) -> anyhow::Result<Ending> {
    let strict = if asked.strict {
        Strict::Yes
    } else {
        Strict::No
    };
    let (files, report) = folder(&asked.input, strict)?;
    for skipped in report.unreadable() {
        note!(
            "skipped {}: {}",
            asked.input.join(&skipped.name).display(),
            skipped.reason
        );
    }
    let paths = paths(&files, report.pictures().len());
    let rows = rows(model, &files, paths.len())?;
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
        rows.extend(model.embed(&load(files, chunk, &model.preprocess)?)?);
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
