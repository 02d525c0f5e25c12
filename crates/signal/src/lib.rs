//! The Signal protocol, one folder per published specification.
