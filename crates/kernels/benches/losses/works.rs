//! What is measured.

use std::cell::RefCell;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tercet_kernels::{
    Batch, Contrastive, Distance, Loss, Margin, Objective, Reduce, Rows, Select, Triplet, Workspace,
};

use crate::products::products;

/// One line of the table.
pub(crate) struct Work {
    pub(crate) name: String,
    pub(crate) n: usize,
    pub(crate) dim: usize,
    pub(crate) make: Box<dyn Fn() -> Runs>,
}

/// The two things that are timed, with their inputs made.
pub(crate) struct Runs {
    pub(crate) ours: Box<dyn Fn()>,
    pub(crate) products: Box<dyn Fn()>,
}

/// Random unit rows, sorted by label.
fn rows(n: usize, dim: usize) -> Vec<f32> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let mut data = vec![0.0; n * dim];
    for row in data.chunks_exact_mut(dim) {
        // The sum of twelve uniform numbers is nearly normal.
        row.fill_with(|| (0..12).map(|_| random.random::<f32>()).sum::<f32>() - 6.0);
        let length = row.iter().map(|x| x * x).sum::<f32>().sqrt();
        row.iter_mut().for_each(|x| *x /= length);
    }
    data
}

fn within(name: &str, (n, per_class): (usize, usize), loss: impl Into<Loss>) -> Work {
    let (dim, loss) = (128, loss.into());
    let distance = match loss {
        Loss::Triplet(_) => Distance::SquaredEuclidean,
        _ => loss.default_distance(),
    };
    let objective = Objective::new(distance, loss, Reduce::MeanActive).expect("fits");
    Work {
        name: format!("{name}, {per_class} per class"),
        n,
        dim,
        make: Box::new(move || {
            let labels = (0..n).map(|index| (index / per_class) as i64).collect();
            runs(rows(n, dim), labels, dim, objective.clone())
        }),
    }
}

fn runs(data: Vec<f32>, labels: Vec<i64>, dim: usize, objective: Objective<Loss>) -> Runs {
    let other = data.clone();
    let workspace = RefCell::new(Workspace::default());
    Runs {
        ours: Box::new(move || {
            let rows = Rows::new(&data, dim).expect("whole rows");
            let batch = Batch::within(rows, &labels).expect("finite rows");
            let mut workspace = workspace.borrow_mut();
            let total = objective.total_in(&batch, &mut workspace).expect("fits");
            assert!(total.value > 0.0);
            workspace.recycle(total);
        }),
        products: Box::new(move || products(&other, dim, 1, 2)),
    }
}

fn triplets(select: Select) -> Triplet {
    Triplet::new(Margin::default(), select)
}

/// Every work of the table.
pub(crate) fn works() -> Vec<Work> {
    let mut works = vec![];
    for shape in [
        (1800, 40),
        (1800, 4),
        (2048, 256),
        (16_384, 16),
        (65_536, 16),
    ] {
        works.push(within("all triplets", shape, triplets(Select::All)));
    }
    for name in [
        "semi-hard",
        "semi-hard:facenet-random",
        "semi-hard:facenet-all",
        "semi-hard:nearest-above",
        "semi-hard:sandberg",
    ] {
        for shape in [(1800, 40), (1800, 4), (2048, 256)] {
            let select: Select = name.parse().expect("a name");
            works.push(within(name, shape, triplets(select)));
        }
    }
    works.push(within("hardest", (1800, 40), triplets(Select::Hardest)));
    let pairs = Contrastive::default();
    works.push(within("contrastive", (1800, 40), pairs));
    let soft = Triplet::new(Margin::Soft, Select::All);
    works.push(within("soft margin, all", (1800, 40), soft));
    for n in [32, 64, 128, 256] {
        works.push(within("small, all triplets", (n, 4), triplets(Select::All)));
    }
    works
}
