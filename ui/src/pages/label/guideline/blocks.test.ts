import { expect, test } from "vitest";
import { blocksOf } from "./blocks.ts";

test("headings, lists and paragraphs are told apart; anything else is text", () => {
  expect(blocksOf("# Queues\n\nR1: a **refund** is returns\nmore\n\n- one\n- `two`\n<script>alert(1)</script>")).toEqual([
    { kind: "heading", lines: ["Queues"] },
    { kind: "text", lines: ["R1: a refund is returns", "more"] },
    { kind: "list", lines: ["one", "two"] },
    { kind: "text", lines: ["<script>alert(1)</script>"] },
  ]);
  expect(blocksOf("")).toEqual([]);
});
