//! Removes from a store what has expired: half an interval after the first of it, so that one sweep
//! takes many rows and a clock that is adjusted meanwhile does no harm.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use engines::{Sqlite, Writer};
use store::{Engine as _, Op, Transaction};
use tokio::{
    sync::{Notify, oneshot},
    task::AbortHandle,
};
use vocab::{DataClass, Keep, Micros, UnixMicros, limits::SWEEP_INTERVAL};

use crate::{
    clock::{Busy, Clock},
    log::Log,
};

const AFTER: Micros = Micros(SWEEP_INTERVAL.0 / 2);

/// Sweeps one store. Dropped, it does no more.
#[derive(Debug)]
pub(crate) struct Sweeper {
    plan: Arc<Plan>,
    task: AbortHandle,
}

/// When there is something to sweep.
#[derive(Debug)]
struct Plan {
    clock: Clock,
    next: Mutex<Next>,
    changes: Notify,
}

#[derive(Debug, Default)]
struct Next {
    /// When the next row expires, as far as is known.
    expiry: Option<UnixMicros>,
    /// Until the alarm is set to that, virtual time stands.
    busy: Option<Busy>,
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sweeper {
    /// Sweeps the store called `name`, of which a row expires at `first`.
    pub(crate) fn start(
        (name, first): (&str, Option<UnixMicros>),
        writer: Weak<Writer<Sqlite>>,
        (clock, log): (Clock, Log),
    ) -> Self {
        let next = Mutex::new(Next { expiry: first, busy: Some(clock.busy()) });
        let plan = Arc::new(Plan { clock, next, changes: Notify::new() });
        let work = run(name.to_owned(), plan.clone(), writer, log);
        Self { plan, task: tokio::spawn(work).abort_handle() }
    }

    /// This transaction is about to write.
    pub(crate) fn expect(&self, transaction: &Transaction) {
        let now = self.plan.clock.wall();
        let expiries = transaction.ops.iter().filter_map(|op| match op {
            Op::Put(row) | Op::Append(row) => match row.keep {
                Keep::For(span) => Some(now.after(span)),
                Keep::Until(moment) => Some(moment),
                Keep::Never(_) => None,
            },
            Op::Get(_) | Op::Delete(_) | Op::Scan { .. } | Op::TakeFirst(_) => None,
        });
        if let Some(first) = expiries.min() {
            self.plan.earlier(first);
        }
    }
}

impl Plan {
    fn next(&self) -> MutexGuard<'_, Next> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A row expires then.
    fn earlier(&self, expiry: UnixMicros) {
        let mut next = self.next();
        if next.expiry.is_none_or(|known| known > expiry) {
            next.expiry = Some(expiry);
            next.busy = Some(self.clock.busy());
            drop(next);
            self.changes.notify_one();
        }
    }
}

async fn run(name: String, plan: Arc<Plan>, writer: Weak<Writer<Sqlite>>, log: Log) {
    let mut alarm = plan.clock.alarm();
    loop {
        let (expiry, set) = {
            let mut next = plan.next();
            (next.expiry, next.busy.take())
        };
        let wait = expiry.map(|expiry| expiry.after(AFTER).since(plan.clock.wall()));
        alarm.set(wait.map(|wait| plan.clock.moment().after(wait)));
        drop(set);
        let busy = tokio::select! {
            busy = alarm.rings() => busy,
            () = plan.changes.notified() => continue,
        };
        plan.next().expiry = None;
        let Some(swept) = sweep(&writer, &plan).await else { return };
        let rows: u64 = swept.iter().map(|(_, rows)| rows).sum();
        if rows > 0 {
            log.line(&name, "swept what has expired", &[("rows", rows.into())]);
        }
        drop(busy);
    }
}

/// Sweeps; `None` if the store is closed. What expires next is planned before it returns.
async fn sweep(writer: &Weak<Writer<Sqlite>>, plan: &Arc<Plan>) -> Option<Vec<(DataClass, u64)>> {
    let (done, swept) = oneshot::channel();
    let planned = plan.clone();
    let work = move |engine: &mut Sqlite, now: UnixMicros| {
        let rows = engine.sweep(now);
        // A sweep that does not become durable is made again with the next.
        let _full = engine.sync();
        if let Some(expiry) = engine.next_expiry() {
            planned.earlier(expiry);
        }
        // The store may be about to close.
        let _gone = done.send(rows);
    };
    writer.upgrade()?.with_engine(work).ok()?;
    swept.await.ok()
}
