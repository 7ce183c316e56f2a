//! The only SQL: ledger and catalog on an embedded database.
