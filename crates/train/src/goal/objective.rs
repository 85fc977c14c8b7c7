//! From the way rows belong together to the kernel that costs them.

use tercet_kernels::{
    Batch, Cosent, CosineRegression, Distance, GivenTriplets, Loss, Objective, Relevance, Rows,
};

use super::{Cost, Matryoshka, pairs};
use crate::Error;
use crate::lesson::Lesson;
use crate::relation::{Related, Relation, Tuples};

const TRIPLETS: &str = "anchors with positives and negatives";
const SCORED: &str = "pairs of texts with a score";
const LABELLED: &str = "texts with labels, or anchors with positives";

/// An objective on the embeddings of a step.
#[derive(Debug, Clone)]
pub(crate) enum Goal {
    /// Every row against every other; of tuples, `InfoNce` sets anchors against all that follows them, and of scored
    /// pairs, `Contrastive` costs each by itself.
    Batch(Objective<Loss>),
    /// The triplets that are given.
    Given(GivenTriplets),
    /// The order of scored pairs.
    Cosent(Cosent),
    /// The scores of pairs.
    Cosine(CosineRegression),
    /// Any of these on leading dimensions.
    Leading(Box<Matryoshka>),
}

/// What a goal is asked about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question<'a> {
    pub(crate) relation: &'a Relation,
    /// Keys of random selections.
    pub(crate) seed: u64,
    pub(crate) step: u64,
}

impl<'a> Question<'a> {
    pub(crate) fn of(lesson: &'a Lesson, seed: u64) -> Self {
        Self {
            relation: &lesson.relation,
            seed,
            step: lesson.step,
        }
    }
}

impl Goal {
    /// How far two embeddings are.
    pub(crate) fn distance(&self) -> Distance {
        match self {
            Self::Batch(objective) => objective.distance(),
            Self::Given(given) => given.distance,
            Self::Cosent(_) | Self::Cosine(_) => Distance::Cosine,
            Self::Leading(leading) => leading.goal.distance(),
        }
    }

    /// What it needs, if that is something else than rows that belong together in this way.
    pub(crate) fn unfit(&self, relation: &Relation) -> Option<&'static str> {
        match (self, relation) {
            (Self::Leading(leading), _) => leading.goal.unfit(relation),
            (Self::Given(_), Relation::Tuples(tuples)) if tuples.negatives() > 0 => None,
            (Self::Given(_), _) => Some(TRIPLETS),
            (Self::Cosent(_) | Self::Cosine(_), Relation::Scored(_)) => None,
            (Self::Cosent(_) | Self::Cosine(_), _) => Some(SCORED),
            (Self::Batch(objective), Relation::Scored(_)) => match objective.loss() {
                Loss::Contrastive(_) => None,
                _ => Some(LABELLED),
            },
            (Self::Batch(_), _) => None,
        }
    }

    /// What rows `(n, d)` cost.
    ///
    /// # Errors
    /// [`Error::Unfit`] for rows that belong together in another way than the loss needs; rows that cannot be
    /// compared.
    pub(crate) fn cost(&self, rows: Rows<'_, f32>, question: Question<'_>) -> Result<Cost, Error> {
        match self {
            Self::Batch(objective) => batch(objective, rows, question),
            Self::Given(given) => match question.relation {
                Relation::Tuples(tuples) if tuples.negatives() > 0 => triplets(given, rows, tuples),
                _ => Err(unfit(TRIPLETS)),
            },
            Self::Cosent(cosent) => {
                let (first, second, scores) = scored(rows, question.relation)?;
                Ok(cosent.evaluate(first, second, scores)?.into())
            }
            Self::Cosine(cosine) => {
                let (first, second, scores) = scored(rows, question.relation)?;
                Ok(cosine.evaluate(first, second, scores)?.into())
            }
            Self::Leading(leading) => leading.cost(rows, question),
        }
    }
}

fn batch(
    objective: &Objective<Loss>,
    rows: Rows<'_, f32>,
    question: Question<'_>,
) -> Result<Cost, Error> {
    match (question.relation, objective.loss()) {
        (Relation::Tuples(tuples), Loss::InfoNce(_)) => ranking(objective, rows, tuples),
        (Relation::Scored(scores), Loss::Contrastive(_)) => {
            let (first, second) = halves(rows, scores.len())?;
            pairs::cost(objective, first, second, scores)
        }
        (Relation::Scored(_), _) => Err(unfit(LABELLED)),
        (Relation::Related(related), _) => both_ways(objective, rows, related, question),
        (relation, _) => {
            let labels = relation.classes();
            let batch = Batch::within(rows, &labels)?.keyed(question.seed, question.step);
            Ok(objective.total(&batch)?.into())
        }
    }
}

