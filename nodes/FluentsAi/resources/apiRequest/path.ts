/** What may stand in a path: no query, no other host, no encoding that the server reads as something else. */
const PATH = /^(\/[\w.~-]+)+$/;

/** Ends of paths that dial, buy, cancel or delete, with the operation that does so with its guards. */
const GUARDED: Record<string, string> = {
	'calls/create': 'Create of the resource Call',
	'numbers/buy': 'Buy of the resource Phone Number',
	'numbers/cancel': 'Cancel of the resource Phone Number',
	'numbers/detach': 'Detach of the resource Phone Number',
	'actions/delete': 'Delete of the resource Action',
	'agents/delete': 'Delete of the resource Agent',
	'prompts/delete': 'Delete of the resource Prompt',
	'voices/delete': 'Delete of the resource Voice',
	'webhooks/delete': 'Delete of the resource Webhook',
};

/**
 * Reads a path below the base URL. What the node has an operation for that guards people, money or
 * objects is refused, or the guards would have a back door.
 *
 * @returns the path with one slash before it and none behind.
 * @throws what `fail` makes of the problem, in words that follow the name of the parameter.
 */
export function toApiPath(given: string, fail: (problem: string) => Error): string {
	const path = `/${given.replace(/^\//, '').replace(/\/$/, '')}`;
	const segments = path.slice(1).split('/');
	if (!PATH.test(path) || segments.some((segment) => /^\.+$/.test(segment))) {
		throw fail(
			"has to be a path below the Base URL of the credential, such as /usage: letters, digits and - _ . ~ between slashes. Enter a query under 'Query Parameters'",
		);
	}
	if (/^v\d+$/i.test(segments[0])) {
		throw fail(`begins with /${segments[0]}, which the Base URL has already. Leave it out`);
	}
	const operation = GUARDED[segments.slice(-2).join('/').toLowerCase()];
	if (operation) {
		throw fail(
			`is what the operation ${operation} does. Use that operation: it has safeguards`,
		);
	}
	return path;
}
