//! A criterion for those who have a loop of their own.

use burn::tensor::Tensor;
use tercet_kernels::{Criterion, Relation, Rows, StepContext, Terms, Workspace};

use crate::Error;
use crate::tensor::{matrix, rows};

/// What a criterion found beside its value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct LossStatistics {
    /// The value of the criterion.
    pub value: f64,
    /// What was counted: selected terms, those that cost more than 0, anchors.
    pub terms: Terms,
}

/// What embeddings cost, as a tensor of one number whose `backward()` gives exactly the criterion's gradient.
///
/// `embeddings` is `(n, d)` on a device with automatic differentiation ([`cpu`](crate::cpu)). The number is
/// `value + sum((E - constant(E)) * G)` with the gradient `G` held constant: its value is the criterion's, and its
/// derivative in `E` is `G`.
///
/// ```
/// use burn::tensor::Tensor;
/// use tercet_kernels::{Criterion, Relation};
///
/// let device = tercet_train::cpu();
/// let embeddings = Tensor::<2>::from_floats([[0.0], [2.0]], &device).require_grad();
/// let criterion: Criterion = serde_json::from_str(r#"{"kind": "contrastive", "reduce": "sum"}"#)?;
/// let (loss, statistics) = tercet_train::loss(&criterion, embeddings.clone(), &Relation::Classes(vec![5, 5]))?;
/// assert_eq!((statistics.value, statistics.terms.terms()), (4.0, 2));
/// let gradients = loss.backward();
/// let gradient = embeddings.grad(&gradients).map(|gradient| gradient.into_data());
/// // Two rows at distance 2 cost 1/2 * 2^2 in both orders; each pulls with slope 2, twice.
/// assert_eq!(gradient.expect("asked for").to_vec::<f32>().expect("floats"), [-4.0, 4.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A criterion that learns something itself, which a [`Trainer`](crate::Trainer) owns; rows that cannot be compared.
pub fn loss(
    criterion: &Criterion,
    embeddings: Tensor<2>,
    relation: &Relation,
) -> Result<(Tensor<1>, LossStatistics), Error> {
    loss_at(criterion, embeddings, relation, (0, 0))
}

/// As [`loss`], with the key (seed, step) of what the criterion draws at random: negatives that are selected so.
///
/// # Errors
/// As [`loss`].
pub fn loss_at(
    criterion: &Criterion,
    embeddings: Tensor<2>,
    relation: &Relation,
    (seed, step): (u64, u64),
) -> Result<(Tensor<1>, LossStatistics), Error> {
    let [_, dim] = embeddings.dims();
    let numbers = rows(embeddings.clone());
    let context = &mut Workspace::default();
    let context = StepContext::new(seed, step, context);
    let cost = criterion.cost(Rows::new(&numbers, dim)?, relation, context)?;
    let device = embeddings.device();
    let (here, gradient) = (
        matrix(numbers, dim, &device),
        matrix(cost.gradient, dim, &device),
    );
    let surrogate = ((embeddings - here) * gradient).sum();
    let statistics = LossStatistics {
        value: cost.value,
        terms: cost.terms,
    };
    Ok((surrogate.add_scalar(cost.value), statistics))
}
