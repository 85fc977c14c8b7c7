use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::columns::{Column, only};
use super::fault::Fault;
use super::format::Format;
use super::record::Record;
use super::walk::{Walk, follow, head, no_rows, open, walk};
use crate::Error;

/// What is searched, what is searched for, and what should be found: [`beir`].
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// The queries that have a judgement `(n,)`, in the order of their file.
    pub queries: Vec<String>,
    /// Their names.
    pub query_ids: Vec<String>,
    /// The documents `(m,)`, in the order of their file: the title, a blank, the text.
    pub corpus: Vec<String>,
    /// Their names.
    pub corpus_ids: Vec<String>,
    /// For each query the judged documents, as indices into `corpus`, and their grades: 0 or less is not relevant.
    pub relevance: Vec<Vec<(usize, f32)>>,
}

impl Search {
    /// A group for each query `(n,)` and for each document `(m,)`, so that a query has that of the document of its
    /// own name, if there is one: in ArguAna and Quora the queries stand in the corpus, and must not find themselves
    /// (BEIR's `ignore_identical_ids`).
    pub fn groups(&self) -> (Vec<u32>, Vec<u32>) {
        let documents = (0_u32..).zip(&self.corpus_ids);
        let places: HashMap<&String, u32> = documents.map(|(place, id)| (id, place)).collect();
        let others = self.corpus_ids.len() as u32..;
        let of = |(id, other): (&String, u32)| places.get(id).copied().unwrap_or(other);
        let queries = self.query_ids.iter().zip(others).map(of).collect();
        (queries, (0..self.corpus_ids.len() as u32).collect())
    }
}

/// A folder as BEIR publishes its sets: `corpus.jsonl` (`_id`, `title`, `text`), `queries.jsonl` (`_id`, `text`) and
/// `qrels/SPLIT.tsv` (`query-id`, `corpus-id`, `score`).
///
/// A title may be missing, and a document may be empty, as some of the sets have it. Queries without a judgement in
/// this split are left out. All is kept in memory.
///
/// Source: Thakur et al. 2021, BEIR, arXiv:2104.08663.
///
/// # Errors
///
/// For each file [`Error::Missing`], [`Error::Read`], [`Error::NoRows`]; for a line [`Error::Json`], [`Error::Utf8`],
/// [`Error::Fields`], or [`Error::Cell`] for a missing column, an empty query, an id that an earlier line has, a
/// judgement of an unknown query or document or one given twice, a score that is no number; [`Error::Columns`] for the
/// header of the judgements.
///
/// ```
/// # let root = tempfile::tempdir().expect("a place to write");
/// # let folder = root.path();
/// # std::fs::create_dir(folder.join("qrels")).expect("room");
/// # let put = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("room");
/// put("corpus.jsonl", r#"{"_id": "d1", "title": "Cats", "text": "They purr."}"#);
/// put("queries.jsonl", r#"{"_id": "q1", "text": "what purrs?"}"#);
/// put("qrels/test.tsv", "query-id\tcorpus-id\tscore\nq1\td1\t2\n");
/// let search = tercet_data::beir(folder, "test")?;
/// assert_eq!(search.corpus, ["Cats They purr."]);
/// assert_eq!(search.relevance, [[(0, 2.0)]]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn beir(folder: impl AsRef<Path>, split: &str) -> Result<Search, Error> {
    let folder = folder.as_ref();
    let (title, text) = (Column::named("title"), Column::named("text"));
    let document = |record: &Record| {
        let (title, text) = (record.any_text(&title)?, record.any_text(&text)?);
        Ok(format!("{title} {text}").trim().to_owned())
    };
    let corpus = Named::read(&folder.join("corpus.jsonl"), document)?;
    let queries = Named::read(&folder.join("queries.jsonl"), |record| record.text(&text))?;
    let judged = folder.join("qrels").join(format!("{split}.tsv"));
    let mut relevance = judgements(&judged, &queries, &corpus)?;
    let kept = (0..relevance.len()).filter(|&query| !relevance[query].is_empty());
    let kept: HashSet<usize> = kept.collect();
    relevance.retain(|judged| !judged.is_empty());
    let only_kept = |list: Vec<String>| -> Vec<String> {
        let numbered = list.into_iter().enumerate();
        let kept = numbered.filter(|(query, _)| kept.contains(query));
        kept.map(|(_, one)| one).collect()
    };
    Ok(Search {
        queries: only_kept(queries.texts),
        query_ids: only_kept(queries.ids),
        corpus: corpus.texts,
        corpus_ids: corpus.ids,
        relevance,
    })
}

/// Texts with names.
#[derive(Default)]
struct Named {
    ids: Vec<String>,
    texts: Vec<String>,
    places: HashMap<String, usize>,
}

impl Named {
    fn read(path: &Path, text: impl Fn(&Record) -> Result<String, Fault>) -> Result<Self, Error> {
        let id = Column::named("_id");
        let mut named = Self::default();
        walk(path, Format::Json, |record| {
            let name = record.label(&id)?;
            named.texts.push(text(&record)?);
            named.ids.push(name.clone());
            match named.places.insert(name.clone(), named.places.len()) {
                None => Ok(()),
                Some(_) => Err(Fault::cell(
                    &id.name,
                    "an id that no earlier line has",
                    name,
                )),
            }
        })?;
        match named.ids.is_empty() {
            true => Err(no_rows(path)),
            false => Ok(named),
        }
    }
}

/// For each query the documents that were judged, in the order of the file.
fn judgements(
    path: &Path,
    queries: &Named,
    corpus: &Named,
) -> Result<Vec<Vec<(usize, f32)>>, Error> {
    let mut rows = Walk::new(Format::Tsv, open(path)?);
    let names = head(path, &mut rows)?.1.names();
    let header = Header::of(&names).ok_or_else(|| Error::Columns {
        path: path.to_owned(),
        wanted: "query-id, corpus-id, score",
        found: names.join(", "),
    })?;
    let mut relevance = vec![Vec::new(); queries.ids.len()];
    let mut seen = HashSet::new();
    follow(path, rows, |record| {
        let (query, document, grade) = header.judgement(&record, queries, corpus)?;
        if !seen.insert((query, document)) {
            let (given, wanted) = (
                corpus.ids[document].as_str(),
                "a new document for this query",
            );
            return Err(Fault::cell(&header.document.name, wanted, given));
        }
        relevance[query].push((document, grade));
        Ok(())
    })?;
    match seen.is_empty() {
        true => Err(no_rows(path)),
        false => Ok(relevance),
    }
}

struct Header {
    width: usize,
    query: Column,
    document: Column,
    score: Column,
}

impl Header {
    fn of(names: &[String]) -> Option<Self> {
        Some(Self {
            width: names.len(),
            query: only(names, "query-id")?,
            document: only(names, "corpus-id")?,
            score: only(names, "score")?,
        })
    }

    fn judgement(
        &self,
        record: &Record,
        queries: &Named,
        corpus: &Named,
    ) -> Result<(usize, usize, f32), Fault> {
        record.check_width(self.width)?;
        let find = |column: &Column, named: &Named, wanted| {
            let id = record.label(column)?;
            let place = named.places.get(&id).copied();
            place.ok_or_else(|| Fault::cell(&column.name, wanted, id))
        };
        Ok((
            find(&self.query, queries, "an id of queries.jsonl")?,
            find(&self.document, corpus, "an id of corpus.jsonl")?,
            record.number(&self.score)? as f32,
        ))
    }
}
