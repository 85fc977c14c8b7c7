//! Scores of a network on rows of texts.

use std::path::Path;

use tercet_data::{Example, Kind};
use tercet_eval::{Exclude, Labelled, TripletAccuracy, retrieval, search, sts, triplet_accuracy};
use tercet_kernels::Distance;
use tercet_nn::SentenceModel;

use super::SentenceScores;
use super::rows::{Numbered, Rows};
use crate::Error;
use crate::run::DataSet;

/// Scores of a model on a file of rows of texts, as [`SentenceScores`] has them: what fits the rows.
///
/// # Errors
/// The file cannot be read, or its rows cannot be judged.
pub fn sentence_scores(
    model: &SentenceModel,
    (set, path): (DataSet, &Path),
    distance: Distance,
) -> Result<SentenceScores, Error> {
    let exam = Exam {
        rows: &Rows::open(set, path)?,
        distance,
        dim: model.dim(),
    };
    exam.scores(&|texts| Ok(model.embed(texts)?.numbers))
}

/// Embeds texts: `(n, d)`, row-major.
pub(super) type Embed<'a> = &'a dyn Fn(&[&str]) -> Result<Vec<f32>, Error>;

/// Rows to judge on, and how.
#[derive(Clone, Copy)]
pub(super) struct Exam<'a> {
    pub(super) rows: &'a Rows,
    pub(super) distance: Distance,
    /// Numbers per embedding.
    pub(super) dim: usize,
}

