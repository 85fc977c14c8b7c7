//! The terms of a step as one.

use super::batch::{Past, Seen};
use super::cost::{Cost, Share, TermCost};
use super::parameter::{self, Parameter};
use super::step::{Remembered, StepContext};
use super::term::unfit;
use super::{Criterion, Term, TermKind};
use crate::labels::same_length;
use crate::number::Finite;
use crate::simd::add_scaled;
use crate::{Error, Real, Relation, Rows, Terms};

impl Criterion {
    /// What the rows of a step cost, `(n, d)`: value, gradient, and the gradients of what is learnt; on the current rayon
    /// pool, and the same bits on any number of threads.
    ///
    /// Which kernel costs an objective:
    ///
    /// | relation | |
    /// |---|---|
    /// | class ids, label sets, hierarchy paths, relevance or marks within one set | every row against all others |
    /// | class ids, of a loss with proxies | every row against the proxies |
    /// | tuples, of `info-nce` | the anchors against all that follow them, known duplicates left out |
    /// | tuples, of other losses | as class ids, by the tuples' groups |
    /// | scored pairs, of `contrastive` | each pair by itself, a positive one from score one half on |
    /// | relevance or marks between two sets | the sum of both directions, unless the term has one |
    ///
    /// # Errors
    /// [`Error::Length`] if the relation has another number of rows, [`Error::Unfit`] for rows that belong together in
    /// another way than a term needs (ask [`unfit`](Self::unfit) before), [`Error::Parameter`] for parameters that are
    /// not those of the criterion, [`Error::Number`] for a class without a proxy, and as
    /// [`Objective::evaluate`](crate::Objective::evaluate).
    pub fn cost<T: Real>(
        &self,
        rows: Rows<'_, T>,
        relation: &Relation,
        step: StepContext<'_, T>,
    ) -> Result<Cost<T>, Error> {
        same_length("rows", relation.len(), rows.len())?;
        let mut sum = Sum::new(step.parameters);
        let past = past(step.memory, relation)?;
        for (index, term) in self.terms().iter().enumerate() {
            let learnt = term.learnt(index, step.parameters)?;
            let term = term.today(&learnt)?;
            let proxies = self.proxies::<T>(index, rows.dim(), step.parameters)?;
            let seen = Seen {
                rows,
                relation,
                proxies: proxies.as_ref().map(Proxies::rows).transpose()?,
                past,
                direction: term.direction(),
                key: (step.seed, step.step),
            };
            let cost = term.cost(&seen, step.workspace)?;
            sum.add(&term, (&learnt, proxies.map(|proxies| proxies.place)), cost);
        }
        Ok(sum.cost)
    }

    /// The proxies that a term is about: its own or, of a regulariser of proxies, those of the first term that has some.
    fn proxies<T: Real>(
        &self,
        index: usize,
        dim: usize,
        parameters: &[Parameter],
    ) -> Result<Option<Proxies<T>>, Error> {
        let owner = match self.terms()[index].kind() {
            TermKind::ProxyRegularizer(_) => {
                let owner = self
                    .terms()
                    .iter()
                    .position(|term| term.proxies().is_some());
                Some(owner.ok_or(Error::Unfit {
                    wanted: super::given::PROXIES,
                    given: "none",
                })?)
            }
            _ => self.terms()[index].proxies().map(|_| index),
        };
        let owner = owner.and_then(|owner| Some((owner, self.terms()[owner].proxies()?.each())));
        let Some((owner, each)) = owner else {
            return Ok(None);
        };
        let name = parameter::name(owner, "proxies");
        let wanted = "as many rows for every class, with the embeddings' dimension";
        let fits = |shape: &[usize]| match *shape {
            [rows, numbers] => rows > 0 && rows.is_multiple_of(each) && numbers == dim,
            _ => false,
        };
        let (place, values) = parameter::find(parameters, &name, wanted, fits)?;
        Ok(Some(Proxies {
            place,
            numbers: values.iter().map(|&x| T::from_f32(x)).collect(),
            classes: (0..values.len() / dim)
                .map(|row| (row / each) as i64)
                .collect(),
            dim,
        }))
    }
}