/// Anchors against all positives and negatives; what is known to belong to an anchor is no negative of it.
fn ranking(
    objective: &Objective<Loss>,
    rows: Rows<'_, f32>,
    tuples: &Tuples,
) -> Result<Cost, Error> {
    let (anchors, candidates) = halves(rows, tuples.tuples)?;
    let (own, others) = tuples.groups.split_at(tuples.tuples);
    let batch = Batch::matched(anchors, candidates)?.identified(own, others)?;
    Ok(objective.total(&batch)?.into())
}

/// The first half asks the second, and the second the first: the sum of both.
fn both_ways(
    objective: &Objective<Loss>,
    rows: Rows<'_, f32>,
    related: &Related,
    question: Question<'_>,
) -> Result<Cost, Error> {
    let n = related.classes.len();
    let (first, second) = halves(rows, n)?;
    let relevance = Relevance::matrix((n, n), &related.relevance)?;
    let batch = Batch::related(first, second, relevance)?.keyed(question.seed, question.step);
    let there = objective.total(&batch)?;
    // Not the batch exchanged: a row of relevance is of the one that asks, whichever half it is in.
    let back = Batch::related(second, first, relevance)?.keyed(question.seed, question.step);
    let back = objective.total(&back)?;
    let mut terms = there.terms;
    terms += back.terms;
    // On the way back the second half stands first.
    let (of_second, of_first) = back.gradient.split_at(n * rows.dim());
    let turned = of_first.iter().chain(of_second);
    let gradient = there.gradient.iter().zip(turned).map(|(a, b)| a + b);
    Ok(Cost {
        value: there.value + back.value,
        gradient: gradient.collect(),
        terms,
        parameter: there.parameter + back.parameter,
        filled: match objective.loss() {
            Loss::Ladder(ladder) => ladder.filled(&batch),
            _ => Vec::new(),
        },
    })
}

fn triplets(given: &GivenTriplets, rows: Rows<'_, f32>, tuples: &Tuples) -> Result<Cost, Error> {
    let (anchors, others) = halves(rows, tuples.tuples)?;
    let (positives, negatives) = halves(others, tuples.tuples)?;
    let outcome = given.evaluate(anchors, positives, negatives)?;
    Ok(Cost {
        value: outcome.value,
        gradient: [outcome.anchors, outcome.positives, outcome.negatives].concat(),
        terms: outcome.terms,
        parameter: 0.0,
        filled: Vec::new(),
    })
}

/// First rows, second rows and scores of pairs.
type ScoredRows<'a> = (Rows<'a, f32>, Rows<'a, f32>, &'a [f64]);

fn scored<'a>(rows: Rows<'a, f32>, relation: &'a Relation) -> Result<ScoredRows<'a>, Error> {
    let Relation::Scored(scores) = relation else {
        return Err(unfit(SCORED));
    };
    let (first, second) = halves(rows, scores.len())?;
    Ok((first, second, scores))
}

fn unfit(wanted: &'static str) -> Error {
    Error::Unfit { wanted }
}

/// The first `n` rows, and the others.
fn halves(rows: Rows<'_, f32>, n: usize) -> Result<(Rows<'_, f32>, Rows<'_, f32>), Error> {
    let dim = rows.dim();
    let (first, second) = rows.data().split_at(n * dim);
    Ok((Rows::new(first, dim)?, Rows::new(second, dim)?))
}

#[cfg(test)]
mod tests {
    use tercet_kernels::{InfoNce, Reduce};

    use super::*;
    use crate::run::Recipe;

    /// The loss of three pairs whose rows are far from equal.
    fn ranking_of(identities: &[u64; 6]) -> f64 {
        let data = [
            1.0, 0.0, 0.6, 0.8, 0.0, 1.0, 0.9, 0.1, 0.5, 0.5, -0.2, 1.0_f32,
        ];
        let loss = Loss::from(InfoNce::new(1.0).expect("a scale"));
        let objective = Objective::new(Distance::NegativeDot, loss, Reduce::Mean).expect("fits");
        let relation = Relation::Tuples(Tuples::new(3, identities));
        let question = Question {
            relation: &relation,
            seed: 0,
            step: 0,
        };
        let rows = Rows::new(&data, 2).expect("six rows");
        Goal::Batch(objective)
            .cost(rows, question)
            .expect("fits")
            .value
    }

