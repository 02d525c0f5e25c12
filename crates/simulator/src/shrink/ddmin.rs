//! The fewest things that still do it: delta debugging (Zeller and Hildebrandt, 2002).

/// A sublist of `all`, in its order, of which `fails` still holds, such that to leave out any one
/// more makes it not hold. `fails` is asked only about sublists, and holds for `all`.
pub(super) fn fewest<T: Clone>(all: Vec<T>, mut fails: impl FnMut(&[T]) -> bool) -> Vec<T> {
    if all.is_empty() || fails(&[]) {
        return Vec::new();
    }
    let mut left = all;
    let mut parts = 2_usize;
    while left.len() >= 2 {
        let size = left.len().div_ceil(parts);
        let starts: Vec<usize> = (0..left.len()).step_by(size.max(1)).collect();
        // First each part alone, which is much less, then everything but a part.
        let alone = starts.iter().map(|start| part(&left, *start, size, true));
        let without = starts.iter().map(|start| part(&left, *start, size, false));
        let candidates: Vec<Vec<T>> = if parts > 2 || left.len() > 2 {
            alone.chain(without).collect()
        } else {
            alone.collect()
        };
        match candidates.into_iter().find(|fewer| fewer.len() < left.len() && fails(fewer)) {
            Some(fewer) => {
                left = fewer;
                parts = parts.saturating_sub(1).max(2);
            }
            None if parts >= left.len() => break,
            None => parts = parts.saturating_mul(2).min(left.len()),
        }
    }
    left
}

/// The part of `size` that begins at `start`, or everything else.
fn part<T: Clone>(all: &[T], start: usize, size: usize, inside: bool) -> Vec<T> {
    let end = start.saturating_add(size);
    let kept = all.iter().enumerate().filter(|(place, _)| (start..end).contains(place) == inside);
    kept.map(|(_, item)| item.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::fewest;

    #[test]
    fn what_is_left_still_fails_and_nothing_more_can_go() {
        for needed in [vec![], vec![7], vec![3, 4], vec![0, 19], vec![2, 9, 17], (0..20).collect()]
        {
            let mut asked = 0;
            let left = fewest((0..20).collect(), |some| {
                asked += 1;
                needed.iter().all(|item| some.contains(item))
            });
            assert_eq!(left, needed);
            assert!(asked < 300, "{asked}");
        }
    }

    #[test]
    fn what_is_left_keeps_its_order_where_it_is_enough_that_two_of_many_are_there() {
        let left =
            fewest((0..50).collect(), |some| some.iter().filter(|one| **one > 20).count() > 1);
        assert_eq!(left.len(), 2);
        assert!(left[0] < left[1]);
    }
}
