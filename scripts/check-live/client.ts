import axios, { type AxiosInstance, type AxiosRequestConfig } from 'axios';

import type { FluentsCredential } from '../../nodes/shared/api/credential';

/** What came back, the body as it was sent. */
export interface RawAnswer {
	status: number;
	headers: Record<string, unknown>;
	text: string;
}

/** The most bytes of a file that are read before the connection is closed. */
const FIRST_BYTES = 64;

/** Times that a request is sent again after a 429. */
const MOST_WAITS = 3;

/**
 * An HTTP client that cannot change anything: whatever is not a plain GET is refused before it leaves.
 * It follows no redirect, so that the key stays at the origin of the base URL.
 */
export function readOnlyClient(config: AxiosRequestConfig): AxiosInstance {
	const client = axios.create({
		...config,
		timeout: 30_000,
		maxRedirects: 0,
		validateStatus: () => true,
		responseType: 'text',
		transformResponse: (body: unknown) => body,
	});
	client.interceptors.request.use((request) => {
		if (request.method?.toLowerCase() !== 'get' || request.data !== undefined) {
			throw new Error(`Only reading is allowed here, not ${String(request.method)}`);
		}
		return request;
	});
	return client;
}

/** Reads from the API, one request after the other, with the key or with a wrong one. */
export class LiveReader {
	private readonly client: AxiosInstance;

	/** @param pause waits so many milliseconds; replaced in tests */
	constructor(
		private readonly credential: FluentsCredential,
		private readonly pause: (milliseconds: number) => Promise<unknown>,
	) {
		this.client = readOnlyClient({ baseURL: credential.baseUrl });
	}

	/** @throws Error without the key, when no answer arrives */
	async read(
		path: string,
		params: Record<string, unknown>,
		apiKey = this.credential.apiKey,
	): Promise<RawAnswer> {
		const headers = { authorization: `Bearer ${apiKey}` };
		for (let waits = 0; ; waits++) {
			const answer = await withoutDetails(this.client.get<string>(path, { params, headers }));
			if (answer.status !== 429 || waits === MOST_WAITS) {
				return { status: answer.status, headers: answer.headers, text: answer.data };
			}
			const seconds = Number(answer.headers['retry-after']) || 5;
			await this.pause(Math.min(seconds, 60) * 1000);
		}
	}

	/**
	 * The start of a file: as much as the first chunk brings, then the connection is closed.
	 * @throws Error without the key, when no answer arrives
	 */
	async readStart(
		path: string,
		params: Record<string, unknown>,
	): Promise<RawAnswer & { start: Buffer }> {
		const headers = { authorization: `Bearer ${this.credential.apiKey}` };
		const { status, data, ...answer } = await withoutDetails(
			this.client.get<NodeJS.ReadableStream>(path, {
				params,
				headers,
				responseType: 'stream',
			}),
		);
		let start = Buffer.alloc(0);
		// Leaving the loop destroys the stream, and with it the connection.
		for await (const chunk of data) {
			start = Buffer.concat([start, Buffer.from(chunk)]).subarray(0, FIRST_BYTES);
			if (start.length > 3) break;
		}
		return { status, headers: answer.headers, text: '', start };
	}
}

/** The client's own errors carry the request, and with it the key: only their text goes on. */
async function withoutDetails<T>(request: Promise<T>): Promise<T> {
	return await request.catch((error: Error) => {
		throw new Error(`No answer: ${error.message}`);
	});
}
