// Sentences with places for numbers, as words.py writes them.

/** "{unit} of {units}" with the values in their places. */
export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
