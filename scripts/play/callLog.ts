import { setInterval } from 'node:timers';

import {
	shortTranscript,
	type Delivery,
	type LiveRequest,
	type Simulator,
	type StoredCall,
} from '../../simulator';

/** Milliseconds between two looks at the calls. */
const PAUSE = 300;

/**
 * Prints what happens in the simulated calls, as it happens: who is called, what is said, which questions and
 * events go to n8n, and how a call ends.
 *
 * @param environments names of those that are watched.
 */
export function printCalls(
	simulator: Simulator,
	environments: string[],
	print: (line: string) => void,
): void {
	const logs = new Map<string, CallLog>();
	const printed = new Set<LiveRequest | Delivery>();
	const tell = (sent: LiveRequest | Delivery, what: string) => {
		const outcome = sent.error ?? sent.status;
		if (outcome === undefined || printed.has(sent)) return;
		printed.add(sent);
		print(`  n8n got ${what}: ${outcome}`);
	};
	const look = () => {
		for (const environment of environments) {
			for (const call of simulator.environment(environment).calls.values()) {
				// Calls of the past are there from the start; those that are played lose their progress at the end.
				if (call.progress && !logs.has(call.id)) {
					logs.set(call.id, new CallLog(environment, print));
				}
				logs.get(call.id)?.update(call);
			}
		}
		for (const request of simulator.liveRequests)
			tell(request, `a live request (${request.about})`);
		for (const delivery of simulator.deliveries) tell(delivery, delivery.event);
	};
	setInterval(look, PAUSE).unref();
}

/** A call that has one of these goes on. */
const GOING_ON = ['not_started', 'in_progress'];

/** What was printed about one call. */
class CallLog {
	private isNew = true;
	private hasEnded = false;
	private lines = 0;

	constructor(
		private readonly environment: string,
		private readonly print: (line: string) => void,
	) {}

	update({ from_number: from, to_number: to, ...call }: StoredCall): void {
		if (this.isNew) this.print(`${to}  is called from ${from} (${this.environment})`);
		this.isNew = false;
		const { transcript } = call;
		const lines = typeof transcript === 'string' ? shortTranscript(transcript).split('\n') : [];
		for (const line of lines.slice(this.lines)) this.print(`${to}  ${line}`);
		this.lines = lines.length;
		if (this.hasEnded || GOING_ON.includes(call.status)) return;
		this.hasEnded = true;
		const how = [call.status, call.stage_outcome].filter(Boolean).join(', ');
		this.print(`${to}  has ended: ${how}`);
	}
}
