//! Numbers in, numbers out: the statistics behind Karat's verdicts.
