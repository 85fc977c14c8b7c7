//! What rows cost by a criterion, and what they look like.

use tercet::kernels::{
    Batch, Criterion, Error, Geometry, Labels, Loss, Margin, Parameter, Relation, Rows, Share,
    StepContext, Term, Terms, Unit, Workspace,
};

use super::report::length;
use crate::arrays::Number;

/// Value, gradients, counts and geometry.
pub(super) struct Costed<T> {
    pub(super) value: f64,
    pub(super) terms: Terms,
    pub(super) shares: Vec<Share>,
    /// With respect to the rows as compared.
    pub(super) gradient: Vec<T>,
    /// With respect to the candidates as compared, if there are some.
    pub(super) candidates: Option<Vec<T>>,
    /// The norm of that with respect to the proxies that training begins with, if there are some.
    pub(super) proxies: Option<f64>,
    pub(super) geometry: Geometry,
    /// What every row costs by the first term; empty where that is not a sum over rows.
    pub(super) costs: Vec<f64>,
}

/// How rows belong together, how many classes there are, and the key of what is drawn.
pub(super) struct Within<'a> {
    pub(super) relation: &'a Relation,
    pub(super) classes: Option<usize>,
    pub(super) seed: u64,
}

fn margin(criterion: &Criterion) -> Result<Margin, Error> {
    criterion.margin().map_or_else(|| Margin::hard(0.0), Ok)
}

/// Rows among one another; losses with proxies set them against those that training begins with.
pub(super) fn within<T: Number>(
    criterion: &Criterion,
    rows: Rows<'_, T>,
    of: &Within<'_>,
) -> Result<Costed<T>, Error> {
    let parameters = criterion.parameters(rows.dim(), of.classes, of.seed)?;
    let mut workspace = Workspace::default();
    let step = StepContext::new(of.seed, 0, &mut workspace).with_parameters(&parameters);
    let cost = criterion.cost(rows, of.relation, step)?;
    let matrices = parameters.iter().zip(&cost.parameters);
    let matrices = matrices.filter(|(parameter, _)| parameter.shape.len() > 1);
    let norms = matrices.map(|(_, gradient)| length(gradient));
    let proxies = norms.reduce(f64::hypot);
    Ok(Costed {
        value: cost.value,
        terms: cost.terms,
        shares: cost.shares,
        gradient: cost.gradient,
        candidates: None,
        proxies,
        geometry: of
            .relation
            .geometry(rows, criterion.distance(), margin(criterion)?)?,
        costs: costs(&criterion.terms()[0], rows, of, &parameters)?,
    })
}

/// Rows against candidates.
pub(super) fn between<T: Number>(
    criterion: &Criterion,
    (anchors, labels): (Rows<'_, T>, Labels<'_>),
    (candidates, of): (Rows<'_, T>, Labels<'_>),
    seed: u64,
) -> Result<Costed<T>, Error> {
    let batch = Batch::between(anchors, labels, candidates, of)?.keyed(seed, 0);
    let combined = criterion.evaluate(&batch)?;
    let outcome = combined.outcome;
    let first = &criterion.terms()[0];
    let is_whole = first.dims().next().is_none() && !first.is_normalized();
    let objective = first.objective().filter(|_| is_whole);
    Ok(Costed {
        value: outcome.value,
        terms: outcome.terms,
        shares: combined.shares,
        gradient: outcome.anchors,
        candidates: Some(outcome.candidates),
        proxies: None,
        geometry: Geometry::of(&batch, criterion.distance(), margin(criterion)?),
        costs: match objective {
            Some(objective) => objective.costs(&batch)?,
            None => Vec::new(),
        },
    })
}

/// What every row costs by a term, as it sees the rows.
fn costs<T: Number>(
    term: &Term,
    rows: Rows<'_, T>,
    of: &Within<'_>,
    parameters: &[Parameter],
) -> Result<Vec<f64>, Error> {
    let Some(objective) = term.objective() else {
        return Ok(Vec::new());
    };
    let (data, dim) = seen(term, rows)?;
    let rows = Rows::new(&data, dim)?;
    let proxies = parameters.iter().find(|one| one.name == "0.proxies");
    let batch = match (proxies, of.relation) {
        (Some(proxies), Relation::Classes(labels)) if !are_anchors(objective.loss()) => {
            let numbers: Vec<T> = proxies.values.iter().map(|&x| T::of_f32(x)).collect();
            let (data, dim) = seen(term, Rows::new(&numbers, proxies.shape[1])?)?;
            let each = proxies.shape[0] / of.classes.unwrap_or(1).max(1);
            let classes = (0..proxies.shape[0]).map(|row| (row / each) as i64);
            let classes: Vec<i64> = classes.collect();
            let batch = Batch::between(rows, labels, Rows::new(&data, dim)?, &classes)?;
            return objective.costs(&batch.keyed(of.seed, 0));
        }
        (None, Relation::Classes(labels)) => Batch::within(rows, labels),
        (None, Relation::Sets(sets)) => Batch::within(rows, sets),
        (None, Relation::Paths(paths)) => Batch::within(rows, paths),
        _ => return Ok(Vec::new()),
    };
    objective.costs(&batch?.keyed(of.seed, 0))
}

/// Whether proxies are the anchors, so that rows cost nothing by themselves.
fn are_anchors(loss: &Loss) -> bool {
    matches!(loss, Loss::ProxyAnchor(_))
}

/// Rows as a term sees them, on the first of its leading dimensions, and how many numbers each has.
fn seen<T: Number>(term: &Term, rows: Rows<'_, T>) -> Result<(Vec<T>, usize), Error> {
    let dim = term.dims().next().map_or(rows.dim(), |(size, _)| size);
    let each = rows.data().chunks_exact(rows.dim());
    let data: Vec<T> = each.flat_map(|row| row[..dim].iter().copied()).collect();
    match term.is_normalized() {
        true => Ok((
            Unit::of(Rows::new(&data, dim)?)?.rows().data().to_vec(),
            dim,
        )),
        false => Ok((data, dim)),
    }
}
