//! That a process is to end, known to everything in it.

use tokio::sync::watch;

/// Says that it is time to end.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

/// Hears that it is time to end.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

impl Stopper {
    /// One, and what hears it.
    pub fn new() -> (Self, Stop) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Stop(receiver))
    }

    /// Says it.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// Waits for it.
    pub async fn stopped(&mut self) {
        // Where nobody can say it any more, it is as good as said.
        let _gone = self.0.wait_for(|stopped| *stopped).await.is_err();
    }

    /// Whether it was said.
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }
}
