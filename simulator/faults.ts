import type { RequestRecord } from './records';

type Body = Record<string, unknown>;

const without = (name: string) => (body: unknown) =>
	Object.fromEntries(Object.entries(body as Body).filter(([field]) => field !== name));

/** Forms of an answer that its operation does not have, by name. */
export const alterations = {
	/** No body at all. */
	empty: () => undefined,
	inData: (body: unknown) => ({ data: body }),
	inList: (body: unknown) => [body],
	emptyList: () => [],
	emptyObject: () => ({}),
	null: () => null,
	nullId: (body: unknown) => ({ ...(body as Body), id: null }),
	/** A list whose items are under another name. */
	itemsInData: (body: unknown) => {
		const { items, ...rest } = body as Body;
		return { ...rest, data: items };
	},
	/** A list without its envelope. */
	bareItems: (body: unknown) => (body as Body).items,
	withoutHasMore: without('has_more'),
	withoutItems: without('items'),
} satisfies Record<string, (body: unknown) => unknown>;

export type Alteration = keyof typeof alterations;

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
	/** Changes the body of the answer, whoever gave it; its status stays. The server acts. */
	alter?: Alteration | ((body: unknown) => unknown);
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

/** The body of an answer as a fault leaves it. */
export function altered(body: unknown, { alter }: Fault): unknown {
	if (alter === undefined) return body;
	return typeof alter === 'string' ? alterations[alter](body) : alter(body);
}
