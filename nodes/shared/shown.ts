import { foreignText } from './foreignText';
import { maskSecrets } from './masking';

/** Characters of a value that a message shows at most. */
const LONGEST = 80;

/** What a user gave, as a message may show it: harmless as all foreign text, and not long. */
export function shown(value: unknown): string {
	if (typeof value === 'string') return `'${foreignText(value, [], LONGEST)}'`;
	return foreignText(asText(value), [], LONGEST);
}

function asText(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value);
	try {
		return JSON.stringify(maskSecrets(value));
	} catch {
		return Array.isArray(value) ? 'a list' : 'an object';
	}
}
