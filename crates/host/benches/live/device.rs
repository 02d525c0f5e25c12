//! A device, as light as it can be: a key, a number, a connection.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use getrandom::fill;
use link::{Incoming, Initiator, Opener, Sealer, Seed, StaticKey};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
};
use vocab::{Address, DeviceId, NoiseKey, PhoneNumber};
use wire::transport::{Ask, FromTransport, Status, ToTransport};

use crate::server::Server;

/// Ports of one source address are too few for many connections that come and go.
const SOURCES: usize = 16;

/// Whom devices dial, and what their secrets follow from.
pub(crate) struct Crowd {
    to: SocketAddr,
    pin: NoiseKey,
    drawn: [u8; 32],
}

/// A connection of a device after its handshake.
pub(crate) struct Wire {
    pub(crate) stream: TcpStream,
    pub(crate) sealer: Sealer,
    opener: Opener,
}

/// The address that device `number` claims.
pub(crate) fn address(number: usize) -> Address {
    let phone = PhoneNumber::parse(&format!("1202{number:07}")).unwrap();
    Address { phone, device: DeviceId::new(1).unwrap() }
}

fn broken(why: impl ToString) -> io::Error {
    io::Error::other(why.to_string())
}

impl Crowd {
    pub(crate) fn of(server: &Server) -> Self {
        let mut drawn = [0; 32];
        fill(&mut drawn).unwrap();
        Self { to: server.at, pin: server.key, drawn }
    }

    fn secret(&self, purpose: u8, number: u64) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(self.drawn);
        hash.update([purpose]);
        hash.update(number.to_be_bytes());
        hash.finalize().into()
    }

    /// The key of device `number`.
    pub(crate) fn key(&self, number: usize) -> StaticKey {
        StaticKey::from_secret(&mut self.secret(0, number as u64))
    }

    /// A socket of device `number` that nothing was said on yet.
    pub(crate) async fn dial(&self, number: usize) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let source = Ipv4Addr::new(127, 0, 0, 2 + (number % SOURCES) as u8);
        socket.bind(SocketAddr::from((source, 0)))?;
        let stream = socket.connect(self.to).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// Connects device `number`, for the `time`th time.
    pub(crate) async fn connect(&self, number: usize, time: u32) -> io::Result<Wire> {
        let mut stream = self.dial(number).await?;
        let draw = number as u64 | u64::from(time) << 32;
        let seed = Seed::from_secret(&mut self.secret(1, draw));
        let key = self.key(number);
        let (mut initiator, first) = Initiator::new(&key, self.pin, seed).map_err(broken)?;
        stream.write_all(&first).await?;
        loop {
            let mut chunk = [0; 512];
            stream.readable().await?;
            let length = match stream.try_read(&mut chunk) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
                Err(error) => return Err(error),
            };
            let progress = initiator.receive(&chunk[..length]).map_err(broken)?;
            if let Some(channel) = progress.channel {
                stream.write_all(&progress.send).await?;
                return Ok(Wire { stream, sealer: channel.sealer, opener: channel.opener });
            }
        }
    }

    /// Claims the number of device `number` and opens its mailbox.
    pub(crate) async fn join(&self, wire: &mut Wire, number: usize) -> io::Result<()> {
        let mut identity_key = vec![5];
        identity_key.extend(self.key(number).public().0);
        let (address, code) = (address(number), String::new());
        wire.ask(1, Ask::Register { address, registration_id: 1, identity_key, code }).await?;
        self.hello(wire, number).await
    }

    /// Opens the mailbox of device `number`.
    pub(crate) async fn hello(&self, wire: &mut Wire, number: usize) -> io::Result<()> {
        wire.ask(2, Ask::Hello { address: address(number) }).await
    }
}

impl Wire {
    /// Reads what is there; an end of the connection is an error.
    pub(crate) fn read(&mut self, came: &mut Vec<FromTransport>) -> io::Result<()> {
        let mut chunk = [0; 16 * 1024];
        let length = match self.stream.try_read(&mut chunk) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut rest = &chunk[..length];
        while let Some(incoming) = self.opener.open(&mut rest).map_err(broken)? {
            if let Incoming::Frame(frame) = incoming {
                came.push(FromTransport::decode(&frame).map_err(broken)?);
            }
        }
        Ok(())
    }

    /// Appends a frame to what is to be written.
    pub(crate) fn seal(&mut self, id: u64, ask: Ask, out: &mut Vec<u8>) {
        self.sealer.seal(&ToTransport { id, ask }.encode(), out).unwrap();
    }

    /// Asks, and waits until it is granted; other frames that come meanwhile are dropped.
    async fn ask(&mut self, id: u64, ask: Ask) -> io::Result<()> {
        let mut out = Vec::new();
        self.seal(id, ask, &mut out);
        self.stream.write_all(&out).await?;
        let mut came = Vec::new();
        loop {
            self.stream.readable().await?;
            self.read(&mut came)?;
            for frame in came.drain(..) {
                match frame {
                    FromTransport::Answer { id: of, status: Status::Ok, .. } if of == id => {
                        return Ok(());
                    }
                    FromTransport::Answer { id: of, status, .. } if of == id => {
                        return Err(broken(format!("{status:?}")));
                    }
                    FromTransport::Answer { .. }
                    | FromTransport::Piece { .. }
                    | FromTransport::Deliver { .. }
                    | FromTransport::Gone { .. }
                    | FromTransport::PrekeysLow { .. } => {}
                }
            }
        }
    }
}
