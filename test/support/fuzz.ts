/**
 * How the fuzzers draw their cases. A failure names its seed, and `FUZZ_SEED` repeats it. `npm test` draws the
 * same 500 each time, so that it fails only by what was changed; `npm run fuzz` draws others.
 */
const { FUZZ_CASES, FUZZ_SEED = FUZZ_CASES ? Date.now() % 1_000_000_000 : 2026 } = process.env;

export const seed = Number(FUZZ_SEED);

/** Cases under each of the two truths. */
export const cases = Number(FUZZ_CASES ?? 500) / 2;

/** Words of JavaScript itself, which tell a user nothing. */
export const ENGINE_WORDS =
	/\b(Type|Range|Reference|Syntax)Error\b|is not (a function|iterable|defined|a constructor)|Cannot (read|set|convert|access|destructure|mix)|of (undefined|null)\b|call stack|Invalid (time|array|string|count)|circular|\[object |Unexpected (token|end|non-whitespace)|JSON at position/i;

/** What a message may not have, beside words of JavaScript: what reorders or breaks it, and endless text. */
export function faultsOf(message: string): string[] {
	return [
		...(ENGINE_WORDS.test(message) ? [`tells of JavaScript: ${message}`] : []),
		...(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u.test(message)
			? [`has control characters: ${JSON.stringify(message)}`]
			: []),
		...(message.length > 5003 ? [`has ${message.length} characters`] : []),
	];
}
