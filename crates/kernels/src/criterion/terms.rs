//! A weighted sum of terms.

use super::direction::Direction;
use super::kind::TermKind;
use super::parameter;
use super::parameter::Parameter;
use super::term::Term;
use crate::labels::same_length;
use crate::{
    BatchLoss, BatchObjective, Distance, Error, Loss, Margin, Objective, Regularizer, Relation,
    RowLoss, WholeBatchLoss,
};

/// What the rows of a step cost: `sum_t weight_t term_t(what term t sees of the rows)`.
///
/// | made by | terms |
/// |---|---|
/// | [`of`](Self::of), or [`from`](Self::from) an objective, a [`TermKind`] or a regulariser | one of weight 1 |
/// | [`and`](Self::and) | those of both, the other's weights times a factor |
/// | [`times`](Self::times) | weights times a factor |
/// | [`transposed`](Self::transposed) | candidates as anchors |
/// | [`both_ways`](Self::both_ways) | both directions, summed |
/// | [`matryoshka`](Self::matryoshka) | the weighted sum over leading dimensions |
/// | [`normalized`](Self::normalized) | on rows divided by their length, or as they are |
/// | [`learning`](Self::learning) | with what its losses can learn, or with numbers that stay |
///
/// Every term is reduced by its own reduction before it is weighted; nothing is divided by the sum of the weights, as in
/// sentence-transformers. A term costs as much as its objective alone.
///
/// [`cost`](Self::cost) costs the rows of a step by how they belong together, with [`parameters`](Self::parameters) that
/// the criterion learns itself and a memory of past steps. [`evaluate`](Self::evaluate), [`partial`](Self::partial) and
/// [`finish`](Self::finish) cost a [`Batch`](crate::Batch) or a machine's part of one, in which proxies are rows as any.
///
/// Serialised as a [`Term`], or as the list of its terms if there are several; that is the section `[loss]` of a recipe.
///
/// ```
/// use tercet_kernels::{Contrastive, Criterion, Distance, Objective, Reduce, Relation, Rows, StepContext, Workspace};
/// let loss = Contrastive::squared(1.0)?;
/// let objective = Objective::new(Distance::Euclidean, loss, Reduce::Mean)?;
/// let criterion = Criterion::of(objective).matryoshka(&[(2, 1.0), (1, 0.5)])?.normalized(false);
/// // One pair at distance 5, at distance 3 in the first dimension: 25 / 2 + 0.5 * 9 / 2.
/// let rows = Rows::new(&[0.0, 0.0, 3.0, 4.0], 2)?;
/// let mut workspace = Workspace::default();
/// let step = StepContext::new(0, 0, &mut workspace);
/// let cost = criterion.cost(rows, &Relation::Classes(vec![1, 1]), step)?;
/// assert_eq!(cost.value, 14.75);
/// assert_eq!(cost.gradient, [-4.5, -4.0, 4.5, 4.0]);
/// # Ok::<(), tercet_kernels::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Criterion {
    terms: Vec<Term>,
}

impl Criterion {
    /// One objective, of weight 1.
    pub fn of<L: RowLoss + Into<Loss>>(objective: Objective<L>) -> Self {
        TermKind::Objective(objective.into_any()).into()
    }

    /// The terms, at least one.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// This plus `weight` times the other.
    ///
    /// # Errors
    /// [`Error::Number`] if a weight is not between -1e30 and 1e30.
    pub fn and(mut self, weight: f64, other: impl Into<Self>) -> Result<Self, Error> {
        self.terms.extend(other.into().times(weight)?.terms);
        Ok(self)
    }

