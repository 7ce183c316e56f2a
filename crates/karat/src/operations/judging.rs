//! Operations that judge: the project, its runs and its gate.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Edit, Read};
use super::{Operation, row};
use crate::{checks, evals, proofs, today};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row(
            "project.state",
            "Where the project stands and what to do next",
            Read,
            Reads,
            today::state::state,
        ),
        row(
            "project.check",
            "Find everything that is wrong, without a call",
            Read,
            Reads,
            checks::check::check,
        ),
        row(
            "evals.run",
            "Run the variants on the cases that tune",
            Edit,
            Writes,
            evals::eval::eval,
        ),
        row(
            "gate.judge",
            "Judge the variants on the held-out cases",
            Edit,
            Writes,
            evals::eval::gate,
        ),
        row(
            "runs.active",
            "What runs now, how far it is and who started it",
            Read,
            Reads,
            evals::active::active,
        ),
        row(
            "runs.stop",
            "End one run; what is finished stays stored",
            Edit,
            Writes,
            evals::active::stop,
        ),
        row(
            "gate.show",
            "The latest verdict, what it rests on and what can be done about it",
            Read,
            Reads,
            proofs::show::show,
        ),
        row(
            "gate.amend",
            "Change a floor in the file, with the reason; it shows with every later verdict",
            Edit,
            Writes,
            proofs::amend::amend,
        ),
        row(
            "gate.sign",
            "Sign off a variant that passed; it holds while the proof does",
            Edit,
            Writes,
            proofs::sign::sign,
        ),
        row("runs.list", "List runs, newest first", Read, Reads, evals::runs::list),
        row("runs.show", "Show a run with some of its answers", Read, Reads, evals::runs::show),
        row(
            "runs.compare",
            "Compare two runs or variants, paired",
            Read,
            Reads,
            evals::runs::compare,
        ),
        row(
            "runs.answers",
            "Page through the answers of a run, the worst first",
            Read,
            Reads,
            evals::answers::answers,
        ),
        row(
            "runs.changes",
            "Compare two runs or variants by group and case by case",
            Read,
            Reads,
            evals::changes::changes,
        ),
        row(
            "rules.draft",
            "Draft rules from the cases, for people to edit",
            Edit,
            Writes,
            evals::draft::draft,
        ),
    ]
}
