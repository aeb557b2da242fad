import type { ICredentialDataDecryptedObject, IHttpRequestOptions } from 'n8n-workflow';

import { foreignText } from '../foreignText';

export const CREDENTIAL_NAME = 'fluentsAiApi';
/** Looks at each slash once: `/\/+$/` alone would begin anew at every one of them. */
const TRAILING_SLASHES = /(?<!\/)\/+$/;

export const DEFAULT_BASE_URL = 'https://api.fluents.ai/v1';

export interface FluentsCredential {
	/** The environment that the key belongs to. */
	environment: string;
	apiKey: string;
	/** Without a slash at the end. */
	baseUrl: string;
}

/**
 * Reads and checks what the user typed into the credential.
 *
 * @throws Error that names the field and says how to mend it; it never contains the key.
 */
export function parseCredential(data: ICredentialDataDecryptedObject): FluentsCredential {
	return {
		environment: text(data.environment) || 'default',
		apiKey: parseApiKey(text(data.apiKey)),
		baseUrl: parseBaseUrl(text(data.baseUrl) || DEFAULT_BASE_URL),
	};
}

/**
 * Adds the key to a request of n8n's HTTP helpers.
 *
 * @throws Error when the request goes to another origin than the credential's base URL.
 */
export function authorize(
	{ environment, apiKey, baseUrl }: FluentsCredential,
	request: IHttpRequestOptions & { uri?: string },
): IHttpRequestOptions {
	// The HTTP Request node still uses the helper that calls the address `uri`.
	const target = targetOf(request);
	const own = new URL(baseUrl).origin;
	if (target !== own) {
		throw new Error(
			`The API key of environment '${environment}' is sent to ${own} only, and this request goes to ${target ?? 'no web address'}. Check the URL of the request and the Base URL of the credential.`,
		);
	}
	return {
		...request,
		// In lower case: n8n-core 1.98 repeats a header `Authorization` on redirects to other origins.
		headers: { ...withoutAuthorization(request.headers), authorization: `Bearer ${apiKey}` },
		// n8n repeats the Authorization header on redirects to other origins unless told otherwise.
		sendCredentialsOnCrossOriginRedirect: false,
	};
}

/** What the parser of addresses leaves out wherever it stands, and before the address. */
const IGNORED = /[\t\n\r]|^[\p{Cc} ]+/gu;

/**
 * The origin that the HTTP client sends a request to. Like the client, it parses an address without a
 * base: `https:host` would be relative to one. Only where the request has a base of its own, a path is put
 * behind it.
 *
 * @returns undefined for what is no address.
 */
function targetOf({
	url,
	uri,
	baseURL,
}: IHttpRequestOptions & { uri?: string }): string | undefined {
	const address = (url ?? uri ?? '').replace(IGNORED, '');
	const isAbsolute = /^([a-z][a-z\d+.-]*:|[/\\]{2})/i.test(address);
	if (!baseURL || isAbsolute) return originOf(address);
	return originOf(`${baseURL.replace(TRAILING_SLASHES, '')}/${address.replace(/^\/+/, '')}`);
}

function originOf(address: string): string | undefined {
	return URL.canParse(address) ? new URL(address).origin : undefined;
}

function withoutAuthorization(headers: IHttpRequestOptions['headers'] = {}) {
	const others = Object.entries(headers).filter(([name]) => !/^authorization$/i.test(name));
	return Object.fromEntries(others);
}

/** Whether a request to this address may carry secrets: https, or http that stays on this machine. */
export function isPrivateTransport({ protocol, hostname }: URL): boolean {
	const loopback =
		hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
	return protocol === 'https:' || (protocol === 'http:' && loopback);
}

function parseApiKey(apiKey: string): string {
	if (apiKey === '') {
		throw new Error(
			"The 'API Key' of the Fluents.ai credential is empty. Copy it from Fluents.ai: Settings > Environments > API Key column.",
		);
	}
	if (/^bearer\s/i.test(apiKey)) {
		throw new Error(
			"The 'API Key' of the Fluents.ai credential starts with the word Bearer. Enter the key alone: the word is added when it is sent.",
		);
	}
	const unusable = /[^\x21-\x7e]/.exec(apiKey);
	if (unusable) {
		throw new Error(
			`The 'API Key' of the Fluents.ai credential has a character at position ${unusable.index + 1} that a key cannot contain (${nameOf(unusable[0])}). Copy the key again from Fluents.ai: Settings > Environments > API Key column.`,
		);
	}
	return apiKey;
}

function parseBaseUrl(baseUrl: string): string {
	const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
	const advice = `It is usually ${DEFAULT_BASE_URL}.`;
	if (!url || !/^https?:$/.test(url.protocol)) {
		throw new Error(
			`The 'Base URL' of the Fluents.ai credential is not a web address: '${foreignText(baseUrl)}'. ${advice}`,
		);
	}
	if (!isPrivateTransport(url)) {
		throw new Error(
			`The 'Base URL' of the Fluents.ai credential must start with https://, so that nobody can read the API key on its way. ${advice}`,
		);
	}
	// The text is looked at, since an empty query leaves no trace in the parsed address.
	if (url.username || url.password || /[?#]/.test(baseUrl)) {
		throw new Error(
			`The 'Base URL' of the Fluents.ai credential may hold only an address and a path, without user, '?' or '#'. ${advice}`,
		);
	}
	return url.href.replace(TRAILING_SLASHES, '');
}

function text(value: unknown): string {
	return typeof value === 'string' ? value.trim() : '';
}

function nameOf(character: string): string {
	if (/\s/.test(character)) return 'white space or a line break';
	return /\p{Cc}/u.test(character) ? 'a control character' : 'not an ASCII character';
}
