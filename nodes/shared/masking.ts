import type { IDataObject } from 'n8n-workflow';

/** Carries the secret in the addresses that this package's triggers give to Fluents.ai. */
export const SECRET_PARAMETER = 'n8n_secret';

/** The name of that secret, `=` or `:` after it, and quotes, each plain or as URLs, HTML or JSON write it. */
const SECRET_NAME = SECRET_PARAMETER.replace('_', '(?:_|%(?:25)*5f|\\\\u005f|&#95;)');
const QUOTE = '(?:\\\\*["\']|%(?:25)*2[27]|&quot;|&#3[49];|\\\\u002[27])';
const EQUALS = '(?:=|%(?:25)*3d|&#61;|&equals;|\\\\u003d)';
const COLON = '(?::|%(?:25)*3a|&#58;|&colon;|\\\\u003a)\\s{0,9}';

/** The secret in an address, which may stand in the query of another one, in JSON or in a page. */
const ADDRESS_SECRET = new RegExp(
	`(${SECRET_NAME}${QUOTE}{0,3}(?:${EQUALS}|${COLON})${QUOTE}{0,3})([^&?#%\\s"'<>(){},;\\\\]+)`,
	'gi',
);

/** User and password of an address. */
const USER_INFO = /(?<=[/\\]{2})[^\s/\\?#"'<>]*@/g;

const MASK = '********';
const STARS = /[*\u2022]{3}/;

/** Fields in which the API answers with secrets in clear text (API: getAccountConnection, getVoice, getAction). */
const SECRET_FIELDS = new Set(['api_key', 'credentials', 'signature_secret', SECRET_PARAMETER]);

/**
 * Hides secrets at any depth: `credentials` of account connections, `api_key` of voices,
 * `signature_secret` of actions, also where an agent or a call embeds them, and the secrets in the
 * addresses of triggers.
 *
 * @returns a copy; secrets that are not set stay visible as null or empty.
 */
export function maskSecrets<T>(value: T): T {
	return mapSecrets(value, () => MASK) as T;
}

/** Whether stars stand where a secret belongs, as they do in masked output. */
export function hasMaskedSecret(value: unknown): boolean {
	let found = false;
	mapSecrets(value, (secret) => (found ||= STARS.test(String(secret))));
	return found;
}

/**
 * Hides the secrets in a text that somebody will read: those given, in each spelling of URLs and JSON,
 * those in the addresses of triggers, and user and password of any address.
 */
export function maskText(text: string, secrets: readonly string[]): string {
	let masked = text;
	for (const secret of secrets) {
		for (const spelling of [
			secret,
			encodeURIComponent(secret),
			JSON.stringify(secret).slice(1, -1),
		])
			if (spelling !== '') masked = masked.replaceAll(spelling, MASK);
	}
	return maskSecrets(masked).replace(USER_INFO, '');
}

function mapSecrets(
	value: unknown,
	replace: (secret: unknown) => unknown,
	inside = false,
): unknown {
	if (Array.isArray(value)) return value.map((entry) => mapSecrets(entry, replace, inside));
	if (value !== null && typeof value === 'object') {
		const entries = Object.entries(value as IDataObject);
		return Object.fromEntries(
			entries.map(([key, entry]) => [
				key,
				mapSecrets(entry, replace, inside || SECRET_FIELDS.has(key)),
			]),
		);
	}
	if (inside)
		return value !== null && value !== undefined && value !== '' ? replace(value) : value;
	return typeof value === 'string'
		? value.replace(ADDRESS_SECRET, (_, name, secret) => `${name}${String(replace(secret))}`)
		: value;
}

/** Hides one secret wherever it stands in texts and in names of fields. @returns a copy. */
export function withoutSecret<T>(value: T, secret: string): T {
	const pattern = new RegExp(secret.replace(/\W/g, '\\$&'), 'gi');
	const hide = (one: unknown): unknown => {
		if (typeof one === 'string') return one.replace(pattern, MASK);
		if (Array.isArray(one)) return one.map(hide);
		if (one === null || typeof one !== 'object') return one;
		const entries = Object.entries(one).map(([name, inner]) => [hide(name), hide(inner)]);
		return Object.fromEntries(entries);
	};
	return hide(value) as T;
}
