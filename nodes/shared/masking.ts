import { mapDeep, plainText } from './json';
import { Memory } from './memory';

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

const SLASH = '(?:/|%(?:25)*2f|\\\\u002f|&#47;)';
const QUESTION_MARK = '(?:\\?|%(?:25)*3f|\\\\u003f|&#63;)';
const PATH_SECRET = '([\\w-]{22}(?![\\w-])|[*\u2022]{3,50})';

/** The secret of a caller lookup, which stands at the end of the path, or in the query of one that lies above. */
const ENDPOINT_SECRETS = [
	new RegExp(`(${SLASH})${PATH_SECRET}(?=${QUESTION_MARK}(?:was|n8n)${EQUALS})`, 'gi'),
	new RegExp(`(was${EQUALS}(?:~|%(?:25)*7e)[^\\s"'<>&~]{0,200}?${COLON})${PATH_SECRET}`, 'gi'),
];

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

/** A text that is shorter is no secret, and could be a part of any word. */
const SHORTEST_SECRET = 8;

/** The secrets in a value, at any depth, by which they are found where somebody repeats them. */
export function secretsOf(value: unknown): string[] {
	const found = new Set<string>();
	mapSecrets(value, (secret) => found.add(plainText(secret)));
	return [...found].filter((secret) => secret.length >= SHORTEST_SECRET);
}

/**
 * Hides the secrets in a text that somebody will read: those given, in each spelling of URLs, HTML and JSON,
 * those in the addresses of triggers, and user and password of any address.
 */
export function maskText(text: string, secrets: readonly string[]): string {
	const masked = secrets.reduce((rest, secret) => rest.replace(patternOf(secret), MASK), text);
	return maskSecrets(masked).replace(USER_INFO, '');
}

function mapSecrets(value: unknown, replace: (secret: unknown) => unknown): unknown {
	const leaf = (one: unknown, isSecret: boolean) => {
		if (isSecret) return (one ?? '') === '' ? one : replace(one);
		return typeof one === 'string'
			? [ADDRESS_SECRET, ...ENDPOINT_SECRETS].reduce(
					(text, pattern) =>
						text.replace(
							pattern,
							(_, name, secret) => `${name}${String(replace(secret))}`,
						),
					one,
				)
			: one;
	};
	const inField = (name: string, isSecret: boolean) => isSecret || SECRET_FIELDS.has(name);
	return mapDeep(value, { leaf, inField }, false);
}

/** Hides one secret wherever it stands in texts and in names of fields. @returns a copy. */
export function withoutSecret<T>(value: T, secret: string): T {
	const pattern = patternOf(secret);
	const hide = (text: string) => text.replace(pattern, MASK);
	const leaf = (one: unknown) => (typeof one === 'string' ? hide(one) : one);
	return mapDeep(value, { leaf, rename: hide }, undefined) as T;
}

const NOTHING = /(?!)/;

const patterns = new Memory<RegExp>(1000, Infinity);

/** Finds a secret as it is, each character of it also as URLs, JSON or HTML write it, and all of it in base64 or hex. */
function patternOf(secret: string): RegExp {
	const known = secret === '' ? NOTHING : patterns.get(secret);
	if (known) return known;
	const plain = (text: string) => text.replace(/[^\w]/g, '\\$&');
	const characters = [...secret].map((character) => {
		const code = character.codePointAt(0) ?? 0;
		const hex = code.toString(16).padStart(2, '0');
		return `(?:\\\\?${plain(character)}|%(?:25)*${hex}|\\\\u00${hex}|&#(?:${code}|x${hex});)`;
	});
	const bytes = Buffer.from(secret);
	const encoded = (['base64', 'base64url', 'hex'] as const).map((encoding) =>
		plain(bytes.toString(encoding).replace(/=+$/, '')),
	);
	const pattern = new RegExp([characters.join(''), ...encoded].join('|'), 'gi');
	patterns.set(secret, pattern);
	return pattern;
}
