//! Virtual time as its users see it.

use vocab::{Micros, UnixMicros};

use super::{Clock, Moment, NotVirtual};

const DATE: UnixMicros = UnixMicros(1_770_000_000_000_000);

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn virtual_time_stands_still_until_it_is_advanced() {
    run(async {
        let clock = Clock::standing(DATE);
        assert_eq!(clock.wall(), DATE);
        assert_eq!(clock.advance(Micros::days(30)).await, Ok(DATE.after(Micros::days(30))));
        assert_eq!(clock.now(Moment(0)).mono.0, Micros::days(30).0);
    });
}

#[test]
fn an_advance_returns_when_every_alarm_that_was_due_has_rung_and_what_came_of_it_is_done() {
    run(async {
        let clock = Clock::standing(DATE);
        let mut alarm = clock.alarm();
        alarm.set(Some(Moment(Micros::seconds(1).0)));
        let sleeper = clock.clone();
        let task = tokio::spawn(async move {
            let mut rung = Vec::new();
            for _ in 0..3 {
                let busy = alarm.rings().await;
                rung.push(sleeper.moment());
                tokio::task::yield_now().await;
                alarm.set(Some(sleeper.moment().after(Micros::seconds(1))));
                drop(busy);
            }
            rung
        });
        clock.advance(Micros::millis(3_500)).await.unwrap();
        assert!(task.is_finished(), "all three alarms were due");
        let seconds: Vec<u64> = task.await.unwrap().iter().map(|at| at.0 / 1_000_000).collect();
        assert_eq!(seconds, [1, 2, 3]);
    });
}

#[test]
fn an_alarm_for_the_past_rings_without_an_advance_and_one_that_was_put_off_does_not() {
    run(async {
        let clock = Clock::standing(DATE);
        let (mut past, mut later) = (clock.alarm(), clock.alarm());
        past.set(Some(Moment(0)));
        drop(past.rings().await);
        later.set(Some(Moment(5)));
        later.set(None);
        clock.advance(Micros(10)).await.unwrap();
        tokio::select! {
            biased;
            _busy = later.rings() => panic!("it was put off"),
            () = clock.rest() => {}
        }
    });
}

#[test]
fn a_real_clock_cannot_be_moved() {
    run(async {
        assert_eq!(Clock::real().advance(Micros(1)).await, Err(NotVirtual));
    });
}
