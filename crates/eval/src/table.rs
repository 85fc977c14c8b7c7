//! Scores side by side: a table for people, JSON for programs.

use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Score;
use crate::title::{score_title, words};

/// Named lists of [scores](Score): raw pixels, the untrained network, the trained one; before and after.
///
/// In JSON a map from the key of each list to its scores, in the order in which they were added, which reads back
/// (titles are then those of the keys). [`Display`](fmt::Display) gives an aligned table: a row per list, and one
/// more for each prefix of its names (`picture_to_text.recall_at_1`); a column per score; below it the notes.
///
/// ```
/// use tercet_eval::{Interval, Score, ScoreTable};
///
/// let recall = |value, low, high| Score::new("recall_at_1", value).within(Interval { low, high });
/// let table = ScoreTable::new()
///     .with("raw", "raw pixels", vec![recall(0.25, 0.0, 0.5)])
///     .with("trained", "trained network", vec![recall(0.75, 0.5, 1.0), Score::new("map_at_r", 0.5)])
///     .noted("4 queries");
/// let wanted = [
///     "                 Recall@1              MAP@R",
///     "raw pixels       0.250 [0.000, 0.500]",
///     "trained network  0.750 [0.500, 1.000]  0.500",
///     "4 queries; brackets: 95 % intervals",
/// ];
/// assert_eq!(table.to_string(), wanted.join("\n"));
/// assert_eq!((table.keys().count(), table.get("raw").map(<[Score]>::len)), (2, Some(1)));
/// assert_eq!(table.score("recall_at_1").map(|score| score.value), Some(0.75));
/// assert_eq!(table.score("raw.recall_at_1").map(|score| score.value), Some(0.25));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ScoreTable {
    entries: Vec<Entry>,
    notes: Vec<String>,
    /// The names of the columns, without prefixes; none: all.
    shown: Option<Vec<String>>,
}

#[derive(Debug, Clone, PartialEq)]
struct Entry {
    key: String,
    title: String,
    scores: Vec<Score>,
}

impl ScoreTable {
    /// No scores yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more list: its `key` in JSON (`raw`, `untrained`, `trained`) and its `title` in the table (`raw
    /// pixels`). A list of the same key is replaced where it stands; of scores of one name the first counts.
    #[must_use]
    pub fn with(mut self, key: &str, title: &str, scores: Vec<Score>) -> Self {
        let mut entry = Entry {
            key: key.to_owned(),
            title: title.to_owned(),
            scores: Vec::with_capacity(scores.len()),
        };
        for score in scores {
            if entry.find(&score.name).is_none() {
                entry.scores.push(score);
            }
        }
        match self.entries.iter_mut().find(|other| other.key == key) {
            Some(other) => *other = entry,
            None => self.entries.push(entry),
        }
        self
    }

    /// With a note below the table (`3450 queries`), after those it has. Notes are not in JSON.
    #[must_use]
    pub fn noted(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The table shows these scores alone, in this order; names are without prefixes. JSON has all.
    ///
    /// ```
    /// use tercet_eval::{Score, ScoreTable};
    /// let scores = vec![Score::new("recall_at_1", 0.5), Score::new("mrr", 0.75)];
    /// let table = ScoreTable::new().with("test", "test", scores).showing(&["mrr"]);
    /// assert_eq!(table.to_string(), "      MRR\ntest  0.750");
    /// ```
    #[must_use]
    pub fn showing(self, names: &[&str]) -> Self {
        let shown = Some(names.iter().map(|&name| name.to_owned()).collect());
        Self { shown, ..self }
    }

    /// Whether there are no scores.
    ///
    /// ```
    /// use tercet_eval::ScoreTable;
    /// assert!(ScoreTable::new().with("trained", "trained", vec![]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.entries.iter().all(|entry| entry.scores.is_empty())
    }

