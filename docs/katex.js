// A line of JSON in, {tex, display, mathml}: a line of JSON out, {html} or {error}. Started once for all formulas of a build, by formulas.py.
const katex = require(process.argv[2]);
const { createInterface } = require("node:readline");

createInterface({ input: process.stdin }).on("line", (line) => {
  const { tex, display, mathml } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(tex, { displayMode: display, output: mathml ? "mathml" : "htmlAndMathml", strict: "ignore" }) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
});
