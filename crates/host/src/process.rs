//! A process that lives until it is told to end.

use std::io;

use tokio::{runtime::Builder, signal};

/// Does `work` on as many threads as there are processors.
///
/// # Errors
///
/// The system has no threads to give.
pub fn run<F: Future>(work: F) -> io::Result<F::Output> {
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    Ok(runtime.block_on(work))
}

/// How a process hears that it is to end.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Signals {
    /// From now on Ctrl-C and, where there is such a thing, SIGTERM are heard here and end nothing
    /// by themselves.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
        })
    }

    /// Waits for one of them, or until something breaks: what it was.
    pub async fn heard_or(&mut self, failed: impl Future<Output = String>) -> Option<String> {
        tokio::select! {
            () = self.heard() => None,
            what = failed => Some(what),
        }
    }

    /// Waits for one of them.
    pub async fn heard(&mut self) {
        // Where Ctrl-C cannot be heard, the other one can.
        #[cfg(unix)]
        tokio::select! {
            Ok(()) = signal::ctrl_c() => {}
            _signal = self.terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _heard = signal::ctrl_c().await;
    }
}
