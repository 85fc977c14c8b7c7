use std::collections::HashMap;
use std::mem::take;
use std::path::{Path, PathBuf};

use super::captioned::CaptionedPictures;
use super::columns::{Column, only};
use super::fault::Fault;
use super::format::Format;
use super::record::Record;
use super::walk::{Walk, follow, head, no_rows, open};
use crate::{Caption, Error, Split};

const WANTED: &str = "path, caption and optionally split, group, subgroup, keywords, each once, \
     and negative_caption, as often as there are";

/// The column of captions that are near and wrong.
const NEGATIVE: &str = "negative_caption";

/// What a table says of pictures: their captions, and where each belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaptionTable {
    /// The pictures with their captions.
    pub pictures: CaptionedPictures,
    /// `(n,)`: the split of each picture, where there is such a column.
    pub splits: Option<Vec<Split>>,
    /// `(n,)`: the first caption of each picture as its name, with its group, subgroup and keywords; empty where there
    /// is no such column.
    pub things: Vec<Caption>,
    /// `(n,)`: captions that are near and wrong, any number for each picture; none where there is no such column.
    pub negatives: Option<Vec<Vec<String>>>,
}

/// A `.csv`, `.tsv` or `.jsonl` table of one caption a row, in the columns `path` and `caption`; a picture with several
/// captions has several rows, which need not follow each other.
///
/// Optional columns: `split` (`train`, `validation` or `val`, `test`); `group` and `subgroup`, a hierarchy of two levels;
/// `keywords`, with commas between them (in JSON also a list). All rows of a picture say the same there.
/// `negative_caption`: a caption that is near and wrong (Yuksekgonul et al. 2023, arXiv:2210.01936); the column may be
/// there several times (in JSON a list) and its cells may be empty, and all rows of a picture add to its own. Paths are
/// relative to the folder of the table. Other columns are left out.
///
/// # Errors
/// [`Error::Missing`], [`Error::Read`], [`Error::Extension`], [`Error::NoRows`], [`Error::Columns`]; for a line
/// [`Error::Cell`] for a caption without picture, a picture without caption, an unknown split, or rows of a picture that
/// do not say the same.
///
/// ```
/// # let folder = tempfile::tempdir().expect("a place to write");
/// # let path = folder.path().join("pictures.csv");
/// let rows = "path,caption,split\na.png,A dog.,train\nb.png,A cat.,test\na.png,It runs.,train\n";
/// std::fs::write(&path, rows).expect("room");
/// let table = tercet_data::caption_table(&path)?;
/// assert_eq!(table.pictures.captions(), ["A dog.", "It runs.", "A cat."]);
/// assert_eq!(table.splits.unwrap()[1], tercet_data::Split::Test);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn caption_table(path: impl AsRef<Path>) -> Result<CaptionTable, Error> {
    let path = path.as_ref();
    let format = Format::of(path)?;
    let mut rows = Walk::new(format, open(path)?);
    let (begin, first) = head(path, &mut rows)?;
    let names = first.names();
    let mut columns = Columns::of(&names).ok_or_else(|| Error::Columns {
        path: path.to_owned(),
        wanted: WANTED,
        found: names.join(", "),
    })?;
    let named = !columns.negatives.is_empty();
    if format == Format::Json {
        // Not every object has some, and so perhaps not the first.
        columns.negatives = vec![Column::named(NEGATIVE)];
    }
    let mut table = Table::default();
    if format == Format::Json {
        let added = table.add(&columns, &first);
        added.map_err(|fault| fault.at(path, begin))?;
    }
    follow(path, rows, |record| table.add(&columns, &record))?;
    if table.pictures.is_empty() {
        return Err(no_rows(path));
    }
    let folder = path.parent().map_or_else(PathBuf::new, Path::to_owned);
    let negatives = take(&mut table.negatives);
    let some = named || negatives.iter().any(|of| !of.is_empty());
    Ok(CaptionTable {
        negatives: some.then_some(negatives),
        ..table.whole(&folder)
    })
}

struct Columns {
    width: usize,
    path: Column,
    caption: Column,
    split: Option<Column>,
    group: Option<Column>,
    subgroup: Option<Column>,
    keywords: Option<Column>,
    negatives: Vec<Column>,
}

