//! `tercet search`: pictures by words, or by a picture.

mod sheet;

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{ArgGroup, Args};
use serde::Serialize;
use tercet::data::{Description, images};
use tercet::eval::{Exclude, neighbors};
use tercet::kernels::{Distance, Rows};
use tercet::train::{AnyModel, ImageModel};

use crate::Ending;
use crate::gallery;
use crate::opened::OpenedModel;
use crate::text::say;

/// Search pictures by words or by a picture
///
/// Prints the nearest pictures of the gallery, nearest first, and with --sheet draws them on one picture, so that one
/// can look instead of read. Words need a model of pictures and
/// texts.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("asked").required(true).args(["text", "image"])))]
pub(crate) struct Search {
    /// The folder of a model, or of a run
    model: PathBuf,

    /// The pictures to search: a folder with a folder per class, a .csv, .tsv or .jsonl manifest, or
    /// `emoji`
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
        let (dataset, _) = images(&Description::of_images(&self.gallery))?;
        let dataset = dataset.as_ref();
        let picture = self.gallery_network(&model)?;
        let (asked, dim) = (self.ask(&model)?, picture.dim());
        let rows = gallery::embed(picture, dataset)?;
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

    /// The network of the pictures that are searched: of queries and documents the latter.
    fn gallery_network<'a>(&self, model: &'a AnyModel) -> anyhow::Result<&'a ImageModel> {
        let last = image_networks(model).last().copied();
        last.with_context(|| {
            format!(
                "{}: wanted a model of pictures, given one of {}",
                self.model.display(),
                model.reads()
            )
        })
    }

    /// The embedding of what is asked.
    fn ask(&self, model: &AnyModel) -> anyhow::Result<Vec<f32>> {
        if let Some(path) = &self.image {
            let asks = image_networks(model);
            return embed_file(asks.first().context("wanted a model of pictures")?, path);
        }
        let text = self.text.as_deref().unwrap_or_default();
        let mut sides = model.sides().into_iter();
        let words = sides.find_map(|side| match side {
            AnyModel::Texts(model) => Some(model),
            _ => None,
        });
        match words {
            Some(words) => Ok(words.embed(&[text])?.numbers),
            None => anyhow::bail!(
                "{}: wanted a model of pictures and texts for --text, given one of pictures alone; --image asks with a \
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

/// The networks of a model that read pictures.
fn image_networks(model: &AnyModel) -> Vec<&ImageModel> {
    let sides = model.sides().into_iter();
    let images = sides.filter_map(|side| match side {
        AnyModel::Images(model) => Some(model),
        _ => None,
    });
    images.collect()
}

fn embed_file(model: &ImageModel, path: &Path) -> anyhow::Result<Vec<f32>> {
    let picture = sheet::read(path)?;
    let mut pixels = vec![0.0; model.preprocess.numbers()];
    model.preprocess.apply(&picture, &mut pixels);
    Ok(model.embed(&pixels)?)
}
