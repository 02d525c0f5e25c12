//! The server of a business that answers what its flows ask: it decrypts as the documentation says
//! (facts, cloud-api.md section 4), with a key made for this test.

use std::cell::RefCell;

use aes_gcm::{
    AesGcm, KeyInit as _, Nonce,
    aead::{Aead as _, consts::U16},
    aes::Aes128,
};
use hop::{
    Unreachable,
    http::{Request, Response},
};
use rsa::{BoxedUint, Oaep, PrivateKey};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::base64;

/// The public half of its key.
pub(crate) const PUBLIC_KEY: &str = include_str!("flow_key.pem");
/// The primes of its key.
const P: &str = concat!(
    "cb8c850e05eeefd20de3de39bbf71b493e59d867f1316957a61f238ec0f64fba",
    "af23359a0675a3336ea09eb975363b8fd80d69bcdbdd87ddc790287285b3ab1c",
    "11b0e10471f7821cba10dcfb2e5053ba5d7bbcb731ecc223a7a9b5cddd66689d",
    "f7b6cbdbf5330fcb558fb06f9cb643cb5473ca00d85cfaf4affd8a5e9903bd7b",
);
const Q: &str = concat!(
    "bb67ae5c7c402a4713c5b4dc41875a414eb1732556e137c10937db65490c9931",
    "b0688f36361a587f2a620e1758bd5f9a0f310be89162fe2a732b5cf43b7709f3",
    "44a60adfa3c4dea841297934888487527ade3b29e6f8825e248aca8728a2c25c",
    "9cc35792b46686fafa13704f0fde47a30754fc449a0588a51f5bb024eed0d8e9",
);

/// What it does.
#[derive(Default)]
pub(crate) struct Endpoint {
    /// It answers with this status and nothing else; 0 for what belongs to the request.
    pub(crate) status: u16,
    /// It answers in clear.
    pub(crate) speaks_clearly: bool,
    /// What it was asked, decrypted.
    pub(crate) asked: RefCell<Vec<Value>>,
}

impl Endpoint {
    pub(crate) fn serve(&self, request: &Request) -> Result<Response, Unreachable> {
        if self.status != 0 {
            return Ok(Response::empty(self.status));
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        let bytes = |name: &str| base64::decode(body[name].as_str().unwrap()).unwrap();
        let key = private_key().decrypt(Oaep::<Sha256>::new(), &bytes("encrypted_aes_key"));
        let key: [u8; 16] = key.unwrap().try_into().unwrap();
        let iv: [u8; 16] = bytes("initial_vector").try_into().unwrap();
        let cipher = AesGcm::<Aes128, U16>::new(&key.into());
        let plain = cipher.decrypt(&Nonce::from(iv), bytes("encrypted_flow_data").as_slice());
        let said: Value = serde_json::from_slice(&plain.unwrap()).unwrap();
        let answer = answer(&said).to_string();
        self.asked.borrow_mut().push(said);
        let inverted = Nonce::from(iv.map(|byte| byte ^ 0xff));
        let sealed = base64::encode(&cipher.encrypt(&inverted, answer.as_bytes()).unwrap());
        let body = if self.speaks_clearly { answer } else { sealed };
        let headers = vec![("content-type".to_owned(), "text/plain".to_owned())];
        Ok(Response { status: 200, headers, body: body.into_bytes() })
    }
}

fn answer(said: &Value) -> Value {
    let version = &said["version"];
    match said["action"].as_str().unwrap() {
        "ping" => json!({ "data": { "status": "active" } }),
        _ if said["data"]["error"].is_string() => json!({ "data": { "acknowledged": true } }),
        "INIT" => json!({ "version": version, "screen": "FIRST", "data": { "hello": "Grüße" } }),
        "BACK" => json!({ "version": version, "screen": said["screen"], "data": {} }),
        _ => {
            let params = json!({ "flow_token": said["flow_token"], "cake": said["data"]["cake"] });
            let data = json!({ "extension_message_response": { "params": params } });
            json!({ "version": version, "screen": "SUCCESS", "data": data })
        }
    }
}

fn private_key() -> PrivateKey {
    let number = |hex: &str| {
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(byte).collect();
        BoxedUint::from_be_slice_vartime(&bytes)
    };
    PrivateKey::from_p_q(number(P), number(Q), BoxedUint::from(65_537_u64)).unwrap()
}
