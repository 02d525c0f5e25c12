//! Calls about the whole world: what it told, and snapshots of it.

use std::sync::{Arc, PoisonError};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Inner, Refusal, read};
use crate::{
    folder::Folder,
    up::{Name, SnapshotError, Stopped, World, list, restore, save},
};

/// What `POST /snapshot` and `POST /restore` take.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

impl From<Stopped<SnapshotError>> for Refusal {
    fn from(why: Stopped<SnapshotError>) -> Self {
        match why {
            Stopped::Ending | Stopped::Start(_) => Self::Ending,
            Stopped::Work(absent @ SnapshotError::Absent(_)) => Self::Absent(absent.to_string()),
            Stopped::Work(why @ SnapshotError::Folder(_)) => Self::Conflict(why.to_string()),
        }
    }
}

fn name(body: &[u8]) -> Result<Name, Refusal> {
    let Named { name } = read(body)?;
    let wrong = || Refusal::Bad("name is up to 64 letters, digits, - and _".to_owned());
    Name::parse(&name).ok_or_else(wrong)
}

impl Inner {
    fn world(&self) -> Result<Arc<World>, Refusal> {
        self.world.upgrade().ok_or(Refusal::Ending)
    }

    /// What the process told whoever started it.
    pub(super) fn ready(&self) -> Result<Value, Refusal> {
        Ok(serde_json::to_value(self.world()?.ready()).unwrap_or_default())
    }

    /// Names of what was put aside.
    pub(super) fn snapshots(&self) -> Result<Value, Refusal> {
        let folder = self.folder.lock().unwrap_or_else(PoisonError::into_inner);
        let names = list(&folder).map_err(|why| Refusal::Conflict(why.to_string()))?;
        Ok(json!({ "snapshots": names }))
    }

    /// Puts everything aside; the world stands still meanwhile.
    pub(super) async fn snapshot(&self, body: &[u8]) -> Result<Value, Refusal> {
        let name = name(body)?;
        self.around(move |folder| save(folder, &name)).await
    }

    /// Puts back what was put aside. What passed since is forgotten.
    pub(super) async fn restore(&self, body: &[u8]) -> Result<Value, Refusal> {
        let name = name(body)?;
        self.around(move |folder| restore(folder, &name)).await
    }

    /// Whoever asks may go away meanwhile; the world starts again all the same.
    async fn around(
        &self,
        work: impl FnOnce(&mut Folder) -> Result<(), SnapshotError> + Send + 'static,
    ) -> Result<Value, Refusal> {
        let world = self.world()?;
        let around = tokio::spawn(async move { world.around(work).await });
        around.await.map_err(|_| Refusal::Ending)??;
        Ok(json!({ "success": true }))
    }
}
