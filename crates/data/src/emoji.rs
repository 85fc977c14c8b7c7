use std::collections::{HashMap, HashSet};
use std::path::Path;

use image::{GenericImageView, RgbImage};
use rayon::prelude::*;

use crate::decode::decode;
use crate::report::{OpeningReport, Picture};
use crate::{Dataset, Error, Item};

mod table;
mod vendor;

use table::{TABLE, table};
use vendor::{VENDORS, Vendor};

/// Pixels along a side of a cell.
const SIDE: u32 = 32;
/// Cells along a row of an atlas.
const COLUMNS: u32 = 40;

/// The embedded data set: 1,586 emoji (the classes), each as drawn by up to 10 vendors, 32 x 32
/// pixels on white.
///
/// The sources ([`Dataset::sources`]) are the vendors, the groups ([`Dataset::groups`]) the design
/// families: `fluent`, `fluentflat` and `fluenthc` are one design in three finishes, `emojione2`
/// and `emojionemono` one in two, every other vendor is a family alone. Where a vendor draws
/// several classes with the very same picture, none of the copies is in the set
/// ([`Emoji::dropped`]): 13,264 pictures remain.
///
/// Licences: `assets/NOTICE` in the repository.
pub struct Emoji {
    items: Vec<Item>,
    classes: Vec<String>,
    groups: Vec<String>,
    sources: Vec<String>,
    /// One picture per vendor, all classes in rows of 40.
    atlases: Vec<RgbImage>,
    pictures: Vec<Picture>,
    dropped: Vec<String>,
    blank: Vec<String>,
}

/// Decodes the embedded [`Emoji`] set; takes a fraction of a second.
///
/// # Errors
///
/// [`Error::Decode`] or [`Error::Cell`] if the files under `assets/` were damaged when the library
/// was built.
///
/// ```
/// use tercet_data::Dataset;
/// let emoji = tercet_data::emoji()?;
/// assert_eq!(emoji.classes().len(), 1_586);
/// assert_eq!(emoji.sources().len(), 10);
/// assert_eq!(emoji.groups().len(), 7);
/// assert_eq!(emoji.items()[0].name, "noto/1f600-grinning-face");
/// assert_eq!(emoji.image(0)?.dimensions(), (32, 32));
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn emoji() -> Result<Emoji, Error> {
    let atlases: Vec<Result<RgbImage, Error>> = VENDORS.par_iter().map(atlas).collect();
    let atlases = atlases.into_iter().collect::<Result<Vec<_>, _>>()?;
    let mut sources: Vec<String> = Vec::new();
    let mut groups: Vec<String> = Vec::new();
    for vendor in &VENDORS {
        sources.push(vendor.name.to_owned());
        if !groups.iter().any(|group| group == vendor.family) {
            groups.push(vendor.family.to_owned());
        }
    }
    let (classes, cells) = table(TABLE)?;
    let mut set = Emoji {
        items: Vec::new(),
        classes,
        groups,
        sources,
        atlases,
        pictures: Vec::new(),
        dropped: Vec::new(),
        blank: Vec::new(),
    };
    set.fill(&cells);
    Ok(set)
}

fn atlas(vendor: &Vendor) -> Result<RgbImage, Error> {
    decode(vendor.atlas, Path::new(vendor.path))
}

impl Emoji {
    /// The names of the pictures left out because their vendor uses the same picture for another
    /// class.
    pub fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The names of the pictures left out because nothing is drawn on them.
    pub fn blank(&self) -> &[String] {
        &self.blank
    }

    /// What [`Summary`](crate::Summary) needs to know.
    pub fn report(&self) -> OpeningReport {
        OpeningReport::new("emoji".into(), self.pictures.clone(), Vec::new(), 0)
    }

    /// Lists the cells that are drawn on and whose picture has one meaning.
    fn fill(&mut self, cells: &[(u32, u32)]) {
        let pictures: Vec<Option<Picture>> = cells
            .par_iter()
            .map(|&(class, vendor)| self.picture(class, vendor))
            .collect();
        let shared = shared(cells, &pictures);
        for (&(class, vendor), picture) in cells.iter().zip(pictures) {
            let name = format!(
                "{}/{}",
                self.sources[vendor as usize], self.classes[class as usize]
            );
            let Some(picture) = picture else {
                self.blank.push(name);
                continue;
            };
            if shared.contains(&(vendor, picture.hash)) {
                self.dropped.push(name);
                continue;
            }
            let family = VENDORS[vendor as usize].family;
            let group = self
                .groups
                .iter()
                .position(|group| group == family)
                .map(|group| group as u32);
            self.items.push(Item {
                name,
                class,
                group,
                source: Some(vendor),
                split: None,
            });
            self.pictures.push(picture);
        }
    }

    /// None for a blank cell.
    fn picture(&self, class: u32, vendor: u32) -> Option<Picture> {
        let cell = self.cell(class, vendor);
        let blank = cell.pixels().all(|pixel| pixel == cell.get_pixel(0, 0));
        (!blank).then(|| Picture::of(&cell))
    }

    fn cell(&self, class: u32, vendor: u32) -> RgbImage {
        let (column, row) = (class % COLUMNS, class / COLUMNS);
        let atlas = &self.atlases[vendor as usize];
        atlas.view(column * SIDE, row * SIDE, SIDE, SIDE).to_image()
    }
}

/// The (vendor, picture) that stand for more than one class.
fn shared(cells: &[(u32, u32)], pictures: &[Option<Picture>]) -> HashSet<(u32, u64)> {
    let mut seen: HashMap<(u32, u64), u32> = HashMap::new();
    let drawn = cells
        .iter()
        .zip(pictures)
        .filter_map(|(&(_, vendor), picture)| Some((vendor, picture.as_ref()?.hash)));
    for picture in drawn {
        *seen.entry(picture).or_default() += 1;
    }
    seen.into_iter()
        .filter(|&(_, count)| count > 1)
        .map(|(picture, _)| picture)
        .collect()
}

impl std::fmt::Debug for Emoji {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Emoji")
            .field("items", &self.items.len())
            .finish_non_exhaustive()
    }
}

impl Dataset for Emoji {
    fn items(&self) -> &[Item] {
        &self.items
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn groups(&self) -> &[String] {
        &self.groups
    }

    fn sources(&self) -> &[String] {
        &self.sources
    }

    fn image(&self, index: usize) -> Result<RgbImage, Error> {
        let item = self.items.get(index).ok_or(Error::Index {
            wanted: self.items.len(),
            given: index,
        })?;
        Ok(self.cell(item.class, item.source.unwrap_or(0)))
    }
}
