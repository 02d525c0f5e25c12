//! Calls about webhooks that were delivered.

use cloud_api::parameters::Parameters;
use hop::http::Request;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::{
    Inner, Refusal,
    calls::{Wait, number},
};
use crate::deliveries::Which;

impl Inner {
    /// Deliveries. With `wait_ms`, as soon as there are `count` that fit (one, if nothing is said),
    /// or with what there is by then.
    pub(super) async fn webhooks(&self, request: &Request) -> Result<Value, Refusal> {
        let query = Parameters::read(request).map_err(|why| Refusal::Bad(why.details.into()))?;
        let which = which(&query)?;
        let Wait { least, time } = Wait::read(&query)?;
        let found = timeout(time, self.deliveries.wait_for(&which, least)).await;
        let webhooks = found.unwrap_or_else(|_| self.deliveries.list(&which));
        Ok(json!({ "webhooks": webhooks }))
    }
}

fn which(query: &Parameters) -> Result<Which, Refusal> {
    Ok(Which {
        after: number(query, "after", 0)?,
        phone_number_id: query.text("phone_number_id"),
        user: query.text("user"),
        wamid: query.text("wamid"),
        field: query.text("field"),
        delivered: match query.text("delivered").as_deref() {
            None => None,
            Some("true") => Some(true),
            Some("false") => Some(false),
            Some(_) => return Err(Refusal::Bad("delivered is true or false".to_owned())),
        },
    })
}
