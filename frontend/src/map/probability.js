// Probabilities as the map shows them: five classes, and percentages in the reader's language.

// Where each class after the first begins. Most countries get next to nothing, so even steps would show one colour.
export const STEPS = [0.01, 0.05, 0.15, 0.4];

/** The class of a probability, 0 to 4. */
export const classOf = (probability) => STEPS.filter((step) => probability >= step).length;

/** `41 %`, `3.2 %`, `< 0.1 %`: never a zero that is none. */
export function percent(probability, language) {
  const share = 100 * probability;
  const text = (value, digits) => new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
  if (share > 0 && share < 0.1) return `< ${text(0.1, 1)}${SIGN}`;
  return text(share, share < 9.95 ? 1 : 0) + SIGN;
}

// With a space in English too, as everywhere on the page; one that breaks no line.
const SIGN = "\u00a0%";

/** What each class of the legend covers. */
export function classTexts() {
  const inner = STEPS.slice(1).map((end, i) => `${100 * STEPS[i]}–${100 * end}${SIGN}`);
  return [`< ${100 * STEPS[0]}${SIGN}`, ...inner, `≥ ${100 * STEPS[STEPS.length - 1]}${SIGN}`];
}

/** The place of a country among all, from 1, and how many there are. */
export function rankOf(code, probabilities) {
  const own = probabilities[code];
  const all = Object.values(probabilities);
  return { rank: 1 + all.filter((other) => other > own).length, count: all.length };
}
