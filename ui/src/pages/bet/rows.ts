// Pure. Which files hold rows as text, and what to do with those that do not.

export const EXAMPLE = `input,expected,model_a,model_b
"The invoice shows a wrong amount",billing,billing,billing
"My parcel has not arrived",shipping,technical,shipping`;

const SHEETS = /\.(xlsx?|ods|numbers)$/i;
const MOST_MB = 30;

/** Why a file cannot be taken, and what to do; null where it can. */
export function unreadable({ name, size }: { name: string; size: number }): string | null {
  if (SHEETS.test(name)) return `${name} is a spreadsheet file. Copy its cells and paste them here, or save it as CSV.`;
  if (/\.(pdf|docx?|zip|gz|png|jpe?g)$/i.test(name)) return `${name} holds no rows as text. CSV, TSV and JSONL do.`;
  if (size === 0) return `${name} is empty.`;
  if (size > MOST_MB * 1024 * 1024) return `${name} is larger than ${MOST_MB} MB. A verdict needs some hundred rows; take a sample of them.`;
  return null;
}
