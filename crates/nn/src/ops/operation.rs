//! Operations on slices with hand-written backward passes, as nodes of the framework's graph.
//!
//! The framework's own operations write every intermediate to memory, most of them on one thread.
//! An [`Operation`] is one node: it sees its inputs as contiguous slices, keeps what it chooses to, and
//! gives all gradients at once.
#![allow(
    clippy::too_many_arguments,
    reason = "one operation takes all tensors that any of them has"
)]

use std::fmt::Debug;
use std::sync::Arc;

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients as Tape;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{
    Autodiff, Backend, Dispatch, ExtensionType, Flex, TensorMetadata, backend_extension,
};
use burn::tensor::{Tensor, TensorData};

/// A differentiable function of up to five tensors of 32-bit floats.
pub(crate) trait Operation: Debug + Send + Sync + 'static {
    /// The output, and what the backward pass needs besides the inputs; nothing unless `keep`.
    fn forward(&self, inputs: &[FlexTensor], keep: bool) -> (FlexTensor, Kept);

    /// The gradient of every input that is `wanted`, from the `slope` of the output.
    fn backward(&self, saved: Saved, slope: FlexTensor, wanted: &[bool])
    -> Vec<Option<FlexTensor>>;

    /// Whether the backward pass reads the inputs; where not, they are let go of.
    fn reads_inputs(&self) -> bool {
        true
    }
}

/// Numbers that a forward pass leaves to its backward pass.
pub(crate) type Kept = Vec<Vec<f32>>;

/// What the backward pass is given.
#[derive(Debug, Clone)]
pub(crate) struct Saved {
    /// Contiguous; empty for an operation that does not read them.
    pub(crate) inputs: Vec<FlexTensor>,
    pub(crate) kept: Kept,
}

/// The output of an operation, of rank `D`; inputs may have any rank.
pub(crate) fn apply<const D: usize>(
    operation: impl Operation,
    inputs: Vec<FloatTensor<Dispatch>>,
) -> Tensor<D> {
    let operation = Arc::new(operation);
    Tensor::from_dispatch(Dispatch::call(Inputs::new(inputs), operation))
}

/// What the extension machinery takes has a fixed arity: one variant for each.
#[derive(ExtensionType)]
enum Inputs<B: Backend> {
    One(FloatTensor<B>),
    Two(FloatTensor<B>, FloatTensor<B>),
    Three(FloatTensor<B>, FloatTensor<B>, FloatTensor<B>),
    Four(
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
    ),
    Five(
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
        FloatTensor<B>,
    ),
}

impl Inputs<Dispatch> {
    fn new(tensors: Vec<FloatTensor<Dispatch>>) -> Self {
        let count = tensors.len();
        let mut tensors = tensors.into_iter();
        let mut next = || tensors.next().expect("as many as were counted");
        match count {
            1 => Self::One(next()),
            2 => Self::Two(next(), next()),
            3 => Self::Three(next(), next(), next()),
            4 => Self::Four(next(), next(), next(), next()),
            5 => Self::Five(next(), next(), next(), next(), next()),
            _ => panic!("inputs of an operation: wanted 1 to 5, given {count}"),
        }
    }
}

#[backend_extension(Flex, Autodiff)]
trait Calls: Backend {
    fn call(
        #[extension_type] inputs: Inputs<Self>,
        operation: Arc<dyn Operation>,
    ) -> FloatTensor<Self>;
}

impl Calls for Flex {
    fn call(inputs: Inputs<Self>, operation: Arc<dyn Operation>) -> FlexTensor {
        let inputs = match inputs {
            Inputs::One(a) => vec![a],
            Inputs::Two(a, b) => vec![a, b],
            Inputs::Three(a, b, c) => vec![a, b, c],
            Inputs::Four(a, b, c, d) => vec![a, b, c, d],
            Inputs::Five(a, b, c, d, e) => vec![a, b, c, d, e],
        };
        operation.forward(&contiguous(inputs), false).0
    }
}

