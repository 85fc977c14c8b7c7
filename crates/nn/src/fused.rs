//! Convolution, group normalisation and rectifier as one operation with its own backward pass.
//!
//! Stock operations write every intermediate image to memory on one thread; here an image stays in
//! the cache from its patches to its output, and images are spread over threads.

use burn::backend::autodiff::checkpoint::{base::Checkpointer, strategy::CheckpointStrategy};
use burn::backend::autodiff::grads::Gradients as Tape;
use burn::backend::autodiff::ops::{Backward, Ops, OpsKind};
use burn::backend::flex::FlexTensor;
use burn::backend::tensor::FloatTensor;
use burn::backend::{Autodiff, Backend, Dispatch, Flex, TensorMetadata, backend_extension};
use burn::tensor::{Tensor, TensorData};
use rayon::prelude::*;

use crate::convolution::{self, Gradients, LANES};
use crate::group_norm::{Affine, AffineGradient};
use crate::ops::on_cpu;
use crate::shape::{Geometry, Shape};
use crate::stock_stage;

/// Input `(n, h, w, channels)`, weight `(kernel * kernel * channels, filters)`, scale and shift
/// `(filters)` to output `(n, h', w', filters)`.
pub(crate) fn stage(
    input: Tensor<4>,
    weight: Tensor<2>,
    scale: Tensor<1>,
    shift: Tensor<1>,
    geometry: Geometry,
) -> Tensor<4> {
    if !on_cpu(&input.device()) {
        return stock_stage::stage(input, weight, [scale, shift], geometry);
    }
    Tensor::from_dispatch(Dispatch::stage(
        input.into_dispatch(),
        weight.into_dispatch(),
        scale.into_dispatch(),
        shift.into_dispatch(),
        geometry,
    ))
}

