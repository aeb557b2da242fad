import { addresseeName, keyName, type Addressee } from './addressee';

/** A call that was placed by this package. */
export interface PlacedCall extends Addressee {
	key: string;
	/** When it was placed, in milliseconds since 1970. */
	at: number;
	id: string;
}

/** A call that was placed, or may have been. */
export interface Entry extends Omit<PlacedCall, 'id'> {
	/** It may still be searched for; undefined when nobody was called. */
	id: string | Promise<string | undefined>;
}

/** So many calls to one person, or with one key, are remembered beyond a run. */
const MOST_ENTRIES = 10;

/** The newest come first. A call that reached nobody must not hide one that did, so both are kept. */
export function withEntry<T extends Pick<Entry, 'id'>>(entries: T[], entry: T): T[] {
	return [entry, ...entries.filter(({ id }) => id !== entry.id)].slice(0, MOST_ENTRIES);
}

/** Calls of which it is known who they are for. */
export interface CallIndex<T> {
	/** For the same person. */
	to(addressee: Addressee): T[];
	/** With the same key; calls of tests have other keys than real ones. */
	withKey(key: string, addressee: Addressee): T[];
}

/** An index to which calls are added. */
export function createCallIndex<T extends Addressee & { key: string }>(): CallIndex<T> & {
	add(call: T): void;
} {
	const byPerson = new Lists<T>();
	const byKey = new Lists<T>();
	return {
		add(call) {
			byPerson.add(addresseeName(call), call);
			byKey.add(keyName(call.key, call), call);
		},
		to: (addressee) => byPerson.get(addresseeName(addressee)),
		withKey: (key, addressee) => byKey.get(keyName(key, addressee)),
	};
}

/** Lists by name. */
export class Lists<T> {
	private readonly lists = new Map<string, T[]>();

	add(name: string | undefined, entry: T): void {
		if (name === undefined) return;
		const list = this.lists.get(name);
		if (list) list.push(entry);
		else this.lists.set(name, [entry]);
	}

	get(name: string): T[] {
		return this.lists.get(name) ?? [];
	}
}
