import { plainText } from '../shared/json';
import type { Activation } from './activation';
import { isAt, isSecret, originOf, placeOf } from './address';
import { readRecord, type RegistrationRecord } from './record';

/** A webhook, an action or a context endpoint in Fluents.ai. */
export interface Registered {
	/** Where it leads. */
	url: unknown;
	/** The secret in its address. */
	secret: string | undefined;
	/** What a trigger has written into it; undefined for what no trigger has made. */
	record: Omit<RegistrationRecord, 'previous'> | undefined;
}

/**
 * - `own`: it leads to this trigger, or may be moved here.
 * - `counterpart`: the published one for a test of the same trigger, and the reverse.
 * - `kin`: it is of the same trigger, but at another address or on another n8n, and nothing proves that it
 *   is not in use there.
 * - `other`: it belongs to somebody else.
 */
export type Owner = 'own' | 'counterpart' | 'kin' | 'other';

/** The trigger that asks. */
export type Asking = Pick<Activation, 'address' | 'identity' | 'isTest' | 'isAttended' | 'stored'>;

/**
 * Tells whose a registration is. The address decides first: what arrives there comes to this n8n. One at
 * another address is moved only when a person publishes the workflow, and either n8n has stored the hash
 * of the secret in it, or the user allows to replace what is there. So a backup of n8n that is started
 * elsewhere takes nothing, although it has the same instance ID.
 */
export function ownerOf(
	{ url, secret, record }: Registered,
	{ address, identity, isTest, isAttended, stored }: Asking,
	mayReplace: boolean,
): Owner {
	if (isAt(url, address)) return 'own';
	const { workflow, trigger, instance, home } = identity;
	if (record?.workflow !== workflow || record.trigger !== trigger) return 'other';
	if (record.instance !== instance) return 'kin';
	if (record.test !== isTest) {
		const isHere = record.home === home || originOf(plainText(url)) === originOf(address);
		return isHere ? 'counterpart' : 'kin';
	}
	const isMoved = isAttended && !isTest && (mayReplace || isProven(secret, stored));
	return isMoved ? 'own' : 'kin';
}

/** Whether the secret in an address is the one that n8n has stored for this trigger. */
export function isProven(secret: string | undefined, { secretHash }: Asking['stored']): boolean {
	return isSecret(secret, secretHash);
}

/** What the addresses in Fluents.ai tell about a trigger that is to be removed. */
export function whereabouts(
	registered: Array<Pick<Registered, 'url' | 'secret'>>,
	{ address, stored }: Asking,
): { secrets: unknown[]; elsewhere?: string } {
	const secrets = registered.map(({ secret }) => secret);
	const other = registered.find(
		({ url, secret }) => !isAt(url, address) && isProven(secret, stored),
	);
	return { secrets, ...(other && { elsewhere: placeOf(String(other.url)) }) };
}

/**
 * Whether what has this description is of this workflow, or tells nothing. In n8n 1, a copy of a workflow
 * takes over the address of the first one, whose removal has to leave it alone.
 */
export function isOfWorkflow(
	{ identity }: Pick<Asking, 'identity'>,
	description: unknown,
): boolean {
	const { workflow } = identity;
	return (readRecord(description)?.workflow ?? workflow) === workflow;
}

/**
 * Whether a trigger may put itself in the place of what belongs to this owner. When n8n registers by
 * itself, it takes nothing that may be in use on another n8n.
 */
export function mayTakePlace(owner: Owner, replace: boolean, { isAttended }: Asking): boolean {
	return owner === 'counterpart' || (replace && (isAttended || owner !== 'kin'));
}

/** What a conflict with the same trigger elsewhere says, beside what is in the way. */
export const KIN_ADVICE =
	'It is of this same trigger, at another address or on another n8n, where it may be in use';
