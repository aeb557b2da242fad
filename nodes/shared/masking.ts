import type { IDataObject } from 'n8n-workflow';

const MASK = '********';
const STARS = /[*\u2022]{3}/;

/** Fields in which the API answers with secrets in clear text (fact sheet of docs/fluents.openapi.yaml). */
const SECRET_FIELDS = new Set(['api_key', 'credentials', 'signature_secret']);

/**
 * Hides secrets at any depth: `credentials` of account connections, `api_key` of voices and
 * `signature_secret` of actions, also where an agent or a call embeds them.
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
	return inside && value !== null && value !== undefined && value !== '' ? replace(value) : value;
}
