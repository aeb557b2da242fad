import type { IDataObject } from 'n8n-workflow';

import { canonical } from '../../shared/canonical';
import { digitsOf, sameNumber } from '../../shared/phoneNumbers/parse';

/**
 * Name of the context variable in which a call to a test number carries the number that it stands in for.
 */
export const INSTEAD_OF = 'n8n_instead_of';

/** Who a call is for. A call to a test number is never for the person who has that number. */
export interface Addressee {
	/** The number that is dialed. */
	toNumber: string;
	/** In a test, the number of the person who would be called. */
	insteadOf?: string;
}

/** The same text for all calls to one person. */
export function addresseeName({ toNumber, insteadOf }: Addressee): string {
	return canonical([digitsOf(insteadOf ?? toNumber), ...realm({ insteadOf })]);
}

/** The same text for all calls with one key; a key of a test is another one than that of a real call. */
export function keyName(key: string, { insteadOf }: Pick<Addressee, 'insteadOf'>): string {
	return canonical([key, ...realm({ insteadOf })]);
}

function realm({ insteadOf }: Pick<Addressee, 'insteadOf'>): string[] {
	return insteadOf === undefined ? [] : ['test'];
}

/** The number of the person whom a call is for. */
export function personOf({ toNumber, insteadOf }: Addressee): string {
	return insteadOf ?? toNumber;
}

/**
 * @returns the number that a call stands in for; null when its variables can be read and it stands in
 * for none; undefined when they cannot be read, as in lists they may.
 */
export function carriedInsteadOf({ context }: IDataObject): string | null | undefined {
	if (typeof context !== 'object') return undefined;
	const number = (context as IDataObject | null)?.[INSTEAD_OF];
	return number === undefined || number === null ? null : String(number);
}

/** Whether both are real, or both are tests. One whose variables cannot be read counts as real. */
export function isOfSameRealm(call: IDataObject, { insteadOf }: Addressee): boolean {
	const isTest = typeof carriedInsteadOf(call) === 'string';
	return isTest === (insteadOf !== undefined);
}

/** Whether a call to the same number is for the same person. */
export function isFor(call: IDataObject, addressee: Addressee): boolean {
	if (!isOfSameRealm(call, addressee)) return false;
	return (
		addressee.insteadOf === undefined || sameNumber(carriedInsteadOf(call), addressee.insteadOf)
	);
}

/** The same before a call was read, when a list may have left out its variables. */
export function mayBeFor(call: IDataObject, addressee: Addressee): boolean {
	return carriedInsteadOf(call) === undefined || isFor(call, addressee);
}
