import { expect, test } from "vitest";
import { asSentence } from "./sentence.ts";

test("a sentence begins with a capital letter and ends with one full stop", () => {
  expect(["you are done", "Done.", "  is it?  ", "", "ähnlich"].map(asSentence)).toEqual(["You are done.", "Done.", "Is it?", "", "Ähnlich."]);
});
