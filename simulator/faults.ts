import type { RequestRecord } from './records';

/** Something that goes wrong with a request. Without `operationId` and `match` it hits any request. */
export interface Fault {
	operationId?: string;
	match?: (request: RequestRecord) => boolean;
	/** How many requests it hits: 1 by default, Infinity allowed. */
	times?: number;
	/** `before` (default): the server does not act. `after`: it acts, then the answer is replaced or lost. */
	when?: 'before' | 'after';
	/**
	 * Answer with this status (500 when only a body is given). An error status without a body gets the
	 * API's own error body.
	 */
	status?: number;
	headers?: Record<string, string>;
	/** A string is sent as text, anything else as JSON. */
	body?: unknown;
	/** The connection is reset. */
	reset?: boolean;
	/** No answer ever comes. */
	hang?: boolean;
	/** Milliseconds to wait before acting, or before answering with `after`. */
	delayMs?: number;
	/** The body is cut in the middle, after all headers were sent. */
	truncate?: boolean;
}

/** The faults that are waiting for requests. A request meets at most one, the oldest that fits. */
export class Faults {
	private pending: Array<{ fault: Fault; left: number }> = [];

	add(fault: Fault): void {
		this.pending.push({ fault, left: fault.times ?? 1 });
	}

	clear(): void {
		this.pending = [];
	}

	/** The fault that this request meets, counted as used up by it. */
	take(request: RequestRecord): Fault | undefined {
		const entry = this.pending.find(
			({ fault, left }) =>
				left > 0 &&
				(fault.operationId === undefined || fault.operationId === request.operationId) &&
				(fault.match === undefined || fault.match(request)),
		);
		if (entry !== undefined) entry.left -= 1;
		return entry?.fault;
	}
}
