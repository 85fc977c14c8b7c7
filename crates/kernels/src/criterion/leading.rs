//! A term on rows as it sees them: cut to leading numbers, of length 1.

use super::batch::{Past, Seen};
use super::cost::{TermCost, add_slopes};
use super::side::Side;
use super::term::{Term, fit};
use crate::simd::add_scaled;
use crate::{Error, Real, Workspace};

impl Term {
    /// The cost of the rows of a step: of a term with leading dimensions the weighted sum over them, with the counts of
    /// the first.
    pub(super) fn cost<T: Real>(
        &self,
        seen: &Seen<'_, T>,
        workspace: &mut Workspace<T>,
    ) -> Result<TermCost<T>, Error> {
        let dim = seen.rows.dim();
        if self.sizes().is_empty() {
            return match self.is_normalized() {
                true => self.of_size(seen, dim, workspace),
                false => self.kind().cost(seen, workspace),
            };
        }
        let mut total: Option<TermCost<T>> = None;
        for &(size, weight) in self.sizes() {
            let cost = self.of_size(seen, size, workspace)?;
            let sum = total.get_or_insert_with(|| TermCost {
                value: 0.0,
                gradient: vec![T::ZERO; cost.gradient.len()],
                proxies: vec![T::ZERO; cost.proxies.len()],
                parameters: [0.0; 2],
                terms: cost.terms,
                filled: cost.filled.clone(),
            });
            sum.value += weight.get() * cost.value;
            add_slopes(&mut sum.parameters, weight.get(), cost.parameters);
            let weight = T::from_f64(weight.get());
            add_scaled(&mut sum.gradient, weight, &cost.gradient);
            add_scaled(&mut sum.proxies, weight, &cost.proxies);
        }
        Ok(total.expect("a term with leading dimensions has some"))
    }

    /// The cost on the first `size` numbers of all rows, with the gradient of whole ones.
    fn of_size<T: Real>(
        &self,
        seen: &Seen<'_, T>,
        size: usize,
        workspace: &mut Workspace<T>,
    ) -> Result<TermCost<T>, Error> {
        fit(seen.rows.dim(), size)?;
        seen.rows.check("rows")?;
        let cut = |rows| Side::of(rows, size, self.is_normalized());
        let rows = cut(seen.rows);
        let proxies = seen
            .proxies
            .map(|(proxies, classes)| (cut(proxies), classes));
        let past = seen.past.map(|past| (cut(past.rows), past));
        let own = Seen {
            rows: rows.rows(),
            relation: seen.relation,
            proxies: proxies
                .as_ref()
                .map(|(side, classes)| (side.rows(), *classes)),
            past: past.as_ref().map(|(side, past)| Past {
                rows: side.rows(),
                ..*past
            }),
            direction: seen.direction,
            key: seen.key,
        };
        let cost = self.kind().cost(&own, workspace)?;
        let proxies = match &proxies {
            Some((side, _)) if !cost.proxies.is_empty() => side.back(0, cost.proxies),
            _ => cost.proxies,
        };
        Ok(TermCost {
            gradient: rows.back(0, cost.gradient),
            proxies,
            ..cost
        })
    }
}
