/// Lists every order of some items, the given one first.
pub(super) fn permutations<T: Copy>(items: &[T]) -> Vec<Vec<T>> {
    let mut orders: Vec<Vec<T>> = vec![Vec::new()];
    for &item in items {
        orders = orders
            .iter()
            .flat_map(|order| {
                (0..=order.len()).rev().map(move |place| {
                    let mut order = order.clone();
                    order.insert(place, item);
                    order
                })
            })
            .collect();
    }
    orders
}

/// Lists every two of some items.
pub(super) fn pairs<T: Copy>(items: &[T]) -> impl Iterator<Item = (T, T)> {
    items.iter().enumerate().flat_map(move |(index, first)| {
        let others = items.iter().skip(index.saturating_add(1));
        others.map(move |second| (*first, *second))
    })
}

/// Lists the selections of some items that have at most `most` of them, the smaller first, and those that leave out at
/// most one.
pub(super) fn selections<T: Copy>(items: &[T], most: usize) -> Vec<Vec<T>> {
    let mut found: Vec<Vec<T>> = Vec::new();
    // A selection, and the items that may be added to it.
    let mut last: Vec<(Vec<T>, &[T])> = vec![(Vec::new(), items)];
    for _ in 0..most {
        let mut next = Vec::new();
        for (selection, mut rest) in last {
            while let Some((first, others)) = rest.split_first() {
                next.push(([selection.as_slice(), &[*first]].concat(), others));
                rest = others;
            }
        }
        found.extend(next.iter().map(|(selection, _)| selection.clone()));
        last = next;
    }
    for len in items.len().saturating_sub(1)..=items.len() {
        if len > most {
            found.extend((0..items.len()).filter_map(|left_out| {
                if len == items.len() {
                    return (left_out == 0).then(|| items.to_vec());
                }
                let kept = items.iter().enumerate();
                let kept = kept.filter(|(index, _)| *index != left_out);
                Some(kept.map(|(_, item)| *item).collect())
            }));
        }
    }
    found
}
