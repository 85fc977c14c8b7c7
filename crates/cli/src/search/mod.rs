//! `tercet search`: pictures by words, or by a picture.

mod sheet;

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use serde::Serialize;
use tercet::data::{Dataset, load};
use tercet::eval::{Exclude, neighbors};
use tercet::kernels::{Distance, Rows};
use tercet::train::{AnyModel, Model};

use crate::Ending;
use crate::opened::{OpenedData, OpenedModel};
use crate::show;
use crate::text::say;

/// Pictures read and embedded at a time.
const CHUNK: usize = 256;

/// Search pictures by words or by a picture
///
/// Prints the nearest pictures of the gallery, nearest first, and with --sheet draws them on one picture, so that one
/// can look instead of read. Words need a model of two towers.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("asked").required(true).args(["text", "image"])))]
pub(crate) struct Search {
    /// The folder of a model, or of a run
    model: PathBuf,

    /// The pictures to search: a folder with a folder per class, a .csv manifest, or `emoji`
    gallery: PathBuf,

    /// Words that say what is searched
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,

    /// A picture that shows what is searched
    #[arg(long, value_name = "FILE")]
    image: Option<PathBuf>,

    /// How many pictures to find
    #[arg(long, value_name = "PICTURES", default_value_t = 20)]
    top: usize,

    /// The contact sheet to draw: a .png file, nearest first, row by row; with --image the picture asked about stands
    /// above
    #[arg(long, value_name = "FILE")]
    sheet: Option<PathBuf>,

    /// squared-euclidean, euclidean, cosine or negative-dot
    #[arg(long, value_name = "NAME", default_value = "cosine")]
    distance: Distance,

    /// Print JSON instead of a list
    #[arg(long)]
    json: bool,
}

/// A picture that was found.
#[derive(Serialize)]
struct Found {
    rank: usize,
    name: String,
    class: String,
    distance: f32,
}

impl Search {
    pub(crate) fn run(self) -> anyhow::Result<Ending> {
        anyhow::ensure!(self.top > 0, "--top: wanted at least 1, given 0");
        if let Some(sheet) = &self.sheet {
            sheet::check(sheet)?;
        }
        let model = OpenedModel::open(&self.model)?.model;
        let gallery = OpenedData::open(&self.gallery, false)?;
        let dataset = gallery.dataset.as_ref();
        let (asked, picture) = self.ask(&model)?;
        let rows = embed(picture, dataset)?;
        let dim = picture.dim();
        let (asked, rows) = (Rows::new(&asked, dim)?, Rows::new(&rows, dim)?);
        let nearest = neighbors(asked, rows, self.distance, self.top, &Exclude::Nothing)?;
        let items = nearest.indices(0);
        let found: Vec<Found> = (1..)
            .zip(items.iter().zip(nearest.distances(0)))
            .map(|(rank, (&item, &distance))| {
                let item = &dataset.items()[item];
                Found {
                    rank,
                    name: item.name.clone(),
                    class: dataset.classes()[item.class as usize].clone(),
                    distance,
                }
            })
            .collect();
        self.show(&found)?;
        if let Some(path) = &self.sheet {
            sheet::draw(path, dataset, items, self.image.as_deref())?;
            say(&format!("{}: the pictures", path.display()))?;
        }
        Ok(Ending::Done)
    }

    /// The embedding of what is asked, and the network of pictures.
    fn ask<'a>(&self, model: &'a AnyModel) -> anyhow::Result<(Vec<f32>, &'a Model)> {
        let picture = match model {
            AnyModel::Pictures(picture) => picture,
            AnyModel::Towers(towers) => &towers.picture,
            _ => anyhow::bail!(
                "{}: wanted a model of pictures, given one of texts",
                self.model.display()
            ),
        };
        match (&self.image, &self.text, model) {
            (Some(path), ..) => Ok((embed_file(picture, path)?, picture)),
            (None, Some(text), AnyModel::Towers(towers)) => {
                Ok((towers.text.embed(&[text.as_str()])?.numbers, picture))
            }
            _ => anyhow::bail!(
                "{}: wanted a model of two towers for --text, given one of pictures alone; --image asks with a \
                 picture",
                self.model.display()
            ),
        }
    }

    fn show(&self, found: &[Found]) -> anyhow::Result<()> {
        if self.json {
            return say(&serde_json::to_string_pretty(found)?);
        }
        for one in found {
            say(&format!(
                "{:4}  {:.4}  {}",
                one.rank, one.distance, one.name
            ))?;
        }
        Ok(())
    }
}

/// The embeddings of all pictures, `(n, d)`.
fn embed(model: &Model, dataset: &dyn Dataset) -> anyhow::Result<Vec<f32>> {
    let count = dataset.items().len();
    let bar = show::bar(count as u64, "pictures");
    let items: Vec<usize> = (0..count).collect();
    let mut rows = Vec::with_capacity(count * model.dim());
    for chunk in items.chunks(CHUNK) {
        rows.extend(model.embed(&load(dataset, chunk, &model.preprocess)?)?);
        bar.inc(chunk.len() as u64);
    }
    bar.finish_and_clear();
    Ok(rows)
}

fn embed_file(model: &Model, path: &Path) -> anyhow::Result<Vec<f32>> {
    let picture = sheet::read(path)?;
    let mut pixels = vec![0.0; model.preprocess.numbers()];
    model.preprocess.apply(&picture, &mut pixels);
    Ok(model.embed(&pixels)?)
}
