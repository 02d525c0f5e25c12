//! Words everyone shares: ids, time, limits, stable sampling.
