//! Stories of devices that talk through a toy relay, which does what it is told.

mod files;
mod kinds;
mod leaving;
mod protection;
mod receipts;
mod requests;
mod retries;
mod talk;
mod world;
