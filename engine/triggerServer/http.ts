import { parse as parseForm } from 'node:querystring';
import { promisify } from 'node:util';

import { raw, type Request, type Response } from 'express';
import { sanitizeXmlName } from 'n8n-workflow';
import type { IWebhookDescription, IWebhookResponseData } from 'n8n-workflow';
import { Parser as XmlParser } from 'xml2js';

/** What n8n itself refuses, before a node sees anything of it. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/** With n8n's default for N8N_PAYLOAD_SIZE_MAX. */
const readRaw = promisify(raw({ type: () => true, limit: '16mb' })) as (
	request: Request,
	response: Response,
) => Promise<void>;

const xml = new XmlParser({
	async: true,
	normalize: true,
	normalizeTags: true,
	explicitArray: false,
	tagNameProcessors: [sanitizeXmlName],
	attrNameProcessors: [sanitizeXmlName],
});

/**
 * Reads the body of a request as n8n does: `body` by its content type, `rawBody` as it was sent.
 * Unlike n8n, it leaves multipart forms unread.
 *
 * @throws Refusal when the body is not what its content type says.
 */
export async function readBody(request: Request, response: Response): Promise<void> {
	const [type, ...parameters] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
	const charset = /^\s*charset="?([^"\s]+)/;
	const [encoding = 'utf-8'] = parameters.flatMap((text) => charset.exec(text)?.[1] ?? []);
	request.contentType = type;
	request.encoding = encoding as BufferEncoding;
	if (type.startsWith('multipart/')) return;

	await readRaw(request, response);
	const rawBody = request.body as Buffer | undefined;
	request.body = undefined;
	if (!rawBody?.length) return;
	request.rawBody = rawBody;
	try {
		request.body = await parse(type, rawBody.toString(request.encoding));
	} catch {
		throw new Refusal(422, 'Failed to parse request body');
	}
}

async function parse(type: string, text: string): Promise<unknown> {
	const withoutMark = text.replace(/^\uFEFF/, '');
	if (type === 'application/json') return JSON.parse(withoutMark);
	if (type.endsWith('/xml') || type.endsWith('+xml')) return await xml.parseStringPromise(text);
	if (type === 'application/x-www-form-urlencoded') return { ...parseForm(withoutMark) };
	return type === 'text/plain' ? text : undefined;
}

/** Answers what a node left to n8n, in the response mode `onReceived`. */
export function answer(
	response: Response,
	{ responseData = 'firstEntryJson' }: IWebhookDescription,
	{ noWebhookResponse, webhookResponse, workflowData }: IWebhookResponseData,
): void {
	if (noWebhookResponse === true) return;
	// It is not evaluated in this mode, but sent as it is.
	const started = responseData === 'noData' ? undefined : responseData;
	const body: unknown = workflowData
		? started
		: (webhookResponse ?? { message: 'Webhook call received' });
	if (typeof body === 'string') response.send(body);
	else response.json(body);
}

/** n8n tells a stranger nothing about what went wrong in a workflow. */
export function answerError(response: Response, error: unknown): void {
	if (response.headersSent) {
		response.destroy();
	} else if (error instanceof Refusal) {
		const { status, message } = error;
		response.status(status).json({ code: status, message });
	} else {
		const message = 'Workflow Webhook Error: Workflow could not be started!';
		response.status(500).json({ code: 0, message });
	}
}
