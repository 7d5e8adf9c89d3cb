// What Python answers, where it is not recorded.
import { exported } from "../kit/mount.js";

export const NEEDS_PYTHON = "needs Python: open the notebook and run its cells.";

/**
 * look up(kind, same, question, draw, missing): draw(answer) with what is recorded, held by Python or answered before; else it is
 * asked for. In a page without Python missing() is called instead.
 */
export function answers(view, tape) {
  const last = {};
  const find = (kind, same) => [last[kind], view.get("held")[kind], ...tape[kind]].find((one) => one && same(one));
  return (kind, same, question, draw, missing) => {
    const found = find(kind, same);
    if (found) draw(found);
    else if (exported()) missing();
    else {
      view.ask({ kind, ...question }, (answer) => {
        last[kind] = answer;
        draw(find(kind, same) ?? answer); // also one that somebody has moved on from, or nothing would be seen while they drag
      });
    }
  };
}
