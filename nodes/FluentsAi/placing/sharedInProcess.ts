import { createHash } from 'crypto';

import { createLimiter, type Limiter } from '../../shared/api/limiter';
import type { FluentsCredential } from '../../shared/api/credential';
import { canonical } from '../../shared/canonical';
import { Memory } from '../../shared/memory';
import { digitsOf } from '../../shared/phoneNumbers/parse';
import { addresseeName, keyName, type Addressee } from './addressee';
import { withEntry, type CallIndex, type Entry } from './callIndex';

const MINUTE = 60_000;

/** For how long the calls of this process are remembered, in milliseconds: Fluents.ai lists them by then. */
export const REMEMBERED = 10 * MINUTE;

/** Calls of all executions of this process. */
const placed = new Memory<Entry[]>(20_000, REMEMBERED);

/** What this process knows about calls, whichever execution has placed them. */
export interface CallsOfProcess extends CallIndex<Entry> {
	enter(entry: Entry): void;
}

export function callsOfProcess(credential: FluentsCredential): CallsOfProcess {
	const namesOf = (key: string, addressee: Addressee) => callNames(credential, key, addressee);
	const find = (name: string) => placed.get(name) ?? [];
	return {
		to: (addressee) => find(namesOf('', addressee)[0]),
		withKey: (key, addressee) => find(namesOf(key, addressee)[1]),
		enter(entry) {
			const names = namesOf(entry.key, entry);
			for (const name of names) placed.set(name, withEntry(find(name), entry));
			const forget = () => {
				for (const name of names) {
					const others = find(name).filter((one) => one !== entry);
					if (others.length > 0) placed.set(name, others);
					else placed.delete(name);
				}
			};
			// Where nothing came of it, or nobody knows, the list is asked anew.
			void Promise.resolve(entry.id).then((id) => id === undefined && forget(), forget);
		},
	};
}

const turns = new Map<string, { limit: Limiter; users: number }>();

/**
 * Carries out a task after all of the same name, in all executions of this process.
 *
 * @param names several of them in an order that is the same for all tasks.
 */
export async function inTurn<T>(names: string[], task: () => Promise<T>): Promise<T> {
	const [name, ...others] = names;
	if (name === undefined) return await task();
	const turn = turns.get(name) ?? { limit: createLimiter(1), users: 0 };
	turns.set(name, turn);
	turn.users++;
	try {
		return await turn.limit(async () => await inTurn(others, task));
	} finally {
		turn.users--;
		if (turn.users === 0) turns.delete(name);
	}
}

/** A phone number that one execution at a time looks at and calls. */
export interface Line {
	/** Whether it is free for the caller of this function, until that leaves it. */
	take(): boolean;
	leave(): void;
	/** The last call to it, which Fluents.ai may list late. */
	lastCall(): string | undefined;
	called(id: string): void;
}

const lastCalls = new Memory<string>(1000, 10 * MINUTE);

const takenLines = new Set<string>();

/** The line to a number, which all executions of this process share. */
export function lineTo(credential: FluentsCredential, number: string): Line {
	const name = nameOf(credential, 'line', digitsOf(number));
	let isOurs = false;
	return {
		take() {
			if (!isOurs && takenLines.has(name)) return false;
			takenLines.add(name);
			return (isOurs = true);
		},
		leave() {
			if (isOurs) takenLines.delete(name);
			isOurs = false;
		},
		lastCall: () => lastCalls.get(name),
		called: (id) => lastCalls.set(name, id),
	};
}

/** The names of the person whom a call is for, and of its key. */
export function callNames(
	credential: FluentsCredential,
	key: string,
	addressee: Addressee,
): [person: string, key: string] {
	return [
		nameOf(credential, 'number', addresseeName(addressee)),
		nameOf(credential, 'key', keyName(key, addressee)),
	];
}

/** A name for something in an environment of Fluents.ai. It tells nothing about the API key. */
export function nameOf({ baseUrl, apiKey }: FluentsCredential, ...what: string[]): string {
	return createHash('sha256')
		.update(canonical([baseUrl, apiKey, ...what]))
		.digest('hex');
}
