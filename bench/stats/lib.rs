//! Nothing: this package only holds the benchmarks of `karat-stats`.
