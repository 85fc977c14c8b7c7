use std::collections::{HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::captioned::CaptionedPictures;
use super::document::{caption, document, misfit};
use crate::Error;

#[derive(Deserialize)]
struct Document {
    images: Vec<Image>,
    annotations: Vec<Annotation>,
}

#[derive(Deserialize)]
struct Image {
    id: u64,
    file_name: String,
}

#[derive(Deserialize)]
struct Annotation {
    id: u64,
    image_id: u64,
    caption: String,
}

/// COCO's captions as published (`captions_val2017.json`): an object with `images` (`id`, `file_name`) and `annotations`
/// (`id`, `image_id`, `caption`). `folder` is where the pictures are (`val2017`).
///
/// Pictures are in the order of `images`, the captions of each in that of `annotations`. Other keys are left out. The
/// file is read whole.
///
/// Source: Chen et al. 2015, *Microsoft COCO Captions*, arXiv:1504.00325. For the splits that papers report on see
/// [`karpathy`](crate::karpathy).
///
/// # Errors
///
/// [`Error::Missing`], [`Error::Read`], [`Error::Document`] for what is no such JSON; [`Error::Entry`] for an id that is
/// there twice, a picture without caption, a caption without picture, an empty caption; [`Error::NoRows`].
///
/// ```
/// # let folder = tempfile::tempdir().expect("a place to write");
/// # let path = folder.path().join("captions_val2017.json");
/// let json = r#"{"images": [{"id": 139, "file_name": "000000000139.jpg"}],
///                "annotations": [{"id": 1, "image_id": 139, "caption": "A room.\n"}]}"#;
/// std::fs::write(&path, json).expect("room");
/// let set = tercet_data::coco_captions(&path, "val2017")?;
/// assert_eq!(set.captions(), ["A room."]);
/// assert_eq!(set.pictures()[0], std::path::Path::new("val2017").join("000000000139.jpg"));
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn coco_captions(
    path: impl AsRef<Path>,
    folder: impl AsRef<Path>,
) -> Result<CaptionedPictures, Error> {
    let (path, folder) = (path.as_ref(), folder.as_ref());
    let Document {
        images,
        annotations,
    } = document(
        path,
        "an object with images and annotations, as COCO has it",
    )?;
    if images.is_empty() {
        return Err(super::walk::no_rows(path));
    }
    let places = places(path, &images)?;
    let mut captions = vec![Vec::new(); images.len()];
    let mut seen = HashSet::new();
    for (index, annotation) in annotations.into_iter().enumerate() {
        let wrong = |key: &str, wanted, given: &dyn ToString| {
            let place = format!("annotations[{index}].{key}");
            misfit(path, place, wanted, given.to_string())
        };
        if !seen.insert(annotation.id) {
            return Err(wrong("id", TWICE, &annotation.id));
        }
        let text = caption(&annotation.caption);
        let text = text.ok_or_else(|| wrong("caption", "some text", &"nothing"))?;
        let picture = places.get(&annotation.image_id);
        let picture =
            picture.ok_or_else(|| wrong("image_id", "an id among images", &annotation.image_id))?;
        captions[*picture].push(text);
    }
    if let Some(bare) = captions.iter().position(Vec::is_empty) {
        let place = format!("images[{bare}].id");
        let wanted = "an id that an annotation names";
        return Err(misfit(path, place, wanted, images[bare].id));
    }
    let files = images.iter().map(|image| folder.join(&image.file_name));
    Ok(CaptionedPictures::of(files.zip(captions)))
}

const TWICE: &str = "an id that no earlier one has";

/// Where the picture of each id is.
fn places(path: &Path, images: &[Image]) -> Result<HashMap<u64, usize>, Error> {
    let mut places = HashMap::new();
    for (index, image) in images.iter().enumerate() {
        if places.insert(image.id, index).is_some() {
            return Err(misfit(path, format!("images[{index}].id"), TWICE, image.id));
        }
    }
    Ok(places)
}
