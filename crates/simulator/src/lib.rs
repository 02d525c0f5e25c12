//! The hops in virtual time: network, faults, checkers, reports.
