//! One commit for many transactions, with an answer for each that is final.

use store::{Answer, Engine, Transaction};
use vocab::UnixMicros;

/// Applies `transactions` and makes them durable with one sync; where none of them writes, without.
/// The answers may be handed out at once, if everything before was durable.
///
/// Where the sync fails, nothing of the batch was done; each transaction is then tried alone, so
/// that one for which there is no room does not hold up those that make some.
pub fn commit(
    engine: &mut dyn Engine,
    transactions: &[Transaction],
    now: UnixMicros,
) -> Vec<Answer> {
    let answers = engine.apply(transactions, now);
    if transactions.iter().all(Transaction::is_read_only) {
        return answers;
    }
    match (engine.sync(), transactions) {
        (Ok(()), _) => answers,
        (Err(refusal), [_] | []) => unavailable(transactions.len(), refusal),
        (Err(_), many) => many.chunks(1).flat_map(|alone| commit(engine, alone, now)).collect(),
    }
}

fn unavailable(count: usize, refusal: store::Refusal) -> Vec<Answer> {
    vec![Answer::Unavailable(refusal); count]
}
