//! HTTP between hosts: who serves a name, and how requests and answers travel.

use hop::http::{Request, Response};
use vocab::Micros;

use super::{
    event::{Happening, HostId, Web, WebBody, WireId},
    ground::WebEnd,
    port::{Port, count, count_sending, fate},
    trouble::Going,
};
use crate::view::{Stream, Way};

/// How soon a host learns that a name does not exist, or that it has no network.
const NO_ROUTE: Micros = Micros::millis(1);

impl Port<'_> {
    /// Asks whoever serves the request's authority. Where nobody does, it is unreachable.
    pub fn request(&mut self, exchange: u64, request: Request) {
        let wire = WireId { incarnation: self.ground.incarnation, exchange };
        match self.directory.authorities.get(&request.authority) {
            Some(server) if self.ground.online() => {
                self.put_on_the_web(*server, wire, WebBody::Request(Box::new(request)), Micros(0));
            }
            Some(_) | None => {
                let body = WebBody::Refused;
                let class = self.web_class(self.directory.http_default);
                let refusal = Web { class, number: 0, wire, body };
                self.cause(self.ground.id, NO_ROUTE, Happening::Web(Box::new(refusal)));
            }
        }
    }

    /// Answers the exchange that `to` calls `wire`.
    pub fn respond(&mut self, to: HostId, wire: WireId, response: Response) {
        if self.ground.online()
            && let Some(later) = self.leaving(to, wire)
        {
            self.put_on_the_web(to, wire, WebBody::Response(Box::new(response)), later);
        }
    }

    /// Breaks off the exchange that `to` calls `wire`, as a machine does whose server is gone.
    pub fn refuse(&mut self, to: HostId, wire: WireId) {
        let parted = self.directory.book.weather.parts(self.ground.id, to, self.stamp.at);
        if parted || self.ground.offline > 0 {
            return;
        }
        let end = self.web_end(to);
        let Some(classed) = self.directory.config(end.config) else { return };
        let refusal = Web { class: classed.class, number: 0, wire, body: WebBody::Refused };
        self.cause(to, classed.config.latency.minimum(), Happening::Web(Box::new(refusal)));
    }

    fn put_on_the_web(&mut self, to: HostId, wire: WireId, body: WebBody, later: Micros) {
        let end = self.web_end(to);
        let number = end.messages;
        self.ground.web.insert(to, WebEnd { messages: number.saturating_add(1), ..end });
        let Some(classed) = self.directory.config(end.config) else { return };
        let class = classed.class;
        let fate = fate(classed, self.directory, &self.ground.keys.web, to, number);
        let (stream, asker, bytes) = match &body {
            WebBody::Request(request) => (Stream::RequestOut, self.ground.id, request.body.len()),
            WebBody::Response(response) => (Stream::ResponseOut, to, response.body.len()),
            WebBody::Refused => return,
        };
        let going = Going { to, number, bytes, web: true };
        let mut passage = self.weather(going, &classed.config, fate);
        passage.wait(later);
        let fate = passage.fate;
        count_sending(self.lane, class, bytes, &fate);
        let way = Way::Exchange { asker, wire };
        self.view(stream, (Some(to), number, way), || body.to_bytes());
        let web = Web { class, number, wire, body };
        if let Some(copy) = fate.second {
            self.cause(to, copy.after, Happening::Web(Box::new(web.clone())));
        }
        if let Some(first) = fate.first {
            self.cause(to, first.after, Happening::Web(Box::new(web)));
        }
    }

    fn web_end(&self, to: HostId) -> WebEnd {
        let undeclared = WebEnd { config: self.directory.http_default, messages: 0 };
        self.ground.web.get(&to).copied().unwrap_or(undeclared)
    }

    fn web_class(&self, config: u32) -> u32 {
        self.directory.config(config).map_or(0, |classed| classed.class)
    }

    pub(super) fn count_arrival(&mut self, class: u32, received: bool) {
        count(self.lane, class, |traffic| {
            if received { &mut traffic.delivered } else { &mut traffic.discarded }
        });
    }
}
