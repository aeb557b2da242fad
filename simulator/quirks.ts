type Fields = Record<string, unknown>;

/** What a server may do besides all truths, as other servers do. Off as long as it is not set. */
export interface Quirks {
	/** How many characters of a `description` are kept; the rest is cut. */
	descriptionLength?: number;
	/** What is kept of the URL of a webhook, an external action or a context endpoint. */
	storedUrl?: (url: string) => string;
	/** Answers hide each `signature_secret`. */
	secretsMasked?: boolean;
	/** Fields that items of lists do not have, such as `description`. */
	listsWithout?: string[];
	/** Lists come in the order of creation, whatever sort_column says. */
	sortIgnored?: boolean;
	/** Milliseconds by which the API is behind a call: its events come before it says so. */
	callLagMs?: number;
	/** Each live request of a call is sent once more, this many milliseconds after the first. */
	questionRepeatedAfterMs?: number;
	/** Milliseconds that a live request waits for an answer; default 10,000. */
	answerTimeoutMs?: number;
}

const isObject = (value: unknown): value is Fields =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** The fields of an object as the server keeps them. */
export function keptFields(fields: Fields, quirks: Quirks): Fields {
	const { descriptionLength, storedUrl = (url: string) => url } = quirks;
	const kept = { ...fields };
	if (typeof kept.description === 'string') {
		kept.description = kept.description.slice(0, descriptionLength);
	}
	for (const name of ['url', 'context_endpoint']) {
		if (typeof kept[name] === 'string') kept[name] = storedUrl(kept[name]);
	}
	if (isObject(kept.config) && typeof kept.config.url === 'string') {
		kept.config = { ...kept.config, url: storedUrl(kept.config.url) };
	}
	return kept;
}

function masked(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(masked);
	if (!isObject(value)) return value;
	const entries = Object.entries(value).map(([name, field]) => [
		name,
		name === 'signature_secret' ? '********' : masked(field),
	]);
	return Object.fromEntries(entries);
}

/** The body of an answer as the server sends it. */
export function sentBody(body: unknown, { secretsMasked, listsWithout }: Quirks): unknown {
	const sent = secretsMasked === true ? masked(body) : body;
	if (listsWithout === undefined || !isObject(sent) || !Array.isArray(sent.items)) return sent;
	const items = (sent.items as Fields[]).map((item) =>
		Object.fromEntries(Object.entries(item).filter(([name]) => !listsWithout.includes(name))),
	);
	return { ...sent, items };
}
