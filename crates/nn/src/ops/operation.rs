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
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Device, Tensor, TensorData};

/// Inputs that an operation can have.
const MOST: usize = 5;

/// A differentiable function of up to [`MOST`] tensors of 32-bit floats.
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

/// A tensor of any rank on its way into an operation.
pub(crate) type Input = FloatTensor<Dispatch>;

/// The output of an operation, of rank `D`, on the device of its inputs.
pub(crate) fn apply<const D: usize>(
    operation: impl Operation,
    inputs: Vec<Input>,
    device: &Device,
) -> Tensor<D> {
    let count = inputs.len();
    assert!(count <= MOST, "inputs: at most {MOST}, given {count}");
    // What the extension machinery takes has a fixed arity; what is not used is a constant.
    let none = || Tensor::<1>::zeros([1], device).into_dispatch();
    let mut inputs = inputs.into_iter();
    let [a, b, c, d, e] = std::array::from_fn(|_| inputs.next().unwrap_or_else(none));
    let call = Call {
        operation: Arc::new(operation),
        count,
    };
    Tensor::from_dispatch(Dispatch::call(a, b, c, d, e, call))
}

/// An operation and how many of the tensors are its inputs.
#[derive(Debug, Clone)]
struct Call {
    operation: Arc<dyn Operation>,
    count: usize,
}

#[backend_extension(Flex, Autodiff)]
trait Calls: Backend {
    fn call(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        d: FloatTensor<Self>,
        e: FloatTensor<Self>,
        call: Call,
    ) -> FloatTensor<Self>;
}

impl Calls for Flex {
    fn call(
        a: FlexTensor,
        b: FlexTensor,
        c: FlexTensor,
        d: FlexTensor,
        e: FlexTensor,
        call: Call,
    ) -> FlexTensor {
        let inputs = call.inputs([a, b, c, d, e]);
        call.operation.forward(&inputs, false).0
    }
}

impl<C: CheckpointStrategy> Calls for Autodiff<Flex, C> {
    fn call(
        a: FloatTensor<Self>,
        b: FloatTensor<Self>,
        c: FloatTensor<Self>,
        d: FloatTensor<Self>,
        e: FloatTensor<Self>,
        call: Call,
    ) -> FloatTensor<Self> {
        let parts = [a, b, c, d, e].map(|tensor| tensor.into_parts());
        let mut inputs = call.inputs(parts.each_ref().map(|(tensor, _)| tensor.clone()));
        let prepared = CallBackward
            .prepare::<C>(parts.map(|(_, node)| node))
            .compute_bound()
            .stateful();
        match prepared {
            OpsKind::Tracked(prep) => {
                let (output, kept) = call.operation.forward(&inputs, true);
                if !call.operation.reads_inputs() {
                    inputs.clear();
                }
                prep.finish((call, Saved { inputs, kept }), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(call.operation.forward(&inputs, false).0),
        }
    }
}

impl Call {
    fn inputs(&self, tensors: [FlexTensor; MOST]) -> Vec<FlexTensor> {
        let used = tensors.into_iter().take(self.count);
        used.map(|tensor| tensor.to_contiguous()).collect()
    }
}

/// The derivative of an operation in all its inputs.
#[derive(Debug)]
struct CallBackward;

impl Backward<Flex, MOST> for CallBackward {
    type State = (Call, Saved);

    fn backward(self, ops: Ops<Self::State, MOST>, grads: &mut Tape, _: &mut Checkpointer) {
        let slope = {
            let given = grads.consume::<Flex>(&ops.node);
            given.to_contiguous()
        };
        let (call, saved) = ops.state;
        let wanted = ops.parents.each_ref().map(Option::is_some);
        let gradients = call.operation.backward(saved, slope, &wanted[..call.count]);
        assert_eq!(gradients.len(), call.count, "gradients of {call:?}");
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
