//! The Karat workbench.
