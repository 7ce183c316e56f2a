// Pure. Forty rows as somebody would paste them: the first candidate is right on 20 of them, the second on 36.

const QUEUES = [
  ["billing", "the invoice shows a wrong amount"],
  ["shipping", "my parcel has not arrived"],
  ["returns", "i want to send the lamp back for a refund"],
  ["technical", "the app crashes when i open the map"],
];

export function fortyRows() {
  const rows = ["input\texpected\tmodel_a\tmodel_b"];
  for (let index = 0; index < 40; index += 1) {
    const [queue, words] = QUEUES[index % 4];
    const [wrong] = QUEUES[(index + 1) % 4];
    const a = index < 20 ? queue : wrong;
    const b = index % 10 === 3 ? wrong : queue;
    rows.push([`message ${index}: ${words}`, queue, a, b].join("\t"));
  }
  return rows.join("\n");
}
