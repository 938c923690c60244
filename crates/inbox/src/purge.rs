/// Divides a purge into steps that are short.
pub(crate) struct Batches {
    left: usize,
    total: u64,
}

impl Batches {
    /// Some milliseconds of a store's time.
    const SIZE: usize = 500;

    pub(crate) const fn of(most: usize) -> Self {
        Self {
            left: most,
            total: 0,
        }
    }

    /// Returns how many rows the next step removes at most; `None` once there is nothing left to do.
    pub(crate) fn next_size(&self) -> Option<usize> {
        (self.left > 0).then(|| self.left.min(Self::SIZE))
    }

    /// Learns how many rows a step removed.
    pub(crate) fn purged(&mut self, purged: u64) {
        self.total = self.total.saturating_add(purged);
        let size = self.left.min(Self::SIZE);
        let all = usize::try_from(purged).is_ok_and(|purged| purged >= size);
        self.left = if all {
            self.left.saturating_sub(size)
        } else {
            0
        };
    }

    pub(crate) const fn total(&self) -> u64 {
        self.total
    }
}
