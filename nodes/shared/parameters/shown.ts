import { maskSecrets } from '../masking';

/** Characters of a value that a message shows at most. */
const LONGEST = 80;

/** What a user gave, as a message may show it: secrets masked, on one line, and not long. */
export function shown(value: unknown): string {
	const masked = maskSecrets(value);
	const text = typeof masked === 'string' ? `'${masked}'` : asText(masked);
	// eslint wants no control characters in a pattern, so they are named by their category.
	const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
	return line.length > LONGEST ? `${line.slice(0, LONGEST)}...` : line;
}

function asText(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value);
	try {
		return JSON.stringify(value);
	} catch {
		return Array.isArray(value) ? 'a list' : 'an object';
	}
}
