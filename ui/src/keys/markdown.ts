// Pure. The list of keys as a page of the documents.
import { drawn, type Key, type Place } from "./registry.ts";

const HEADINGS: Record<Place, string> = {
  everywhere: "Everywhere", list: "In a list", dialog: "In a dialog", bet: "New bet", play: "Play", evals: "Evals",
  gate: "Gate", live: "Live", label: "Label", item: "On one item to label", data: "Data", page: "Page", settings: "Settings",
};

export function heading(place: Place): string {
  return HEADINGS[place];
}

export function places(keys: readonly Key[]): Place[] {
  return (Object.keys(HEADINGS) as Place[]).filter((place) => keys.some((key) => key.place === place));
}

export function markdown(keys: readonly Key[]): string {
  const tables = places(keys).map((place) => {
    const rows = keys
      .filter((key) => key.place === place)
      .map((key) => `| <kbd>${drawn(key.keys, false)}</kbd> | ${key.says} |`);
    return `## ${HEADINGS[place]}\n\n| keys | what they do |\n| --- | --- |\n${rows.join("\n")}\n`;
  });
  return [
    "# Keys of the browser application\n",
    "Written by `npm run keys` from the list that the application itself uses.",
    "Keys without Ctrl or Cmd can be switched off in the sheet that `?` opens.\n",
    ...tables,
  ].join("\n");
}
