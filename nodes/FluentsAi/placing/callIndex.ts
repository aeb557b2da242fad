import { digitsOf } from '../../shared/phoneNumbers/parse';

/** A call that was placed by this package. */
export interface PlacedCall {
	key: string;
	toNumber: string;
	/** When it was placed, in milliseconds since 1970. */
	at: number;
	id: string;
}

/** A call that was placed, or may have been. */
export interface Entry extends Omit<PlacedCall, 'id'> {
	/** It may still be searched for; undefined when nobody was called. */
	id: string | Promise<string | undefined>;
}

/** Calls that are looked up by number or by key. */
export interface CallIndex<T> {
	toNumber(number: string): T[];
	withKey(key: string): T[];
}

/** @param keysOf by what an entry is looked up; undefined is no key. */
export function createIndex<T>(all: T[], keysOf: (entry: T) => { toNumber: string; key?: string }) {
	const byNumber = new Map<string, T[]>();
	const byKey = new Map<string, T[]>();
	const put = (map: Map<string, T[]>, name: string, entry: T) => {
		const same = map.get(name);
		if (same) same.push(entry);
		else map.set(name, [entry]);
	};
	const add = (entry: T) => {
		const { toNumber, key } = keysOf(entry);
		put(byNumber, digitsOf(toNumber), entry);
		if (key !== undefined) put(byKey, key, entry);
	};
	all.forEach(add);
	return {
		add,
		toNumber: (number: string) => byNumber.get(digitsOf(number)) ?? [],
		withKey: (key: string) => byKey.get(key) ?? [],
	};
}
