//! What is measured.

use std::cell::RefCell;

use rand::{RngExt, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use tercet_kernels::{
    ArcFace, Batch, Circle, Contrastive, Distance, InfoNce, Ladder, LadderSampling, Loss, Margin,
    MultiSimilarity, Objective, Reduce, Relevance, Rows, Select, SupCon, Triplet, Workspace,
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
        products: Box::new(move || products((&other, &other), dim, 1, 2)),
    }
}

/// Two sets of rows, and how they are related.
struct Towers {
    name: &'static str,
    /// Anchors, candidates, numbers of each.
    shape: (usize, usize, usize),
    relation: Relation,
    /// How often all scores have to be computed.
    scores: usize,
}

#[derive(Clone, Copy)]
enum Relation {
    Matched,
    /// Grades of relevance, all different.
    Graded,
    /// As many classes as there are candidates.
    Proxies,
}

fn towers(towers: Towers, loss: impl Into<Loss>) -> Work {
    let (n, m, dim) = towers.shape;
    let loss = loss.into();
    let objective = Objective::new(loss.default_distance(), loss, Reduce::Mean).expect("fits");
    Work {
        name: towers.name.to_owned(),
        n,
        dim,
        make: Box::new(move || {
            let data = rows(n + m, dim);
            let (one, two) = data.split_at(n * dim);
            let (one, two, objective) = (one.to_vec(), two.to_vec(), objective.clone());
            let others = (one.clone(), two.clone());
            let grades = match towers.relation {
                Relation::Graded => graded(n, m),
                _ => Vec::new(),
            };
            let labels: Vec<i64> = (0..n.max(m)).map(|index| (index % m) as i64).collect();
            Runs {
                ours: Box::new(move || {
                    let about = (&grades[..], &labels[..]);
                    let batch = related(towers.relation, (&one, &two), dim, about);
                    assert!(objective.total(&batch).expect("fits").value > 0.0);
                }),
                products: Box::new(move || {
                    products((&others.0, &others.1), dim, towers.scores, 2);
                }),
            }
        }),
    }
}

fn related<'a>(
    relation: Relation,
    (one, two): (&'a [f32], &'a [f32]),
    dim: usize,
    (grades, labels): (&'a [f32], &'a [i64]),
) -> Batch<'a, f32> {
    let [one, two] = [one, two].map(|data| Rows::new(data, dim).expect("whole rows"));
    let (n, m) = (one.len(), two.len());
    match relation {
        Relation::Matched => Batch::matched(one, two).expect("as many"),
        Relation::Graded => {
            let relevance = Relevance::matrix((n, m), grades).expect("in range");
            Batch::related(one, two, relevance).expect("fits")
        }
        Relation::Proxies => Batch::between(one, &labels[..n], two, &labels[..m]).expect("fits"),
    }
}

/// Relevance below 1, and of 1 where anchor and candidate have the same place.
fn graded(n: usize, m: usize) -> Vec<f32> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(8);
    let mut grades: Vec<f32> = (0..n * m).map(|_| random.random::<f32>()).collect();
    (0..n.min(m)).for_each(|index| grades[index * m + index] = 1.0);
    grades
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
    works.extend(exponentials());
    works.extend(ladders());
    for n in [32, 64, 128, 256] {
        works.push(within("small, all triplets", (n, 4), triplets(Select::All)));
    }
    works
}

/// The losses with a soft-max or a soft maximum.
fn exponentials() -> Vec<Work> {
    let one_way = InfoNce::default();
    let matched = |name, scores| Towers {
        name,
        shape: (1800, 1800, 384),
        relation: Relation::Matched,
        scores,
    };
    let proxies = Towers {
        name: "arc-face, 1000 proxies",
        shape: (1800, 1000, 128),
        relation: Relation::Proxies,
        scores: 1,
    };
    vec![
        within("multi-similarity", (1800, 40), MultiSimilarity::default()),
        within("sup-con", (1800, 40), SupCon::default()),
        within("circle", (1800, 40), Circle::default()),
        towers(matched("info-nce, one way", 1), one_way),
        towers(matched("info-nce, symmetric", 2), one_way.symmetric()),
        towers(proxies, ArcFace::default()),
    ]
}

/// Both samplings of the ladder loss.
fn ladders() -> Vec<Work> {
    let names = [
        (LadderSampling::HardContrastive, "ladder, hard-contrastive"),
        (LadderSampling::AllPairs, "ladder, all pairs"),
    ];
    let work = |(sampling, name)| {
        let shape = (1800, 1800, 128);
        let graded = Towers {
            name,
            shape,
            relation: Relation::Graded,
            scores: 1,
        };
        towers(graded, Ladder::default().sampled(sampling))
    };
    names.map(work).into()
}
