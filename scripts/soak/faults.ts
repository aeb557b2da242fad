import type { Fault, RequestRecord, Simulator } from '../../simulator';

/** A server that has placed a call and denies it. */
const denials: Fault[] = [
	{ when: 'after', status: 409, body: { message: 'No call was placed' } },
	{ when: 'after', status: 307, body: { message: 'No call was placed' } },
];

/** What may go wrong with the request that dials. */
const dialFaults: Fault[] = [
	{ when: 'before', reset: true },
	{ when: 'before', hang: true },
	{ when: 'before', status: 500 },
	{ when: 'before', status: 503 },
	{ when: 'before', status: 429 },
	{ when: 'before', status: 409, body: { message: 'The line is busy' } },
	{ when: 'after', reset: true },
	{ when: 'after', hang: true },
	{ when: 'after', status: 500 },
	{ when: 'after', status: 504, body: '<html>504</html>' },
	{ when: 'after', truncate: true },
	...denials,
];

/** What may go wrong with any other one. */
const otherFaults: Fault[] = [{ reset: true }, { status: 500 }, { status: 503 }, { status: 404 }];

export interface RandomFaults {
	/** Decides which requests meet which fault. */
	seed: number;
	/** Of the requests that meet a fault, from 0 to 1. */
	faults: number;
}

/**
 * Lets requests fail at random.
 *
 * @returns the numbers of which the server has denied a call, as soon as it has.
 */
export function addRandomFaults(
	{ faults }: Simulator,
	{ seed, faults: share }: RandomFaults,
): Set<unknown> {
	const random = randomNumbers(seed);
	const denied = new Set<unknown>();
	const chosen = new WeakMap<RequestRecord, Fault | 'none'>();
	const choose = (request: RequestRecord) => {
		const all = request.operationId === 'createCall' ? dialFaults : otherFaults;
		if (!chosen.has(request)) {
			const fault = all[Math.floor(random() * all.length)];
			const isMet = random() < share;
			chosen.set(request, isMet ? fault : 'none');
			if (isMet && denials.includes(fault)) {
				denied.add((request.body as { to_number: string }).to_number);
			}
		}
		return chosen.get(request);
	};
	for (const fault of [...dialFaults, ...otherFaults]) {
		faults.add({ ...fault, times: Infinity, match: (request) => choose(request) === fault });
	}
	return denied;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
	let state = seed;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
	};
}
