use std::collections::HashMap;
use std::path::Path;

use super::columns::Column;
use super::fault::Fault;
use super::format::Format;
use super::walk::walk;
use crate::{Error, Example};

/// SNLI or MultiNLI as published (`snli_1.0_train.jsonl`, `multinli_1.0_train.jsonl`), as tuples: the anchor is a
/// premise, its positives are what it entails, its negatives what contradicts it.
///
/// Of each line `gold_label`, `sentence1` (the premise) and `sentence2` are read. Neutral sentences and those
/// on which people did not agree (`-`) are left out, and so are premises that lack a positive or a negative, and a
/// sentence that a premise has already. Tuples are in the order of the premises, with all their sentences;
/// [`RowPlan::draw`](crate::RowPlan::draw) picks one triplet of each per epoch. That is how SBERT and SimCSE use the
/// two sets, but that SBERT adds each triplet once more with anchor and positive exchanged. All is kept in memory: about
/// 60 MB for SNLI.
///
/// Sources: Bowman et al. 2015, arXiv:1508.05326; Williams et al. 2018, arXiv:1704.05426. (AllNLI's files have columns
/// that [`Texts`](crate::Texts) reads.)
///
/// # Errors
///
/// [`Error::Missing`], [`Error::Read`]; for a line [`Error::Json`], [`Error::Utf8`], [`Error::Cell`] for a missing or
/// empty sentence or an unknown label; [`Error::NoTuples`] where nothing is left.
///
/// ```
/// use tercet_data::{Example, nli};
/// let folder = tempfile::tempdir().expect("a place to write");
/// let path = folder.path().join("snli_1.0_dev.jsonl");
/// let line = |label, other| format!(r#"{{"gold_label":"{label}","sentence1":"A dog runs.","sentence2":"{other}"}}"#);
/// let lines = [line("entailment", "It moves."), line("-", "It is old."), line("contradiction", "It sleeps.")];
/// std::fs::write(&path, lines.join("\n")).expect("room");
/// let Example::Tuple { anchor, positives, negatives } = &nli(&path)?[0] else { panic!("a tuple") };
/// assert_eq!((anchor.as_str(), positives.len()), ("A dog runs.", 1));
/// assert_eq!(negatives, &["It sleeps."]);
/// # Ok::<(), tercet_data::Error>(())
/// ```
pub fn nli(path: impl AsRef<Path>) -> Result<Vec<Example>, Error> {
    let path = path.as_ref();
    let [label, premise, other] = ["gold_label", "sentence1", "sentence2"].map(Column::named);
    let mut premises = Premises::default();
    walk(path, Format::Json, |record| {
        let kind = match record.label(&label)?.as_str() {
            "entailment" => Some(0),
            "contradiction" => Some(1),
            "neutral" | "-" => None,
            given => {
                let wanted = "entailment, neutral, contradiction or -";
                return Err(Fault::cell(&label.name, wanted, given));
            }
        };
        premises.add(record.text(&premise)?, record.text(&other)?, kind);
        Ok(())
    })?;
    premises.tuples().map_err(|premises| Error::NoTuples {
        path: path.to_owned(),
        premises,
    })
}

/// What is known of each premise: what it entails, and what contradicts it.
#[derive(Default)]
struct Premises {
    places: HashMap<String, usize>,
    sentences: Vec<[Vec<String>; 2]>,
}

impl Premises {
    fn add(&mut self, premise: String, sentence: String, kind: Option<usize>) {
        let next = self.sentences.len();
        let place = *self.places.entry(premise).or_insert(next);
        if place == next {
            self.sentences.push(Default::default());
        }
        let both = &mut self.sentences[place];
        if let Some(kind) = kind
            && !both.iter().flatten().any(|other| *other == sentence)
        {
            both[kind].push(sentence);
        }
    }

    /// The premises with both kinds of sentences; their number where there are none such.
    fn tuples(self) -> Result<Vec<Example>, usize> {
        let given = self.sentences.len();
        let mut premises = vec![String::new(); given];
        for (premise, place) in self.places {
            premises[place] = premise;
        }
        let known = premises.into_iter().zip(self.sentences);
        let full = known.filter(|(_, both)| both.iter().all(|list| !list.is_empty()));
        let tuples: Vec<Example> = full
            .map(|(anchor, [positives, negatives])| Example::Tuple {
                anchor,
                positives,
                negatives,
            })
            .collect();
        if tuples.is_empty() {
            Err(given)
        } else {
            Ok(tuples)
        }
    }
}
