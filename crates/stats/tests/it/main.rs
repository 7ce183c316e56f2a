//! Claims about the statistics: reference vectors, exact properties, and properties over random inputs.

mod betting;
mod binomial;
mod gate;
mod mcnemar;
mod more;
mod promise;
mod quantile;
mod repeats;
mod vectors;
