use std::collections::HashMap;
use std::path::Path;

use super::columns::{Column, only};
use super::fault::Fault;
use super::format::Format;
use super::record::Record;
use super::walk::{Walk, follow, head, open};
use crate::Error;

/// Relevance as a file of pairs: `.csv`, `.tsv` or `.jsonl` with the columns `a`, `b`, `relevance`.
#[derive(Debug, Clone, PartialEq)]
pub struct SparseRelevance {
    pairs: HashMap<(usize, usize), f32>,
    missing: f32,
}

impl SparseRelevance {
    /// Reads pairs of the things of these names. A pair counts both ways; pairs that are not there have the relevance
    /// `missing`, a thing and itself have 1.
    ///
    /// # Errors
    /// [`Error::Number`] for a `missing` outside `[0, 1]`, [`Error::NameTwice`] for a name that is two things;
    /// [`Error::Missing`], [`Error::Read`], [`Error::NoRows`], [`Error::Columns`]; for a line [`Error::Cell`] for an
    /// unknown name, a relevance outside `[0, 1]`, one of a thing to itself that is not 1, a pair given twice, or one
    /// with another relevance the other way round.
    ///
    /// ```
    /// use tercet_data::SparseRelevance;
    /// # let folder = tempfile::tempdir().expect("a place to write");
    /// # let path = folder.path().join("pairs.csv");
    /// std::fs::write(&path, "a,b,relevance\ncat,dog,0.5\n").expect("room");
    /// let names = ["cat", "dog", "rose"].map(str::to_owned);
    /// let pairs = SparseRelevance::read(&path, &names, 0.0)?;
    /// assert_eq!((pairs.of(1, 0), pairs.of(0, 2)), (0.5, 0.0));
    /// # Ok::<(), tercet_data::Error>(())
    /// ```
    pub fn read(path: impl AsRef<Path>, names: &[String], missing: f32) -> Result<Self, Error> {
        let path = path.as_ref();
        if !(0.0..=1.0).contains(&missing) {
            return Err(Error::Number {
                name: "missing relevance",
                wanted: "a number in [0, 1]",
                given: missing.to_string(),
            });
        }
        let places = numbered(names)?;
        let format = Format::of(path)?;
        let mut rows = Walk::new(format, open(path)?);
        let (begin, first) = head(path, &mut rows)?;
        let columns = Columns::of(&first.names()).ok_or_else(|| Error::Columns {
            path: path.to_owned(),
            wanted: "a, b, relevance",
            found: first.names().join(", "),
        })?;
        let mut pairs = HashMap::new();
        if format == Format::Json {
            let added = columns.add(&first, &places, &mut pairs);
            added.map_err(|fault| fault.at(path, begin))?;
        }
        follow(path, rows, |record| {
            columns.add(&record, &places, &mut pairs)
        })?;
        match pairs.is_empty() {
            true => Err(super::walk::no_rows(path)),
            false => Ok(Self { pairs, missing }),
        }
    }

    /// The relevance of thing `b` to thing `a`.
    pub fn of(&self, a: usize, b: usize) -> f32 {
        if a == b {
            return 1.0;
        }
        let found = self.pairs.get(&(a, b)).or_else(|| self.pairs.get(&(b, a)));
        found.copied().unwrap_or(self.missing)
    }
}

/// The place of each name.
fn numbered(names: &[String]) -> Result<HashMap<&str, usize>, Error> {
    let mut places = HashMap::new();
    for (place, name) in names.iter().enumerate() {
        if let Some(first) = places.insert(name.as_str(), place) {
            return Err(Error::NameTwice {
                name: name.clone(),
                first,
                second: place,
            });
        }
    }
    Ok(places)
}

struct Columns {
    width: usize,
    names: [Column; 2],
    relevance: Column,
}

impl Columns {
    fn of(names: &[String]) -> Option<Self> {
        Some(Self {
            width: names.len(),
            names: [only(names, "a")?, only(names, "b")?],
            relevance: only(names, "relevance")?,
        })
    }

    fn add(
        &self,
        record: &Record,
        places: &HashMap<&str, usize>,
        pairs: &mut HashMap<(usize, usize), f32>,
    ) -> Result<(), Fault> {
        record.check_width(self.width)?;
        let find = |column: &Column| {
            let name = record.label(column)?;
            let place = places.get(name.as_str()).copied();
            place.ok_or_else(|| Fault::cell(&column.name, "a name of the set", name))
        };
        let pair = (find(&self.names[0])?, find(&self.names[1])?);
        let relevance = record.number(&self.relevance)?;
        let wrong = |wanted| Fault::cell(&self.relevance.name, wanted, relevance.to_string());
        if !(0.0..=1.0).contains(&relevance) {
            return Err(wrong("a number in [0, 1]"));
        }
        let relevance = relevance as f32;
        if pair.0 == pair.1 && relevance != 1.0 {
            return Err(wrong("1 of a thing to itself"));
        }
        match pairs.get(&(pair.1, pair.0)) {
            Some(&back) if back != relevance => {
                return Err(wrong("that of the pair the other way round"));
            }
            _ => {}
        }
        match pairs.insert(pair, relevance) {
            None => Ok(()),
            Some(_) => Err(wrong("each pair once")),
        }
    }
}