impl Exam<'_> {
    /// What fits the rows: of tuples, how well positives are found among all positives and, where every row has a
    /// negative, triplet accuracy; of scored pairs, correlations; of labelled texts, retrieval.
    ///
    /// # Errors
    /// A row cannot be read; embeddings cannot be judged.
    pub(super) fn scores(&self, embed: Embed<'_>) -> Result<SentenceScores, Error> {
        let examples = self.rows.all()?;
        let mut scores = SentenceScores::default();
        match self.rows.kind {
            Kind::Labelled => self.labelled(&mut scores, &examples, embed)?,
            Kind::Scored => self.scored(&mut scores, &examples, embed)?,
            _ => {
                let tuples = Tuples::of(&examples);
                self.search(&mut scores, &tuples, embed)?;
                self.triplets(&mut scores, &tuples, embed)?;
            }
        }
        Ok(scores)
    }

    /// Every anchor asks all positives of all rows. A text that occurs twice is one text, with the positives of all
    /// its rows; a query does not find itself.
    fn search(
        &self,
        scores: &mut SentenceScores,
        tuples: &Tuples<'_>,
        embed: Embed<'_>,
    ) -> Result<(), Error> {
        let (mut queries, mut corpus) = (Numbered::default(), Numbered::default());
        let mut relevance: Vec<Vec<(usize, f32)>> = Vec::new();
        for (anchor, positives) in &tuples.belonging {
            let query = queries.number(anchor);
            relevance.resize_with(queries.texts.len(), Vec::new);
            for positive in *positives {
                let document = corpus.number(positive);
                if relevance[query].iter().all(|&(other, _)| other != document) {
                    relevance[query].push((document, 1.0));
                }
            }
        }
        let candidates: Vec<u32> = (0..corpus.texts.len() as u32).collect();
        let others = candidates.len() as u32..;
        let own = queries.texts.iter().zip(others);
        let own = own.map(|(text, other)| corpus.find(text).map_or(other, |place| place as u32));
        let exclude = Exclude::Groups {
            queries: &own.collect::<Vec<u32>>(),
            candidates: &candidates,
        };
        let (asked, documents) = (embed(&queries.texts)?, embed(&corpus.texts)?);
        let (asked, documents) = (self.matrix(&asked)?, self.matrix(&documents)?);
        let found = search(asked, documents, &relevance, self.distance, &exclude)?;
        let interval = Some(found.accuracy_at_1_interval95);
        scores.add("recall_at_1", found.accuracy_at[&1], interval);
        scores.add("recall_at_10", found.accuracy_at[&10], None);
        scores.add("mrr_at_10", found.mrr_at_10, None);
        scores.add("ndcg_at_10", found.ndcg_at_10, None);
        Ok(())
    }

    fn triplets(
        &self,
        scores: &mut SentenceScores,
        tuples: &Tuples<'_>,
        embed: Embed<'_>,
    ) -> Result<(), Error> {
        let [anchors, positives, negatives] = &tuples.triplets;
        if anchors.is_empty() || anchors.len() < tuples.belonging.len() {
            return Ok(());
        }
        let (anchors, positives) = (embed(anchors)?, embed(positives)?);
        let negatives = embed(negatives)?;
        let TripletAccuracy {
            accuracy,
            interval95,
            ..
        } = triplet_accuracy(
            self.matrix(&anchors)?,
            self.matrix(&positives)?,
            self.matrix(&negatives)?,
            self.distance,
        )?;
        scores.add("triplet_accuracy", accuracy, Some(interval95));
        Ok(())
    }

    fn scored(
        &self,
        scores: &mut SentenceScores,
        examples: &[Example],
        embed: Embed<'_>,
    ) -> Result<(), Error> {
        let each = examples.iter().filter_map(|example| match example {
            Example::Scored { a, b, score } => Some(((a.as_str(), b.as_str()), *score)),
            _ => None,
        });
        let (pairs, wanted): (Vec<(&str, &str)>, Vec<f64>) = each.unzip();
        let (first, second): (Vec<&str>, Vec<&str>) = pairs.into_iter().unzip();
        let (first, second) = (embed(&first)?, embed(&second)?);
        let (first, second) = (self.matrix(&first)?, self.matrix(&second)?);
        let found = sts(first, second, &wanted, self.distance)?;
        scores.add("spearman", found.spearman, None);
        scores.add("pearson", found.pearson, None);
        Ok(())
    }

    fn labelled(
        &self,
        scores: &mut SentenceScores,
        examples: &[Example],
        embed: Embed<'_>,
    ) -> Result<(), Error> {
        let each = examples.iter().filter_map(|example| match example {
            Example::Labelled { text, class } => Some((text.as_str(), i64::from(*class))),
            _ => None,
        });
        let (texts, classes): (Vec<&str>, Vec<i64>) = each.unzip();
        let rows = embed(&texts)?;
        let items = Labelled::new(self.matrix(&rows)?, &classes, None)?;
        let found = retrieval(&items, self.distance)?;
        let interval = Some(found.recall_at_1_interval95);
        scores.add("recall_at_1", found.recall_at_1, interval);
        scores.add("map_at_r", found.map_at_r, None);
        scores.add("r_precision", found.r_precision, None);
        Ok(())
    }

    fn matrix<'r>(&self, rows: &'r [f32]) -> Result<tercet_kernels::Rows<'r, f32>, Error> {
        Ok(tercet_kernels::Rows::new(rows, self.dim)?)
    }
}

/// What tuples ask.
struct Tuples<'a> {
    /// Each anchor with all its positives.
    belonging: Vec<(&'a str, &'a [String])>,
    /// Anchor, first positive and first negative of each row that has one.
    triplets: [Vec<&'a str>; 3],
}

impl<'a> Tuples<'a> {
    fn of(examples: &'a [Example]) -> Self {
        let mut tuples = Self {
            belonging: Vec::new(),
            triplets: Default::default(),
        };
        for example in examples {
            let Example::Tuple {
                anchor,
                positives,
                negatives,
            } = example
            else {
                continue;
            };
            tuples.belonging.push((anchor, positives));
            if let (Some(positive), Some(negative)) = (positives.first(), negatives.first()) {
                let one = [anchor, positive, negative];
                let lists = tuples.triplets.iter_mut().zip(one);
                lists.for_each(|(list, text)| list.push(text));
            }
        }
        tuples
    }
}
