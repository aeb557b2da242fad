import { STATUS_CODES } from 'node:http';

import type { Switches } from '../truths';
import type { Answer } from './context';

/** One thing that is wrong with a request. */
export interface Issue {
	in: 'body' | 'query';
	field: string;
	kind: 'missing' | 'extra' | 'value';
	/** What is wrong with it, without the field's name; only for kind `value`. */
	text?: string;
}

/** An error that the API answers, not one of the simulator. */
export class Problem extends Error {
	constructor(
		readonly status: number,
		message: string,
		readonly issues: Issue[] = [],
		readonly headers: Record<string, string> = {},
	) {
		super(message);
	}
}

/** The request does not fit the description: 400 or 422, by the switch errorBody. */
export const invalid = (...issues: Issue[]): Problem => new Problem(400, '', issues);

/** A field of the body has a wrong value; `text` reads on from its name. */
export const invalidField = (field: string, text: string): Problem =>
	invalid({ in: 'body', field, kind: 'value', text });

/** No such object in the key's environment. */
export const notFound = (what: string, id: string): Problem =>
	new Problem(404, `${what} with id ${id} was not found`);

function sentence({ field, kind, text }: Issue): string {
	if (kind === 'missing') return `${field} should not be empty`;
	if (kind === 'extra') return `property ${field} should not exist`;
	return `${field} ${text ?? 'is not valid'}`;
}

function detail(issue: Issue) {
	const texts = {
		missing: { msg: 'field required', type: 'value_error.missing' },
		extra: { msg: 'extra fields not permitted', type: 'value_error.extra' },
		value: { msg: issue.text ?? 'value is not valid', type: 'value_error' },
	};
	return { loc: [issue.in, ...issue.field.split('.')], ...texts[issue.kind] };
}

function refusal({ status, headers }: Problem, switches: Switches): Answer {
	if (switches.unauthorizedBody === 'empty') return { status, headers };
	return { status, headers, body: { message: STATUS_CODES[status], statusCode: status } };
}

/** The answer to a problem, in the shape that the switches ask for. */
export function problemAnswer(problem: Problem, switches: Switches): Answer {
	const { status, message, issues, headers } = problem;
	if (status === 401 || status === 403) return refusal(problem, switches);
	if (switches.errorBody === 'fastapi') {
		return issues.length > 0
			? { status: 422, headers, body: { detail: issues.map(detail) } }
			: { status, headers, body: { detail: message } };
	}
	const sentences = [...new Set(issues.map(sentence))];
	const text = sentences.length > 0 ? sentences.join(', ') : message;
	return {
		status,
		headers,
		body: {
			message: sentences.length > 0 && switches.nestMessage === 'array' ? sentences : text,
			error: STATUS_CODES[status],
			statusCode: status,
		},
	};
}
