//! Webhooks that a server treats in another way than its hop would.

use hop::http::{Request, Response};
use vocab::{Micros, sample};

use super::host::Answering;
use crate::{
    fault::{WebhookFault, What},
    kernel::{
        event::{HostId, WireId},
        port::Port,
    },
    node::Node,
    rng,
};

impl Port<'_> {
    /// Request `number` of those from `source` reaches the server.
    pub(in crate::kernel) fn serve(
        &mut self,
        node: &mut dyn Node,
        (source, wire): (HostId, WireId),
        number: u64,
        request: Request,
    ) {
        let Some((fault, how)) = self.webhook_fault(source, number, &request) else {
            return node.request(source, wire, request, self);
        };
        self.hit(fault);
        let answering = match how {
            WebhookFault::Status(status) => {
                return self.respond(source, wire, Response::empty(status));
            }
            WebhookFault::Slowly(longer) => Answering::Later(longer),
            WebhookFault::NotAtAll => Answering::Never,
            WebhookFault::Twice => Answering::Once,
        };
        self.troubles().answers.insert((source, wire), answering);
        if how == WebhookFault::Twice {
            node.request(source, wire, request.clone(), self);
        }
        node.request(source, wire, request, self);
    }

    /// How much later the answer to an exchange leaves; `None` if it does not leave.
    pub(in crate::kernel) fn leaving(&mut self, to: HostId, wire: WireId) -> Option<Micros> {
        let Some(troubles) = self.ground.troubles.as_mut() else { return Some(Micros(0)) };
        match troubles.answers.remove(&(to, wire)) {
            None => Some(Micros(0)),
            Some(Answering::Later(longer)) => Some(longer),
            Some(Answering::Never) => None,
            Some(Answering::Once) => {
                troubles.answers.insert((to, wire), Answering::Never);
                Some(Micros(0))
            }
        }
    }

    fn webhook_fault(
        &self,
        source: HostId,
        number: u64,
        request: &Request,
    ) -> Option<(usize, WebhookFault)> {
        if request.method != "POST" {
            return None;
        }
        let tag = self.directory.entry(source)?.tag;
        self.on().find_map(|(fault, what)| {
            let What::Webhook { rate_ppm, how, .. } = what else { return None };
            let key = &self.directory.book.planned.get(fault)?.key;
            let [strikes, ..] = rng::words(key, tag, number);
            sample::happens(strikes, *rate_ppm).then_some((fault, *how))
        })
    }
}
