// Pure. The blocks of a guideline's Markdown: headings, lists, paragraphs.

export interface Block {
  kind: "heading" | "list" | "text";
  lines: string[];
}

export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let isOpen = false;
  for (const line of text.split("\n")) {
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
    const point = /^\s*[-*]\s+(.*)$/.exec(line)?.[1];
    const [kind, said]: [Block["kind"], string] = heading !== undefined ? ["heading", heading] : point !== undefined ? ["list", point] : ["text", line];
    if (kind === "text" && said.trim() === "") {
      isOpen = false;
      continue;
    }
    const last = blocks.at(-1);
    if (isOpen && last?.kind === kind && kind !== "heading") last.lines.push(plain(said));
    else blocks.push({ kind, lines: [plain(said)] });
    isOpen = true;
  }
  return blocks;
}

/** Without the signs that set a word bold or in code. */
function plain(line: string): string {
  return line.replace(/\*\*(.+?)\*\*/g, "$1").replace(/`(.+?)`/g, "$1").trimEnd();
}