#[backend_extension(Flex, Autodiff)]
trait Fused: Backend {
    fn stage(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self>;
}

impl Fused for Flex {
    fn stage(
        input: FlexTensor,
        weight: FlexTensor,
        scale: FlexTensor,
        shift: FlexTensor,
        geometry: Geometry,
    ) -> FlexTensor {
        Inputs::new([input, weight, scale, shift], geometry)
            .forward()
            .1
    }
}

impl<C: CheckpointStrategy> Fused for Autodiff<Flex, C> {
    fn stage(
        input: FloatTensor<Self>,
        weight: FloatTensor<Self>,
        scale: FloatTensor<Self>,
        shift: FloatTensor<Self>,
        geometry: Geometry,
    ) -> FloatTensor<Self> {
        let parts = [input, weight, scale, shift].map(|tensor| tensor.into_parts());
        let inputs = Inputs::new(parts.each_ref().map(|(tensor, _)| tensor.clone()), geometry);
        let (convolved, output) = inputs.forward();
        match StageBackward
            .prepare::<C>(parts.map(|(_, node)| node))
            .compute_bound()
            .stateful()
        {
            OpsKind::Tracked(prep) => prep.finish(Saved { inputs, convolved }, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

/// The stage's inputs, contiguous, with their sizes.
#[derive(Debug, Clone)]
struct Inputs {
    input: FlexTensor,
    weight: FlexTensor,
    scale: FlexTensor,
    shift: FlexTensor,
    shape: Shape,
    groups: usize,
}

/// What the backward pass needs: the inputs and the images before normalisation.
#[derive(Debug, Clone)]
struct Saved {
    inputs: Inputs,
    convolved: FlexTensor,
}

impl Inputs {
    fn new(tensors: [FlexTensor; 4], geometry: Geometry) -> Self {
        let [input, weight, scale, shift] = tensors.map(|tensor| tensor.to_contiguous());
        let sizes = input.shape();
        let shape = Shape {
            height: sizes[1],
            width: sizes[2],
            channels: sizes[3],
            filters: weight.shape()[1],
            kernel: geometry.kernel,
            stride: geometry.stride,
        };
        let groups = geometry.groups;
        Self {
            input,
            weight,
            scale,
            shift,
            shape,
            groups,
        }
    }

    fn affine(&self) -> Affine<'_> {
        Affine {
            scale: floats(&self.scale),
            shift: floats(&self.shift),
            groups: self.groups,
        }
    }

    fn images(&self) -> usize {
        self.input.shape()[0]
    }

    /// The images before normalisation, and the output.
    fn forward(&self) -> (FlexTensor, FlexTensor) {
        let numbers = self.images() * self.shape.output();
        let (mut convolved, mut output) = (vec![0.0; numbers], vec![0.0; numbers]);
        convolution::forward(
            &self.shape,
            floats(&self.input),
            floats(&self.weight),
            &mut convolved,
        );
        let affine = self.affine();
        output
            .par_chunks_mut(self.shape.output())
            .zip(convolved.par_chunks(self.shape.output()))
            .for_each(|(output, convolved)| affine.forward(convolved, output));
        (self.images_of(convolved), self.images_of(output))
    }

    fn images_of(&self, numbers: Vec<f32>) -> FlexTensor {
        let Shape {
            height,
            width,
            filters,
            ..
        } = self.shape;
        let (height, width) = (self.shape.out(height), self.shape.out(width));
        FlexTensor::from_data(TensorData::new(
            numbers,
            [self.images(), height, width, filters],
        ))
    }
}

/// The derivative of [`stage`] in all four tensors.
#[derive(Debug)]
struct StageBackward;

impl Backward<Flex, 4> for StageBackward {
    type State = Saved;

    fn backward(self, ops: Ops<Saved, 4>, grads: &mut Tape, _: &mut Checkpointer) {
        let slope = grads.consume::<Flex>(&ops.node).to_contiguous();
        let saved = &ops.state;
        let [input, weight, scale, shift] = ops.parents;
        let mut by_input = input
            .as_ref()
            .map(|_| vec![0.0; floats(&saved.inputs.input).len()]);
        let lanes = saved.lanes(floats(&slope), by_input.as_deref_mut());
        let sum = Lane::sum(lanes, saved);
        let shape = &saved.inputs.shape;
        let size = [shape.patch(), shape.filters];
        for (node, gradient, size) in [
            (weight, sum.weight, &size[..]),
            (scale, sum.affine.scale, &size[1..]),
            (shift, sum.affine.shift, &size[1..]),
        ] {
            if let Some(node) = node {
                grads.register::<Flex>(node.id, tensor(gradient, size));
            }
        }
        if let (Some(node), Some(gradient)) = (input, by_input) {
            let size = saved.inputs.input.shape().to_vec();
            grads.register::<Flex>(node.id, tensor(gradient, &size));
        }
    }
}

/// One lane's share of the gradients of weight, scale and shift.
struct Lane {
    weight: Vec<f32>,
    affine: AffineGradient,
}

impl Lane {
    /// Adds the lanes up in order.
    fn sum(lanes: Vec<Lane>, saved: &Saved) -> Lane {
        let zero = Lane {
            weight: vec![0.0; floats(&saved.inputs.weight).len()],
            affine: AffineGradient::zero(saved.inputs.shape.filters),
        };
        lanes.into_iter().fold(zero, |mut sum, lane| {
            sum.weight
                .iter_mut()
                .zip(&lane.weight)
                .for_each(|(a, b)| *a += b);
            sum.affine.add(&lane.affine.scale, &lane.affine.shift);
            sum
        })
    }
}

impl Saved {
    /// Every lane's gradients; the input's gradient is written where it belongs.
    fn lanes(&self, slope: &[f32], by_input: Option<&mut [f32]>) -> Vec<Lane> {
        let shape = &self.inputs.shape;
        let block = convolution::images_per_block(shape);
        let images = self.inputs.images().div_ceil(block).div_ceil(LANES).max(1) * block;
        let input = floats(&self.inputs.input).par_chunks(images * shape.input());
        let convolved = floats(&self.convolved).par_chunks(images * shape.output());
        let slope = slope.par_chunks(images * shape.output());
        let parts = input.zip(convolved).zip(slope);
        match by_input {
            Some(gradient) => parts
                .zip(gradient.par_chunks_mut(images * shape.input()))
                .map(|(((input, convolved), slope), gradient)| {
                    self.lane(input, convolved, slope, Some(gradient))
                })
                .collect(),
            None => parts
                .map(|((input, convolved), slope)| self.lane(input, convolved, slope, None))
                .collect(),
        }
    }

    /// One lane: block by block, in order.
    fn lane(
        &self,
        input: &[f32],
        convolved: &[f32],
        slope: &[f32],
        mut by_input: Option<&mut [f32]>,
    ) -> Lane {
        let shape = &self.inputs.shape;
        let affine = self.inputs.affine();
        let weight = floats(&self.inputs.weight);
        let mut lane = Lane {
            weight: vec![0.0; weight.len()],
            affine: AffineGradient::zero(shape.filters),
        };
        let (mut patches, mut normalised) = (Vec::new(), Vec::new());
        let block = convolution::images_per_block(shape);
        let blocks = input
            .chunks(block * shape.input())
            .zip(convolved.chunks(block * shape.output()))
            .zip(slope.chunks(block * shape.output()));
        for (index, ((input, convolved), slope)) in blocks.enumerate() {
            normalised.resize(slope.len(), 0.0);
            for ((d, z), slope) in normalised
                .chunks_exact_mut(shape.output())
                .zip(convolved.chunks_exact(shape.output()))
                .zip(slope.chunks_exact(shape.output()))
            {
                affine.backward(z, slope, d, &mut lane.affine);
            }
            let start = index * block * shape.input();
            let gradients = Gradients {
                weight: &mut lane.weight,
                input: by_input
                    .as_deref_mut()
                    .map(|all| &mut all[start..start + input.len()]),
            };
            let both = [input, normalised.as_slice()];
            convolution::backward_block(shape, weight, both, gradients, &mut patches);
        }
        lane
    }
}

/// A contiguous tensor's numbers.
fn floats(tensor: &FlexTensor) -> &[f32] {
    tensor
        .as_slice::<f32>()
        .expect("a stage works on contiguous 32-bit floats")
}

fn tensor(numbers: Vec<f32>, size: &[usize]) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(numbers, size))
}
