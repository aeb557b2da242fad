import type { IDataObject } from 'n8n-workflow';

const MASK = '********';

/** Fields in which the API answers with secrets in clear text (fact sheet of docs/fluents.openapi.yaml). */
const SECRET_FIELDS = new Set(['api_key', 'credentials', 'signature_secret']);

/**
 * Hides secrets at any depth: `credentials` of account connections, `api_key` of voices and
 * `signature_secret` of actions, also where an agent or a call embeds them.
 *
 * @returns a copy; secrets that are not set stay visible as null or empty.
 */
export function maskSecrets<T>(value: T): T {
	return walk(value, false) as T;
}

function walk(value: unknown, secret: boolean): unknown {
	if (Array.isArray(value)) return value.map((entry) => walk(entry, secret));
	if (value !== null && typeof value === 'object') {
		const entries = Object.entries(value as IDataObject);
		return Object.fromEntries(
			entries.map(([key, entry]) => [key, walk(entry, secret || SECRET_FIELDS.has(key))]),
		);
	}
	return secret && value !== null && value !== undefined && value !== '' ? MASK : value;
}