    /// The keys of the lists, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.as_str())
    }

    /// The scores of a list.
    pub fn get(&self, key: &str) -> Option<&[Score]> {
        let entry = self.entries.iter().find(|entry| entry.key == key);
        entry.map(|entry| entry.scores.as_slice())
    }

    /// A score by its name, of the list `trained` or, without one, of the last; or that of any list, named after
    /// its key: `raw.recall_at_1`.
    pub fn score(&self, name: &str) -> Option<&Score> {
        let trained = self.entries.iter().find(|entry| entry.key == "trained");
        let main = trained.or(self.entries.last());
        main.and_then(|entry| entry.find(name)).or_else(|| {
            let mut entries = self.entries.iter();
            entries.find_map(|entry| entry.find(name.strip_prefix(&entry.key)?.strip_prefix('.')?))
        })
    }

    /// The names of the columns: of all scores, in the order in which they come first, or those asked for that
    /// there are.
    fn columns(&self) -> Vec<&str> {
        let mut columns: Vec<&str> = Vec::new();
        let scores = self.entries.iter().flat_map(|entry| &entry.scores);
        for (_, name) in scores.map(Score::parts) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        let asked = |shown: &'_ Vec<String>| -> Vec<&str> {
            let asked = shown.iter().filter_map(|name| {
                let place = columns.iter().position(|column| column == name)?;
                Some(columns[place])
            });
            asked.collect()
        };
        match &self.shown {
            Some(shown) => asked(shown),
            None => columns,
        }
    }
}

impl Entry {
    fn find(&self, name: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.name == name)
    }

    /// A row for each prefix with a score in one of the columns: its title, then the scores.
    fn rows(&self, columns: &[&str]) -> Vec<(String, Vec<Option<&Score>>)> {
        let mut prefixes: Vec<&str> = Vec::new();
        for (prefix, name) in self.scores.iter().map(Score::parts) {
            if columns.contains(&name) && !prefixes.contains(&prefix) {
                prefixes.push(prefix);
            }
        }
        let cell = |prefix: &str, column: &str| {
            let mut scores = self.scores.iter();
            scores.find(|score| score.parts() == (prefix, column))
        };
        let row = |prefix: &str| columns.iter().map(|column| cell(prefix, column)).collect();
        let rows = prefixes.iter().map(|&prefix| match prefix {
            "" => (self.title.clone(), row(prefix)),
            _ => (format!("{}, {}", self.title, words(prefix)), row(prefix)),
        });
        rows.collect()
    }
}

impl fmt::Display for ScoreTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = self.columns();
        let entries = self.entries.iter();
        let rows: Vec<_> = entries.flat_map(|entry| entry.rows(&columns)).collect();
        let mut lines = Vec::new();
        if !columns.is_empty() {
            let head = columns.iter().map(|name| score_title(name));
            lines.push(std::iter::once(String::new()).chain(head).collect());
        }
        for (title, cells) in &rows {
            let cells = cells.iter();
            let cells = cells.map(|cell| cell.map_or(String::new(), Score::to_string));
            lines.push(std::iter::once(title.clone()).chain(cells).collect());
        }
        let mut text = aligned(&lines);
        let mut cells = rows.iter().flat_map(|(_, cells)| cells).flatten();
        let bracket = cells.any(|score| score.interval.is_some());
        let bracket = bracket.then_some("brackets: 95 % intervals");
        let notes: Vec<&str> = self
            .notes
            .iter()
            .map(String::as_str)
            .chain(bracket)
            .collect();
        if !notes.is_empty() {
            text.push(notes.join("; "));
        }
        f.write_str(&text.join("\n"))
    }
}

/// Lines whose columns begin below each other.
fn aligned(lines: &[Vec<String>]) -> Vec<String> {
    let columns = lines.first().map_or(0, Vec::len);
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..columns).filter_map(width).collect();
    let line = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    lines.iter().map(line).collect()
}

impl Serialize for ScoreTable {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.entries.len()))?;
        for entry in &self.entries {
            map.serialize_entry(&entry.key, &entry.scores)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for ScoreTable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Lists)
    }
}

struct Lists;

impl<'de> Visitor<'de> for Lists {
    type Value = ScoreTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lists of scores by their keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ScoreTable, A::Error> {
        let mut table = ScoreTable::new();
        while let Some((key, scores)) = map.next_entry::<String, Vec<Score>>()? {
            table = table.with(&key, &words(&key), scores);
        }
        Ok(table)
    }
}
