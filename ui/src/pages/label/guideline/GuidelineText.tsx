// A guideline as people read it: headings, lists and paragraphs of its Markdown; everything else stays text.
import css from "./GuidelineText.module.css";
import { blocksOf } from "./blocks.ts";

export function GuidelineText({ text }: { text: string }) {
  return (
    <div className={css.guideline}>
      {blocksOf(text).map((block, index) =>
        block.kind === "list"
          ? <ul key={index}>{block.lines.map((line, at) => <li key={at}>{line}</li>)}</ul>
          : <p key={index} data-kind={block.kind}>{block.lines.join("\n")}</p>)}
    </div>
  );
}
