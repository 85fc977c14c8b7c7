use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::rows::{RowSet, Table};
use crate::text::{Column, Fault, Names, ReadCell, RowFile};
use crate::{Dataset, Description, Error, Example, Examples, Files};

/// Rows whose cells are pictures.
#[derive(Clone)]
pub struct ImageRowSet {
    /// The rows; a cell is an item of `images`.
    pub rows: RowSet<usize>,
    /// Every picture of the rows once, in the order of first sight, each a class of its own.
    pub images: Arc<dyn Dataset>,
}

impl fmt::Debug for ImageRowSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = out.debug_struct("ImageRowSet");
        shown
            .field("rows", &self.rows)
            .field("images", &self.images.items().len());
        shown.finish_non_exhaustive()
    }
}

/// The number of every picture that tables name, by its path.
type Places = HashMap<PathBuf, usize>;

/// Numbers pictures as they come.
#[derive(Default)]
struct Numbering {
    places: Places,
    paths: Vec<PathBuf>,
}

/// Reads a path that is relative to a folder, and looks whether a file is there.
struct Find<'a> {
    folder: &'a Path,
    all: &'a mut Numbering,
}

impl ReadCell for Find<'_> {
    type Cell = usize;

    fn cell(&mut self, column: &Column, text: String) -> Result<usize, Fault> {
        let path = self.folder.join(text.trim());
        if let Some(&place) = self.all.places.get(&path) {
            return Ok(place);
        }
        if !path.is_file() {
            let wanted = "the path of a picture that is there";
            return Err(Fault::cell(&column.name, wanted, text));
        }
        let place = self.all.paths.len();
        self.all.places.insert(path.clone(), place);
        self.all.paths.push(path);
        Ok(place)
    }
}

/// Reads a path that is known.
struct Known<'a> {
    folder: &'a Path,
    places: &'a Places,
}

impl ReadCell for Known<'_> {
    type Cell = usize;

    fn cell(&mut self, column: &Column, text: String) -> Result<usize, Fault> {
        let place = self.places.get(&self.folder.join(text.trim())).copied();
        let wanted = "a picture that was there when the file was opened";
        place.ok_or_else(|| Fault::cell(&column.name, wanted, text))
    }
}

/// The rows of a file, with its pictures as numbers.
struct ImageTable {
    file: RowFile,
    folder: PathBuf,
    places: Arc<Places>,
}

impl Examples<usize> for ImageTable {
    fn len(&self) -> usize {
        self.file.len()
    }

    fn row(&self, index: usize) -> Result<Example<usize>, Error> {
        let (folder, places) = (&self.folder, &self.places);
        self.file.row(index, &mut Known { folder, places })
    }
}

pub(super) fn open(description: &Description) -> Result<ImageRowSet, Error> {
    let mut all = Numbering::default();
    let scores = description.score_range.unwrap_or_default();
    let mut files = Vec::new();
    let paths = [
        Some(description.path()?),
        description.validation_path.as_deref(),
        description.test_path.as_deref(),
    ];
    for path in paths.into_iter().flatten() {
        let folder = parent(path);
        let mut find = Find {
            folder: &folder,
            all: &mut all,
        };
        files.push(RowFile::open(
            path,
            &Names::IMAGES,
            Some(scores),
            &mut find,
        )?);
    }
    let Numbering { places, paths } = all;
    let places = Arc::new(places);
    let mut files = files.into_iter();
    let rows = RowSet::open(description, |path| {
        let file = files.next().expect("a file for every path");
        let (kind, folder, places) = (file.kind(), parent(path), places.clone());
        let table = ImageTable {
            file,
            folder,
            places,
        };
        Ok(Table::plain(table, kind, path))
    })?;
    let root = parent(description.path()?);
    let named = paths.into_iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap_or(&path);
        (name.to_string_lossy().into_owned(), path.clone(), None)
    });
    Ok(ImageRowSet {
        images: Arc::new(Files::of_their_own(named)),
        rows,
    })
}

fn parent(path: &Path) -> PathBuf {
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
}