    /// This times a factor.
    ///
    /// # Errors
    /// [`Error::Number`] if a weight is not between -1e30 and 1e30.
    pub fn times(&self, factor: f64) -> Result<Self, Error> {
        let terms = self.terms.iter().map(|term| term.times(factor));
        let terms = terms.collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// Candidates as anchors, and anchors as their candidates.
    #[must_use]
    pub fn transposed(self) -> Self {
        self.each(|term| {
            let direction = term.direction.unwrap_or(Direction::Forward);
            term.direction = Some(direction.transposed());
        })
    }

    /// Both directions, summed: candidates are anchors too; `.times(0.5)` makes a mean of it.
    ///
    /// Of two sets, a candidate without a positive costs in its direction what the loss says of such an anchor. Within
    /// one set every row is an anchor already, and the directions differ only where labels are not symmetric.
    #[must_use]
    pub fn both_ways(self) -> Self {
        self.each(|term| term.direction = Some(Direction::Both))
    }

    /// Every term on leading dimensions, once per (dimensions, weight), each brought to length 1; weights multiply. Name
    /// all dimensions, too, if they are to count.
    ///
    /// Source: Kusupati et al., *Matryoshka Representation Learning*, NeurIPS 2022, arXiv:2205.13147;
    /// sentence-transformers' `MatryoshkaLoss`, which normalises the shortened rows, too.
    ///
    /// # Errors
    /// [`Error::Length`] without any number of dimensions, [`Error::Leading`] if one is above that of an earlier cut,
    /// [`Error::Number`] if one is 0 or a weight is not between -1e30 and 1e30.
    pub fn matryoshka(&self, sizes: &[(usize, f64)]) -> Result<Self, Error> {
        if sizes.is_empty() {
            return Err(Error::Number {
                what: "leading dimensions",
                wanted: "at least 1",
                given: 0.0,
            });
        }
        let terms = self.terms.iter().map(|term| term.leading(sizes));
        let terms = terms.collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// Every term on rows divided by their length, or by that of their leading dimensions; or on rows as they are.
    #[must_use]
    pub fn normalized(self, normalized: bool) -> Self {
        self.each(|term| term.normalize = normalized)
    }

    /// Every term with the numbers that its loss could learn as parameters, or as they stand; others stay as they are.
    #[must_use]
    pub fn learning(self, learning: bool) -> Self {
        self.each(|term| term.learn = term.can_learn().then_some(learning))
    }

    fn each(mut self, change: impl Fn(&mut Term)) -> Self {
        self.terms.iter_mut().for_each(change);
        self
    }

    /// How far two embeddings are: the distance of the first term that has one, else the cosine.
    pub fn distance(&self) -> Distance {
        let distance = self.terms.iter().find_map(Term::distance);
        distance.unwrap_or(Distance::Cosine)
    }

    /// The margin by which triplets are called hard, semi-hard or easy: that of the first term that has a distance.
    pub fn margin(&self) -> Option<Margin> {
        let mut terms = self.terms.iter();
        terms.find(|term| term.distance().is_some())?.margin()
    }

    /// What it needs, if it cannot cost rows that belong together in this way.
    pub fn unfit(&self, relation: &Relation) -> Option<&'static str> {
        self.terms.iter().find_map(|term| term.unfit(relation))
    }

    /// The relevance at which each rung of its first ladder ends; none without a ladder.
    pub fn thresholds(&self) -> Vec<f32> {
        let ladder = self
            .terms
            .iter()
            .find_map(|term| match term.objective()?.loss() {
                Loss::Ladder(ladder) => Some(ladder),
                _ => None,
            });
        let rungs = ladder.map(|ladder| ladder.rungs()).unwrap_or_default();
        rungs.iter().filter_map(|rung| rung.threshold).collect()
    }

    /// The criterion with semi-hard negatives where it mined the hardest: what a run that collapses goes on with. `None`
    /// where there is nothing to soften.
    pub fn softened(&self) -> Option<Self> {
        let softened = self.terms.iter().map(Term::softened);
        let softened: Vec<Option<Term>> = softened.collect();
        if softened.iter().all(Option::is_none) {
            return None;
        }
        let terms = self.terms.iter().zip(softened);
        let terms = terms.map(|(term, softened)| softened.unwrap_or(term.clone()));
        Some(Self {
            terms: terms.collect(),
        })
    }

    /// What it learns itself, at its first step: a pure function of (criterion, dim, classes, seed).
    ///
    /// ```
    /// use tercet_kernels::Criterion;
    /// let criterion: Criterion = serde_json::from_str(r#"{"kind": "arc-face"}"#)?;
    /// let parameters = criterion.parameters(4, Some(10), 7)?;
    /// assert_eq!((parameters[0].name.as_str(), &parameters[0].shape[..]), ("0.proxies", &[10, 4][..]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Number`] for a loss with proxies without any class.
    pub fn parameters(
        &self,
        dim: usize,
        classes: Option<usize>,
        seed: u64,
    ) -> Result<Vec<Parameter>, Error> {
        let mut parameters = Vec::new();
        for (index, term) in self.terms.iter().enumerate() {
            if let Some(proxies) = term.proxies() {
                let classes = classes
                    .filter(|&classes| classes > 0)
                    .ok_or(Error::Number {
                        what: "classes",
                        wanted: "at least 1 for a loss with proxies",
                        given: 0.0,
                    })?;
                let shape = (classes * proxies.each(), dim);
                let name = parameter::name(index, "proxies");
                parameters.push(Parameter::directions(name, shape, seed));
            }
            let scalars = term.scalars().map(|(_, scalar)| {
                let name = parameter::name(index, scalar.name);
                Parameter::scalar(name, scalar)
            });
            parameters.extend(scalars);
        }
        Ok(parameters)
    }
}

impl From<TermKind> for Criterion {
    fn from(kind: TermKind) -> Self {
        Self {
            terms: vec![Term::new(kind)],
        }
    }
}

impl<L: RowLoss + Into<Loss>> From<Objective<L>> for Criterion {
    fn from(objective: Objective<L>) -> Self {
        Self::of(objective)
    }
}

impl<L: BatchLoss + Into<WholeBatchLoss>> From<BatchObjective<L>> for Criterion {
    fn from(objective: BatchObjective<L>) -> Self {
        TermKind::WholeBatch(objective.into_any()).into()
    }
}

impl From<Regularizer> for Criterion {
    fn from(kind: Regularizer) -> Self {
        TermKind::Regularizer(kind).into()
    }
}

impl Default for Criterion {
    /// The triplet loss with its defaults.
    fn default() -> Self {
        let loss = Loss::default();
        let (distance, reduce) = (loss.default_distance(), loss.default_reduce());
        Self::of(Objective::new(distance, loss, reduce).expect("a loss fits its own distance"))
    }
}

impl TryFrom<Vec<Term>> for Criterion {
    type Error = Error;

    fn try_from(terms: Vec<Term>) -> Result<Self, Error> {
        if terms.is_empty() {
            same_length("terms", 1, 0)?;
        }
        Ok(Self { terms })
    }
}

impl From<Criterion> for Vec<Term> {
    fn from(criterion: Criterion) -> Self {
        criterion.terms
    }
}