/// What all rows of a picture say.
#[derive(Debug, Clone, PartialEq, Eq)]
struct About {
    split: Option<Split>,
    group: String,
    subgroup: String,
    keywords: Vec<String>,
}

#[derive(Default)]
struct Table {
    places: HashMap<String, usize>,
    pictures: Vec<(String, Vec<String>, About)>,
    negatives: Vec<Vec<String>>,
}

impl Columns {
    fn of(names: &[String]) -> Option<Self> {
        let optional = |name: &str| match names.iter().any(|one| one == name) {
            true => only(names, name).map(Some),
            false => Some(None),
        };
        Some(Self {
            width: names.len(),
            path: only(names, "path")?,
            caption: only(names, "caption")?,
            split: optional("split")?,
            group: optional("group")?,
            subgroup: optional("subgroup")?,
            keywords: optional("keywords")?,
            negatives: (0..names.len())
                .filter(|&place| names[place] == NEGATIVE)
                .map(|place| Column::new(&names[place], place))
                .collect(),
        })
    }

    /// The captions of a row that are near and wrong.
    fn negatives(&self, record: &Record) -> Result<Vec<String>, Fault> {
        let mut all = Vec::new();
        for column in &self.negatives {
            match record.is_list(column) {
                true => all.extend(record.list(column)?),
                false => all.extend(record.optional(column)?),
            }
        }
        Ok(all)
    }

    fn about(&self, record: &Record) -> Result<About, Fault> {
        let label = |column: &Option<Column>| match column {
            Some(column) => record.label(column),
            None => Ok(String::new()),
        };
        Ok(About {
            split: self.split.as_ref().map(|at| record.split(at)).transpose()?,
            group: label(&self.group)?,
            subgroup: label(&self.subgroup)?,
            keywords: match &self.keywords {
                Some(column) => keywords(record, column)?,
                None => Vec::new(),
            },
        })
    }
}

/// Sorted, each once; none where the cell is empty.
fn keywords(record: &Record, column: &Column) -> Result<Vec<String>, Fault> {
    let mut words = match record {
        Record::Fields(fields) => {
            let field = fields.get(column.place).unwrap_or_default();
            field.split(',').map(str::to_owned).collect()
        }
        Record::Object(object) if object.get(&column.name).is_some_and(|it| it.is_string()) => {
            let text = record.any_text(column)?;
            text.split(',').map(str::to_owned).collect()
        }
        Record::Object(_) => record.list(column)?,
    };
    words
        .iter_mut()
        .for_each(|word| *word = word.trim().to_owned());
    words.retain(|word| !word.is_empty());
    words.sort_unstable();
    words.dedup();
    Ok(words)
}

impl Table {
    fn add(&mut self, columns: &Columns, record: &Record) -> Result<(), Fault> {
        record.check_width(columns.width)?;
        let picture = record.label(&columns.path)?;
        let caption = record.text(&columns.caption)?.trim().to_owned();
        let about = columns.about(record)?;
        let negatives = columns.negatives(record)?;
        let next = self.pictures.len();
        let place = *self.places.entry(picture.clone()).or_insert(next);
        if place == next {
            self.pictures.push((picture, vec![caption], about));
            self.negatives.push(negatives);
            return Ok(());
        }
        let (_, captions, first) = &mut self.pictures[place];
        if *first != about {
            let wanted = "a picture whose rows all have one split, group, subgroup and keywords";
            return Err(Fault::cell(&columns.path.name, wanted, picture));
        }
        captions.push(caption);
        self.negatives[place].extend(negatives);
        Ok(())
    }

    fn whole(self, folder: &Path) -> CaptionTable {
        let abouts = self.pictures.iter().map(|(_, captions, about)| Caption {
            name: captions.first().cloned().unwrap_or_default(),
            group: about.group.clone(),
            subgroup: about.subgroup.clone(),
            keywords: about.keywords.clone(),
            names: Default::default(),
        });
        let splits = self.pictures.iter().map(|(.., about)| about.split);
        CaptionTable {
            things: abouts.collect(),
            splits: splits.collect(),
            negatives: None,
            pictures: CaptionedPictures::of(
                self.pictures
                    .into_iter()
                    .map(|(path, captions, _)| (folder.join(path), captions)),
            ),
        }
    }
}