/// One number that a term learns.
struct Learnt {
    /// Among the parameters.
    parameter: usize,
    /// Among the numbers that the term could learn.
    place: usize,
    value: f64,
}

impl Term {
    /// The numbers that it learns, as they are today.
    fn learnt(&self, index: usize, parameters: &[Parameter]) -> Result<Vec<Learnt>, Error> {
        let each = self.scalars().map(|(place, scalar)| {
            let name = parameter::name(index, scalar.name);
            let one = |shape: &[usize]| shape == [1];
            let (parameter, values) = parameter::find(parameters, &name, "one number", one)?;
            Ok(Learnt {
                parameter,
                place,
                value: f64::from(values[0]),
            })
        });
        each.collect()
    }

    /// The term with these numbers.
    fn today(&self, learnt: &[Learnt]) -> Result<Self, Error> {
        let values: Vec<(usize, f64)> = learnt.iter().map(|one| (one.place, one.value)).collect();
        match values.is_empty() {
            true => Ok(self.clone()),
            false => self.at(&values),
        }
    }
}

/// What terms see of a memory that is ready.
fn past<'a, T: Real>(
    memory: Option<Remembered<'a, T>>,
    relation: &Relation,
) -> Result<Option<Past<'a, T>>, Error> {
    let Some(remembered) = memory.filter(|remembered| remembered.memory.ready()) else {
        return Ok(None);
    };
    if !matches!(relation, Relation::Classes(_)) {
        let wanted = "class ids, which are all that a memory knows of its rows";
        return Err(unfit(wanted, relation));
    }
    Ok(Some(Past {
        rows: remembered.memory.rows(),
        labels: remembered.memory.labels(),
        ids: remembered.memory.ids(),
        own: remembered.ids,
        weight: Finite::new("memory weight", remembered.weight)?.get(),
    }))
}

/// Proxies with today's numbers.
struct Proxies<T> {
    /// Among the parameters.
    place: usize,
    numbers: Vec<T>,
    /// A class for each.
    classes: Vec<i64>,
    dim: usize,
}

impl<T: Real> Proxies<T> {
    fn rows(&self) -> Result<(Rows<'_, T>, &[i64]), Error> {
        Ok((Rows::new(&self.numbers, self.dim)?, &self.classes))
    }
}

/// The terms so far.
struct Sum<T> {
    cost: Cost<T>,
}

impl<T: Real> Sum<T> {
    fn new(parameters: &[Parameter]) -> Self {
        let zeros = parameters
            .iter()
            .map(|parameter| vec![T::ZERO; parameter.values.len()]);
        Self {
            cost: Cost {
                value: 0.0,
                gradient: Vec::new(),
                terms: Terms::default(),
                shares: Vec::new(),
                parameters: zeros.collect(),
                filled: Vec::new(),
            },
        }
    }

    fn add(
        &mut self,
        term: &Term,
        (learnt, proxies): (&[Learnt], Option<usize>),
        cost: TermCost<T>,
    ) {
        let (sum, weight) = (&mut self.cost, term.weight());
        sum.value += weight * cost.value;
        let slopes = term.scalar_gradient(cost.parameters);
        for one in learnt {
            sum.parameters[one.parameter][0] += T::from_f64(weight * slopes[one.place]);
        }
        if let Some(place) = proxies {
            add_scaled(
                &mut sum.parameters[place],
                T::from_f64(weight),
                &cost.proxies,
            );
        }
        if sum.shares.is_empty() {
            sum.terms = cost.terms;
        }
        if sum.filled.is_empty() {
            sum.filled = cost.filled;
        }
        sum.shares.push(Share {
            value: cost.value,
            terms: cost.terms,
            parameters: cost.parameters.map(|slope| weight * slope),
        });
        self.add_gradient(weight, cost.gradient);
    }

    /// The first term's gradient is the sum so far, if its weight is 1: it then has the bits of the term alone.
    fn add_gradient(&mut self, weight: f64, mut gradient: Vec<T>) {
        let sum = &mut self.cost.gradient;
        let weight = T::from_f64(weight);
        if sum.is_empty() {
            if weight != T::ONE {
                gradient.iter_mut().for_each(|x| *x *= weight);
            }
            *sum = gradient;
            return;
        }
        add_scaled(sum, weight, &gradient);
    }
}
