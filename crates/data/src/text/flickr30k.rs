use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use csv::StringRecord;

use super::captioned::CaptionedPictures;
use super::columns::Column;
use super::fault::Fault;
use super::format::Format;
use super::record::Record;
use super::walk::{Walk, follow, head, no_rows, open};
use crate::Error;

const COLUMNS: [&str; 3] = ["image_name", "comment_number", "comment"];

/// Flickr30K's `results.csv`: a header and lines `image_name| comment_number| comment`, without quotes. `folder` is
/// where the pictures are.
///
/// Pictures are in the order in which they come, their captions in the order of their numbers. One line of the published
/// file lacks its second bar (`2199200615.jpg| 4   A dog runs across the grass .`); number and comment are told apart
/// by the blanks there.
///
/// Source: Young et al. 2014, *From image descriptions to visual denotations*, doi:10.1162/tacl_a_00166. The file has no
/// splits: [`karpathy`](crate::karpathy) reads those that papers report on.
///
/// # Errors
///
/// [`Error::Missing`], [`Error::Read`], [`Error::NoRows`], [`Error::Columns`]; for a line [`Error::Utf8`],
/// [`Error::Fields`], or [`Error::Cell`] for a picture without a name, a comment without text, a number that is none or
/// that the picture has had already.
///
/// ```
/// # let folder = tempfile::tempdir().expect("a place to write");
/// # let path = folder.path().join("results.csv");
/// let lines = "image_name| comment_number| comment\n1.jpg| 0| A dog .\n2.jpg| 0| A cat .\n1.jpg| 1| It runs .\n";
/// std::fs::write(&path, lines).expect("room");
/// let set = tercet_data::flickr30k(&path, "pictures")?;
/// assert_eq!(set.captions(), ["A dog .", "It runs .", "A cat ."]);
/// assert_eq!((set.picture_of(), set.captions_of(0)), ([0, 0, 1].as_slice(), 0..2));
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn flickr30k(
    path: impl AsRef<Path>,
    folder: impl AsRef<Path>,
) -> Result<CaptionedPictures, Error> {
    let (path, folder) = (path.as_ref(), folder.as_ref());
    let mut rows = Walk::new(Format::Bars, open(path)?);
    let names = head(path, &mut rows)?.1.names();
    if names != COLUMNS {
        return Err(Error::Columns {
            path: path.to_owned(),
            wanted: "image_name, comment_number, comment, with | between them",
            found: names.join(", "),
        });
    }
    let mut table = Table::default();
    follow(path, rows, |record| table.add(whole(record)))?;
    if table.pictures.is_empty() {
        return Err(no_rows(path));
    }
    let each = table.pictures.into_iter();
    let each = each.map(|(name, comments)| (folder.join(name), comments.into_values().collect()));
    Ok(CaptionedPictures::of(each))
}

/// The pictures so far, each with its comments by number.
#[derive(Default)]
struct Table {
    pictures: Vec<(String, BTreeMap<u32, String>)>,
    places: HashMap<String, usize>,
}

impl Table {
    fn add(&mut self, record: Record) -> Result<(), Fault> {
        record.check_width(COLUMNS.len())?;
        let [name, number, comment] = [0, 1, 2].map(|place| Column::new(COLUMNS[place], place));
        let picture = record.label(&name)?;
        let text = record.label(&comment)?;
        let given = record.label(&number)?;
        let wrong = |wanted| Fault::cell(&number.name, wanted, given.as_str());
        let index: u32 = given.parse().map_err(|_| wrong("a whole number"))?;
        let next = self.pictures.len();
        let place = *self.places.entry(picture.clone()).or_insert(next);
        if place == next {
            self.pictures.push((picture, BTreeMap::new()));
        }
        match self.pictures[place].1.insert(index, text) {
            None => Ok(()),
            Some(_) => Err(wrong("a number that this picture has not had")),
        }
    }
}

/// The row with its second bar put back, where it is the one that lacks it.
fn whole(record: Record) -> Record {
    let split = match &record {
        Record::Fields(fields) if fields.len() == 2 => fields[1].trim().split_once(' '),
        _ => None,
    };
    match (&record, split) {
        (Record::Fields(fields), Some((number, comment))) if number.parse::<u32>().is_ok() => {
            Record::Fields(StringRecord::from(vec![&fields[0], number, comment]))
        }
        _ => record,
    }
}
