"""Writes the reference vectors that the scorers' unit tests read.

    python3 -m venv venv && venv/bin/pip install rouge-score sacrebleu scikit-learn rapidfuzz jsonschema
    venv/bin/python make_vectors.py

Each file names the package versions that computed it. Same packages, same files.
"""

import json
import random
from importlib.metadata import version
from pathlib import Path

import numpy as np
from jsonschema import Draft202012Validator
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu import sentence_bleu, sentence_chrf
from sklearn.metrics import ndcg_score

HERE = Path(__file__).parent
RANDOM = random.Random(20261123)


def long_text(words, n):
    return " ".join(RANDOM.choice(words) for _ in range(n))


WORDS = "the a cat dog sat ran on under mat tree, quickly. slowly; and but it's 3.14 1,000 £5".split()
LONG = long_text(WORDS, 600)
SHUFFLED = long_text(WORDS, 500)

# (output, reference)
PAIRS = [
    ("", ""),
    ("", "a reference"),
    ("an output", ""),
    ("   ", "a b"),
    ("the cat sat on the mat", "the cat sat on the mat"),
    ("the cat sat on the mat", "the cat is on the mat"),
    ("the cat", "the cat sat on the mat near the door"),
    ("the the the the", "the cat sat on the mat"),
    ("a b c", "x y z"),
    ("cat", "cat"),
    ("cat", "dog"),
    ("mat the on sat cat the", "the cat sat on the mat"),
    ("The Cat SAT on the MAT.", "the cat sat on the mat"),
    ("Hello, world! It's 3.14, or 1,000-ish (say); e.g. 5-6.", "Hello world: it's 3,14 or 1000 - say e.g. 5 - 6."),
    ("state-of-the-art\nhyphen-\nated &amp; &quot;quoted&quot; &lt;b&gt; <skipped> end", "state of the art hyphenated & \"quoted\" <b> end"),
    ("1.5.2. a.b ,c .5 5. 7,8,9 x,y", "1.5.2 a.b, c .5 5 7,8,9 x, y"),
    ("$5.00 #tag @user 100% [x] {y} ~z ^w _v_ `u` \\t/s", "$5 #tag @user 100 % [ x ] { y }"),
    ("naïve café über Straße", "naive cafe uber Strasse"),
    ("naïve café über Straße", "Naïve café, über STRASSE"),
    ("今天天气很好。", "今天的天气很好。"),
    ("東京は日本の首都です", "日本の首都は東京です"),
    ("emoji 👩‍👩‍👧 and 🎉🎉", "emoji 👩‍👩‍👧 or 🎉"),
    ("İstanbul K ſ", "istanbul k s"),
    ("tab\tand\u00a0nbsp\u2003em\x1cfs\x85nel", "tab and nbsp em fs nel"),
    ("trailing space . ", "trailing space ."),
    ("ab", "abcdefg"),
    ("abcdefg", "ab"),
    ("aaaaaaa", "aaaaaaaaaaaa"),
    ("... !!! ???", "... !!! ???"),
    ("a\n\nb\r\nc", "a b c"),
    (LONG, LONG),
    (LONG, SHUFFLED),
    (SHUFFLED, LONG),
    (LONG[:300], LONG),
    (long_text(list("ab"), 300), long_text(list("ab"), 280)),
    (long_text([str(i) for i in range(2000)], 1500), long_text([str(i) for i in range(2000)], 1400)),
]

# (output, references)
MANY = [
    ("the cat sat on the mat", ["there is a cat on the mat", "the cat sat upon a mat"]),
    ("the the the", ["the cat", "the the dog"]),
    ("a b c d", ["a b", "a b c d e f"]),
    ("", ["a", "b c"]),
    ("short one", ["short one", "a much longer reference than that"]),
]


def versions(*names):
    return {name: version(name) for name in names}


def write(name, packages, vectors):
    body = {"made_with": versions(*packages), "vectors": vectors}
    text = json.dumps(body, ensure_ascii=True, indent=1)
    (HERE / f"{name}.json").write_text(text + "\n")


def rouge():
    kinds = [f"rouge{n}" for n in range(1, 6)] + ["rougeL"]
    scorer = RougeScorer(kinds, use_stemmer=False)
    vectors = []
    for output, reference in PAIRS:
        scores = scorer.score(reference, output)
        vectors.append({"output": output, "references": [reference], **{k: float(s.fmeasure) for k, s in scores.items()}})
    for output, references in MANY:
        scores = scorer.score_multi(references, output)
        vectors.append({"output": output, "references": references, **{k: float(s.fmeasure) for k, s in scores.items()}})
    write("rouge", ["rouge_score"], vectors)


def bleu_and_chrf():
    vectors = [
        {
            "output": output,
            "references": references,
            "bleu": sentence_bleu(output, references).score / 100,
            "chrf": sentence_chrf(output, references).score / 100,
        }
        for output, references in [(o, [r]) for o, r in PAIRS] + MANY
    ]
    write("bleu_chrf", ["sacrebleu"], vectors)


def edits():
    vectors = [
        {
            "output": output,
            "reference": reference,
            "distance": Levenshtein.distance(output, reference),
            "similarity": Levenshtein.normalized_similarity(output, reference),
            "ratio": fuzz.ratio(output, reference) / 100,
        }
        for output, reference in PAIRS
    ]
    write("edits", ["rapidfuzz"], vectors)