    fn by_hand(negatives: [&[usize]; 3]) -> f64 {
        let dots = [[0.9, 0.5, -0.2], [0.62, 0.7, 0.68], [0.1, 0.5, 1.0_f64]];
        let one = |anchor: usize| {
            let own = dots[anchor][anchor].exp();
            let others: f64 = negatives[anchor]
                .iter()
                .map(|&n| dots[anchor][n].exp())
                .sum();
            ((own + others) / own).ln()
        };
        (0..3).map(one).sum::<f64>() / 3.0
    }

    /// The towers of the golden numbers: rows 0, 2, 4 of `sin(1.7 i + 0.9 j + 0.3 i j)`, then rows 1, 3, 5.
    fn towers() -> Vec<f32> {
        let row = |i: f64| {
            let numbers = [0.0, 1.0, 2.0, 3.0].map(|j| (1.7 * i + 0.9 * j + 0.3 * i * j).sin());
            let norm = numbers
                .map(|number| number * number)
                .iter()
                .sum::<f64>()
                .sqrt();
            numbers.map(|number| (number / norm) as f32)
        };
        [0.0, 2.0, 4.0, 1.0, 3.0, 5.0].map(row).concat()
    }

    /// What a recipe's loss says of them, with the authors' numbers where the loss has them.
    fn of_towers(loss: &str) -> f64 {
        let text = format!(
            "[data]\nset = \"emoji-captions\"\n[model]\nkind = \"towers\"\n[model.text]\npath = \"x\"\n[loss]\n{loss}"
        );
        let recipe = Recipe::parse(&text, "here".as_ref(), &[]).expect("a recipe");
        let relation = Relation::Related(Related {
            relevance: vec![1.0, 0.7, 0.1, 0.7, 1.0, 0.3, 0.1, 0.3, 1.0],
            classes: vec![0, 1, 2],
        });
        let question = Question {
            relation: &relation,
            seed: 0,
            step: 0,
        };
        let goal = recipe.goal(&recipe.loss).expect("a goal");
        let data = towers();
        goal.cost(Rows::new(&data, 4).expect("six rows"), question)
            .expect("fits")
            .value
    }

    /// By the authors' own classes (ladderloss, vsepp), with margins 0.2 and 0.01, threshold 0.63, weights 1 and 0.25;
    /// the paper's second rung is by its definition.
    #[test]
    fn towers_cost_what_their_authors_say() {
        for (loss, wanted) in [
            ("kind = \"vse\"\nhinges = \"max\"", 6.491_772_739_209),
            ("kind = \"vse\"\nhinges = \"sum\"", 7.829_866_665_414),
            ("kind = \"ladder\"\nbetas = [1.0, 0.0]", 6.491_772_739_209),
            ("kind = \"ladder\"\nbetas = [0.0, 0.25]", 0.551_202_644_581),
            (
                "kind = \"ladder\"\nvariant = \"authors\"\nbetas = [1.0, 0.25]",
                7.727_058_937_631,
            ),
            (
                "kind = \"ladder\"\nvariant = \"authors\"\nbetas = [0.0, 0.25]",
                1.235_286_198_422,
            ),
            (
                "kind = \"ladder\"\nvariant = \"authors-cumulative\"\nbetas = [1.0, 0.25]",
                7.953_294_112_965,
            ),
        ] {
            let given = of_towers(loss);
            assert!((given - wanted).abs() < 3e-6, "{loss}: {given}");
        }
    }

    #[test]
    fn known_duplicates_are_no_negatives() {
        let plain = by_hand([&[1, 2], &[0, 2], &[0, 1]]);
        assert!((ranking_of(&[1, 2, 3, 4, 5, 6]) - plain).abs() < 1e-6);
        // Anchor 0 is anchor 1 once more, and their positives belong to both.
        let twins = by_hand([&[2], &[2], &[0, 1]]);
        assert!((ranking_of(&[1, 1, 3, 4, 5, 6]) - twins).abs() < 1e-6);
        // Positive 2 is the text of anchor 0.
        let echo = by_hand([&[1], &[0, 2], &[1]]);
        assert!((ranking_of(&[1, 2, 3, 4, 5, 1]) - echo).abs() < 1e-6);
    }
}
