//! Many short lists in one.

/// One list of numbers per item, end to end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lists {
    values: Vec<i64>,
    ends: Vec<usize>,
}

impl Lists {
    pub(super) fn push(&mut self, list: impl IntoIterator<Item = i64>) {
        self.values.extend(list);
        self.ends.push(self.values.len());
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn of(&self, item: usize) -> &[i64] {
        let start = item.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.values[start..self.ends[item]]
    }
}
