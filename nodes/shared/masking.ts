import type { IDataObject } from 'n8n-workflow';

/** Carries the secret in the addresses that this package's triggers give to Fluents.ai. */
export const SECRET_PARAMETER = 'n8n_secret';

/** An address can stand in the query of another one, encoded once or more. */
const URL_SECRET = new RegExp(
	`((?:[?&]|%(?:25)*(?:3F|26))${SECRET_PARAMETER}(?:=|%(?:25)*3D))([^&?#%\\s"']+)`,
	'gi',
);

const MASK = '********';
const STARS = /[*\u2022]{3}/;

/** Fields in which the API answers with secrets in clear text (API: getAccountConnection, getVoice, getAction). */
const SECRET_FIELDS = new Set(['api_key', 'credentials', 'signature_secret']);

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
		? value.replace(URL_SECRET, (_, name, secret) => `${name}${String(replace(secret))}`)
		: value;
}