impl<C: CheckpointStrategy> Calls for Autodiff<Flex, C> {
    fn call(inputs: Inputs<Self>, operation: Arc<dyn Operation>) -> FloatTensor<Self> {
        match inputs {
            Inputs::One(a) => node::<C, 1>([a], operation),
            Inputs::Two(a, b) => node::<C, 2>([a, b], operation),
            Inputs::Three(a, b, c) => node::<C, 3>([a, b, c], operation),
            Inputs::Four(a, b, c, d) => node::<C, 4>([a, b, c, d], operation),
            Inputs::Five(a, b, c, d, e) => node::<C, 5>([a, b, c, d, e], operation),
        }
    }
}

fn contiguous(tensors: impl IntoIterator<Item = FlexTensor>) -> Vec<FlexTensor> {
    let tensors = tensors.into_iter();
    tensors.map(|tensor| tensor.to_contiguous()).collect()
}

/// Runs an operation and, if a gradient may be asked for, records it in the graph.
fn node<C: CheckpointStrategy, const N: usize>(
    inputs: [FloatTensor<Autodiff<Flex, C>>; N],
    operation: Arc<dyn Operation>,
) -> FloatTensor<Autodiff<Flex, C>> {
    let parts = inputs.map(|tensor| tensor.into_parts());
    let mut inputs = contiguous(parts.iter().map(|(tensor, _)| tensor.clone()));
    let prepared = Recorded
        .prepare::<C>(parts.map(|(_, node)| node))
        .compute_bound()
        .stateful();
    match prepared {
        OpsKind::Tracked(prep) => {
            let (output, kept) = operation.forward(&inputs, true);
            if !operation.reads_inputs() {
                inputs.clear();
            }
            prep.finish((operation, Saved { inputs, kept }), output)
        }
        OpsKind::UnTracked(prep) => prep.finish(operation.forward(&inputs, false).0),
    }
}

/// The derivative of an operation in all its inputs.
#[derive(Debug)]
struct Recorded;

impl<const N: usize> Backward<Flex, N> for Recorded {
    type State = (Arc<dyn Operation>, Saved);

    fn backward(self, ops: Ops<Self::State, N>, grads: &mut Tape, _: &mut Checkpointer) {
        let given = grads.consume::<Flex>(&ops.node);
        let slope = given.to_contiguous();
        drop(given);
        let (operation, saved) = ops.state;
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let gradients = operation.backward(saved, slope, &wanted);
        assert_eq!(gradients.len(), N, "gradients of {operation:?}");
        for (parent, gradient) in ops.parents.into_iter().zip(gradients) {
            if let (Some(parent), Some(gradient)) = (parent, gradient) {
                grads.register::<Flex>(parent.id, gradient);
            }
        }
    }
}

/// A contiguous tensor's numbers.
pub(crate) fn floats(tensor: &FlexTensor) -> &[f32] {
    tensor
        .as_slice::<f32>()
        .expect("operations work on contiguous 32-bit floats")
}

/// A contiguous tensor's numbers for oneself; copied only where somebody else holds them too.
pub(crate) fn owned(tensor: FlexTensor) -> Vec<f32> {
    let data = tensor.into_data();
    data.try_into_vec()
        .expect("operations work on contiguous 32-bit floats")
}

/// Rows of `cols` numbers as a tensor.
pub(crate) fn matrix(numbers: Vec<f32>, cols: usize) -> FlexTensor {
    let rows = numbers.len() / cols;
    FlexTensor::from_data(TensorData::new(numbers, [rows, cols]))
}

/// Numbers as a tensor of one dimension.
pub(crate) fn vector(numbers: Vec<f32>) -> FlexTensor {
    let len = numbers.len();
    FlexTensor::from_data(TensorData::new(numbers, [len]))
}

/// Rows and columns of a matrix.
pub(crate) fn sizes(tensor: &FlexTensor) -> (usize, usize) {
    let shape = tensor.shape();
    (shape[0], shape[1])
}
