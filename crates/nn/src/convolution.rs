//! Convolution as matrix products: patches of the images times the filters.
//!
//! Framework convolutions on a CPU spend most of their backward pass on products of nine columns;
//! here the gradient of the filters is one product with as many columns as there are filters.
//! Images are worked on in blocks that fit the cache, and blocks in a fixed number of lanes, so
//! that sums have the same order on any number of threads.

use rayon::prelude::*;
use tercet_kernels::{Fill, Matrix, MatrixMut, Threads, product};

use crate::shape::Shape;

/// Output pixels in a block: enough rows for a product to run at full speed.
const BLOCK: usize = 512;

/// Partial sums of the filters' gradient: fixed, so that bits do not depend on threads.
pub(crate) const LANES: usize = 16;

/// Images in one block, a function of the shape alone.
pub(crate) fn images_per_block(shape: &Shape) -> usize {
    BLOCK.div_ceil(shape.pixels()).max(1)
}

/// `output (n, pixels, filters) = patches(input) (n, pixels, patch) . weight (patch, filters)`.
pub(crate) fn forward(shape: &Shape, input: &[f32], weight: &[f32], output: &mut [f32]) {
    let images = images_per_block(shape);
    output
        .par_chunks_mut(images * shape.output())
        .zip(input.par_chunks(images * shape.input()))
        .for_each_init(Vec::new, |patches, (output, input)| {
            gather(shape, input, patches);
            let rows = output.len() / shape.filters;
            product(
                MatrixMut::new(output, rows, shape.filters),
                Fill::Overwrite,
                Matrix::new(patches, rows, shape.patch()),
                Matrix::new(weight, shape.patch(), shape.filters),
                Threads::One,
            );
        });
}

/// The backward pass of one block, from its input and the slope of its output.
///
/// Adds `patches(input)^T . slope` to `weight_gradient (patch, filters)` and, where asked for,
/// writes the gradient of `input`.
pub(crate) fn backward_block(
    shape: &Shape,
    weight: &[f32],
    [input, slope]: [&[f32]; 2],
    gradients: Gradients<'_>,
    patches: &mut Vec<f32>,
) {
    let rows = slope.len() / shape.filters;
    let slope = Matrix::new(slope, rows, shape.filters);
    gather(shape, input, patches);
    product(
        MatrixMut::new(gradients.weight, shape.patch(), shape.filters),
        Fill::Add,
        Matrix::new(patches, rows, shape.patch()).t(),
        slope,
        Threads::One,
    );
    if let Some(input_gradient) = gradients.input {
        let weight = Matrix::new(weight, shape.patch(), shape.filters);
        let patches_out = MatrixMut::new(patches, rows, shape.patch());
        product(
            patches_out,
            Fill::Overwrite,
            slope,
            weight.t(),
            Threads::One,
        );
        scatter(shape, patches, input_gradient);
    }
}

/// Where the backward pass of a block writes.
pub(crate) struct Gradients<'a> {
    /// `(patch, filters)`, added to.
    pub(crate) weight: &'a mut [f32],
    /// `(images, height, width, channels)`, overwritten.
    pub(crate) input: Option<&'a mut [f32]>,
}

/// Copies every patch of the images into a row of `patches`; outside the image is zero.
fn gather(shape: &Shape, images: &[f32], patches: &mut Vec<f32>) {
    let rows = images.len() / shape.input() * shape.pixels();
    patches.clear();
    patches.resize(rows * shape.patch(), 0.0);
    let per_image = shape.pixels() * shape.patch();
    for (image, patches) in images
        .chunks_exact(shape.input())
        .zip(patches.chunks_exact_mut(per_image))
    {
        each_strip(shape, |patch, pixel, len| {
            patches[patch..patch + len].copy_from_slice(&image[pixel..pixel + len]);
        });
    }
}

/// The transpose of [`gather`]: adds every patch back to where it came from.
fn scatter(shape: &Shape, patches: &[f32], images: &mut [f32]) {
    images.fill(0.0);
    let per_image = shape.pixels() * shape.patch();
    for (image, patches) in images
        .chunks_exact_mut(shape.input())
        .zip(patches.chunks_exact(per_image))
    {
        each_strip(shape, |patch, pixel, len| {
            let into = &mut image[pixel..pixel + len];
            for (sum, value) in into.iter_mut().zip(&patches[patch..patch + len]) {
                *sum += value;
            }
        });
    }
}

/// Calls `f(offset in the patches, offset in the image, length)` for every horizontal strip that
/// lies inside the image; neighbouring pixels of a row are neighbours in memory.
fn each_strip(shape: &Shape, mut f: impl FnMut(usize, usize, usize)) {
    let Shape {
        height,
        width,
        channels,
        kernel,
        stride,
        ..
    } = *shape;
    let pad = kernel / 2;
    let mut patch = 0;
    for y in 0..shape.out(height) {
        for x in 0..shape.out(width) {
            let left = (x * stride).max(pad) - pad;
            let right = (x * stride + kernel - pad).min(width);
            let skipped = left + pad - x * stride;
            for dy in 0..kernel {
                let row = y * stride + dy;
                if row >= pad && row - pad < height {
                    f(
                        patch + (dy * kernel + skipped) * channels,
                        ((row - pad) * width + left) * channels,
                        (right - left) * channels,
                    );
                }
            }
            patch += shape.patch();
        }
    }
}