def ndcg_of(ranked, grades, k):
    """sklearn on the whole collection: what was not retrieved stands below every rank that counts."""
    depth = k or max(len(ranked), len(grades), 1)
    fillers = [0.0] * (depth + 1)
    missing = [grade for name, grade in grades.items() if name not in ranked]
    truth = [grades.get(name, 0.0) for name in ranked] + fillers + missing
    scores = np.arange(len(truth), 0, -1, dtype=float)
    return float(ndcg_score([truth], [scores], k=depth))


def ranking():
    cases = [
        (["a", "b", "c"], {"a": 1, "b": 1, "c": 1}),
        (["a", "b", "c"], {"c": 1}),
        (["a", "b", "c"], {"d": 1}),
        (["a", "b", "c", "d"], {"a": 3, "b": 2, "c": 3, "e": 1}),
        (["d", "c", "b", "a"], {"a": 3, "b": 2, "c": 1}),
        (["a"], {"a": 1, "b": 1, "c": 1, "d": 1}),
        (["x", "a", "y", "b"], {"a": 0.5, "b": 2.5}),
        (["a", "b"], {"a": 0, "b": 1}),
    ]
    for _ in range(20):
        names = [f"doc{i}" for i in range(RANDOM.randint(2, 30))]
        ranked = RANDOM.sample(names, RANDOM.randint(1, len(names)))
        relevant = RANDOM.sample(names, RANDOM.randint(1, len(names)))
        cases.append((ranked, {name: RANDOM.choice([1, 1, 2, 3, 0.5]) for name in relevant}))
    vectors = []
    for ranked, grades in cases:
        for k in (None, 1, 3, 10):
            vectors.append({"ranked": ranked, "grades": grades, "k": k, "ndcg": ndcg_of(ranked, grades, k)})
    write("ndcg", ["scikit-learn"], vectors)



def json_schema():
    address = {
        "$defs": {"name": {"type": "string", "minLength": 2, "pattern": "^[A-Z]"}},
        "type": "object",
        "properties": {
            "name": {"$ref": "#/$defs/name"},
            "age": {"type": "integer", "minimum": 0, "exclusiveMaximum": 150},
            "tags": {"type": "array", "items": {"enum": ["a", "b", 1]}, "uniqueItems": True, "maxItems": 3},
            "contact": {"oneOf": [{"required": ["mail"]}, {"required": ["phone"]}]},
        },
        "required": ["name"],
        "additionalProperties": False,
    }
    queue = {"type": "object", "properties": {"queue": {"enum": ["billing", "returns"]}}, "required": ["queue"]}
    tuple_like = {"type": "array", "prefixItems": [{"type": "number"}, {"type": "string"}], "items": False}
    choice = {"if": {"properties": {"kind": {"const": "x"}}}, "then": {"required": ["x"]}, "else": {"required": ["y"]}}
    number = {"type": "number", "multipleOf": 0.5, "maximum": 10}
    nothing = {"not": {}}
    dependent = {"dependentRequired": {"card": ["address"]}, "minProperties": 1}
    contains = {"type": "array", "contains": {"minimum": 5}, "minContains": 2, "maxContains": 3}
    instances = {
        "address": (address, [{"name": "Ann"}, {"name": "a"}, {"name": "Ann", "age": 1.0}, {"name": "Ann", "age": 1.5},
                              {"name": "Ann", "age": 150}, {"name": "Ann", "x": 1}, {}, {"name": "Ann", "tags": ["a", "a"]},
                              {"name": "Ann", "tags": ["a", 1]}, {"name": "Ann", "tags": [1.0]}, {"name": "Ann", "contact": {}},
                              {"name": "Ann", "contact": {"mail": 1}}, {"name": "Ann", "contact": {"mail": 1, "phone": 2}}, [], None, "Ann"]),
        "queue": (queue, [{"queue": "billing"}, {"queue": "Billing"}, {"queue": "billing", "note": "x"}, {}, {"queue": None}, []]),
        "tuple": (tuple_like, [[1, "a"], [1], [], ["a", 1], [1, "a", 2], {}]),
        "choice": (choice, [{"kind": "x", "x": 1}, {"kind": "x"}, {"kind": "y", "y": 1}, {"x": 1}, {"y": 1}, 7]),
        "number": (number, [0, 0.5, 10, 10.5, 0.3, "1", True, 1e300]),
        "nothing": (nothing, [None, {}, 1]),
        "dependent": (dependent, [{}, {"card": 1}, {"card": 1, "address": 2}, {"address": 2}]),
        "contains": (contains, [[5], [5, 6], [5, 6, 7, 8], [1, 5, 6], []]),
        "true": (True, [None, 1, {}]),
        "false": (False, [None, 1, {}]),
    }
    vectors = []
    for schema, values in instances.values():
        validator = Draft202012Validator(schema)
        vectors += [{"schema": schema, "instance": value, "valid": validator.is_valid(value)} for value in values]
    write("json_schema", ["jsonschema"], vectors)


rouge()
bleu_and_chrf()
edits()
ranking()
json_schema()
