import type { IDataObject, IWebhookFunctions } from 'n8n-workflow';

type Response = ReturnType<IWebhookFunctions['getResponseObject']>;

/** What n8n calls to answer, and before. The e2e case heldAnswer tells when another version calls more. */
const ANSWERING = ['json', 'send', 'end', 'write'] as const;
const PREPARING = ['set', 'header', 'setHeader', 'setHeaders', 'status'] as const;

/**
 * Takes the answer to a request out of n8n's hands, which would send its own 500 or an empty 200: the
 * agent gets the first answer, in the form that it understands, and what comes later is swallowed.
 *
 * @param deadline milliseconds until the fallback goes out.
 * @param fallback also goes out for an answer that is none.
 * @param toAnswer makes the answer for the agent of the status and body that n8n would send; undefined
 *   when that is no answer of the workflow, such as n8n's own words when it has failed.
 */
export function holdAnswer(
	response: Response,
	deadline: number,
	fallback: IDataObject,
	toAnswer: (status: number, body: unknown) => IDataObject | undefined,
): void {
	let status = 200;
	let isAnswered = false;
	const answer = (body: IDataObject) => {
		if (isAnswered) return;
		isAnswered = true;
		Object.assign(response, originals);
		response.status(200).json(body);
		Object.assign(response, shadows);
	};
	const settle = (body?: unknown) => {
		answer(toAnswer(status, body) ?? fallback);
		return response;
	};
	const shadows: Record<string, (...parameters: unknown[]) => unknown> = {
		...Object.fromEntries(PREPARING.map((name) => [name, () => response])),
		status(code) {
			status = code as number;
			return response;
		},
		json: settle,
		send: settle,
		// n8n ends a response after each answer, and sometimes before it.
		end: (chunk) => (chunk === undefined ? response : settle(chunk)),
		write: () => true,
	};
	// As they are on the response itself: compression has put its own ones there.
	const known = response as unknown as Record<string, unknown>;
	const originals = Object.fromEntries(
		[...ANSWERING, ...PREPARING].map((name) => [name, known[name]]),
	);
	Object.assign(response, shadows);
	// Unlike a timer of n8n, it keeps no process from ending.
	AbortSignal.timeout(deadline).addEventListener('abort', () => answer(fallback));
}
