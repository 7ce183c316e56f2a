// A project in which something stands on every page: runs, a verdict, a bet, labels that differ, people, a prototype.

import { join as path } from "node:path";

import { done, join } from "./doors.mjs";
import { Folder, startMock } from "./start.mjs";

const FRESH = [
  ["The parcel with order B-9001 never came, and the courier says it was handed over on Tuesday.", "shipping", "shipping"],
  ["You took the money for B-9002 twice. Please give one back.", "billing", "billing"],
  ["I want to send the rear light of B-9003 back, it does not fit my bike.", "returns", "returns"],
  ["My password mail for the app never comes.", "account", "account"],
  ["The app crashes when I plan a tour across the border.", "technical", "technical"],
  ["Please end my membership, and pay back March.", "cancellation", "billing"],
  ["The lamp came broken. Where is the new one?", "returns", "shipping"],
  ["Where do I find the invoice of B-9009?", "billing", "billing"],
  ["Kann ich die Lieferung bis Montag anhalten?", "shipping", "shipping"],
  ["The map is empty since the update.", "technical", "technical"],
];

const GUIDELINE = "# Which desk\n\nR1: what the writer wants now decides, not what is quoted\n\nR2: a lost parcel is shipping, not returns\n\nR3: a charge after a confirmed cancellation is billing";

/** The example with a simulated model, judged. */
export async function furnished() {
  const folder = Folder.example("support-triage");
  const mock = await startMock(path(folder.path, "simulated/mock.toml"));
  folder.write("karat.toml", folder.read("karat.toml") + folder.read("simulated/karat.toml").replace(/base_url = .*/, `base_url = "${mock.url}"`));
  for (const words of [["eval", "--variant", "quick-c", "--variant", "rules"], ["eval"], ["gate"]]) {
    const { code, err } = folder.karat(...words);
    if (code === 3) throw new Error(err);
  }
  return { folder, mock };
}

/** Forty rows as somebody collected them: the first candidate is right on 20, the second on 36. */
export function rows(folder) {
  const cases = folder.read("data/tickets.jsonl").trim().split("\n").map((line) => JSON.parse(line)).slice(0, 40);
  const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
  const other = (queue) => (queue === "billing" ? "technical" : "billing");
  const lines = cases.map(({ input, expected: { queue } }, index) => [quoted(input.message), queue, index % 2 === 0 ? queue : other(queue), index % 10 === 3 ? other(queue) : queue].join(","));
  return ["message,expected,model_a,model_b", ...lines].join("\n");
}

/** What people do: a bet, labels by two, a guideline, a prototype that was tried. `second` joins as Mina. */
export async function furnish(server, folder, admin, second) {
  const text = rows(folder);
  const { columns, scorers } = await done(admin, "bets.preview", { text });
  const bet = await done(admin, "bets.create", {
    name: "answers-by-desk", text, columns, scorer: scorers[0].kind, floor: 0.85, deadline: "2027-01-29", draft_rules: true, spend_cap_usd: 20,
    hypothesis: "A model finds the desk of a message as often as our best agent, and saves an hour a day",
  });
  await done(admin, "gate.judge", { feature: bet.feature });
  await done(admin, "labels.open", {
    name: "winter", feature: "triage", source: "rows", overlap: 2, rows: FRESH.map(([message]) => JSON.stringify({ message })).join("\n"),
    guideline: GUIDELINE,
  });
  const { url } = await done(admin, "people.invite", { role: "labeller", note: "Mina, for the winter messages" });
  await join(second, url, "Mina");
  for (const [person, whose] of [[admin, 1], [second, 2]]) await label(person, whose);
  await done(admin, "labels.open", { name: "spring", feature: "triage", source: "cases", split: "tune", sample: 40, overlap: 2, guideline: GUIDELINE });
  const prototype = await done(admin, "prototypes.publish", { feature: "triage", variant: "live", title: "Which desk answers you" });
  const door = `${server.url}/prototype/${prototype.url.split("/").at(-1)}`;
  const headers = { "content-type": "application/json", origin: server.url };
  const answer = await (await second.context.request.post(`${door}/try`, { headers, data: { input: { message: "I lost my password" } } })).json();
  await second.context.request.post(`${door}/thumb`, { headers, data: { answer_id: answer.answer_id, thumb: "up", comment: "That was the right desk." } });
  return { bet: bet.bet, prototype: `/p/${prototype.url.split("/").at(-1)}` };
}

/** Labels what it has an answer for, as long as something is offered: some items come twice. */
async function label(person, whose) {
  const said = new Map(FRESH.map((item) => [item[0], item[whose]]));
  for (;;) {
    const { item } = await done(person, "labels.next", { queue: "winter" });
    if (!item) return;
    await done(person, "labels.submit", { queue: "winter", item: item.id, lease: item.lease, value: said.get(item.input.message), seconds: 6 });
  }
}
