use tokio::sync::Notify;

use crate::kind::Kind;
use crate::race::race;

/// Wakes workers of this process for what was accepted in it.
#[derive(Debug, Default)]
pub(crate) struct Wake {
    push: Notify,
    cloud: Notify,
}

impl Wake {
    const fn of(&self, kind: Kind) -> &Notify {
        match kind {
            Kind::Push => &self.push,
            Kind::Cloud => &self.cloud,
        }
    }

    /// Wakes a worker that takes events of a kind.
    pub(crate) fn one(&self, kind: Kind) {
        self.of(kind).notify_one();
    }

    /// Waits for an event of one of some kinds.
    pub(crate) async fn any(&self, kinds: &[Kind]) {
        let of = |kind| async move {
            match kinds.contains(&kind) {
                true => self.of(kind).notified().await,
                false => std::future::pending().await,
            }
        };
        race(of(Kind::Push), of(Kind::Cloud)).await;
    }
}
